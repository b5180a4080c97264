"""Signed-in calls to Graph; knows which of them are safe to repeat."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import aiohttp

from integrations.http import Call, Limits, persist, send
from integrations.links import is_at
from integrations.teams.protocol import TokenRefused, read_answer
from integrations.teams.reading import Json, rows
from integrations.teams.tokens import RENEW_BEFORE, TeamsTokens, Token
from service.errors import ProviderUnavailable, ProviderUnsure
from service.ports import Clock

_MOST_PAGES = 100
_NEXT = "@odata.nextLink"


@dataclass(frozen=True)
class Signed:
    """Graph's answer, and when the token dies under which it was given (UTC)."""

    found: Json = field(repr=False)
    token_ends_at: datetime


class TeamsCalls:
    """Sends calls under a bearer token. Paths begin with the version, `/v1.0` or `/beta`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TeamsTokens,
        *,
        clock: Clock,
        graph_url: str = "https://graph.microsoft.com",
        limits: Limits | None = None,
        token_lasts: timedelta = RENEW_BEFORE,
    ) -> None:
        self._session = session
        self._tokens = tokens
        self._clock = clock
        self._graph_url = graph_url.rstrip("/")
        self._limits = limits or Limits()
        self._token_lasts = token_lasts

    def under_lasting_tokens(self, token_lasts: timedelta) -> "TeamsCalls":
        """The same calls, under a token that has this much life left wherever that can be had."""
        return TeamsCalls(
            self._session,
            self._tokens,
            clock=self._clock,
            graph_url=self._graph_url,
            limits=self._limits,
            token_lasts=token_lasts,
        )

    def now(self) -> datetime:
        """The present instant by the clock that these calls live by."""
        return self._clock.now()

    async def once(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call, sent once; only a refused token leads to a second, as nothing was executed.

        Graph at times refuses good tokens, so a second refusal is `ProviderUnavailable`.
        """
        return (await self.signed_once(method, path, body)).found

    async def repeat(self, method: str, path: str, body: Json | None = None) -> Json:
        """A call that may be sent again without harm."""
        return (await self.signed_repeat(method, path, body)).found

    async def signed_once(self, method: str, path: str, body: Json | None = None) -> Signed:
        """Like `once`, for what lasts no longer than the token it was asked for under."""
        token = await self._tokens.token(self._token_lasts)
        try:
            return await self._send(token, method, path, body)
        except TokenRefused:
            self._tokens.forget(token)
        try:
            return await self._send(await self._tokens.token(), method, path, body)
        except TokenRefused as fault:
            raise ProviderUnavailable(fault.sentence) from None

    async def signed_repeat(self, method: str, path: str, body: Json | None = None) -> Signed:
        """Like `repeat`, for what lasts no longer than the token it was asked for under."""
        return await persist(lambda: self.signed_once(method, path, body), self._limits)

    async def read(self, path: str) -> Json:
        """A GET. It changes nothing, so a lost answer means only that we do not know yet."""
        try:
            return await self.repeat("GET", path)
        except ProviderUnsure as fault:
            raise ProviderUnavailable() from fault

    async def read_all(self, path: str) -> list[Json]:
        """Every row of a list, over all its pages; a list without an end is not taken."""
        page = await self.read(path)
        return rows(page, "value") + await self.read_on(page.get(_NEXT))

    async def read_on(self, next_link: object) -> list[Json]:
        """The rows of the pages that follow.

        https://learn.microsoft.com/graph/paging
        """
        found: list[Json] = []
        for _ in range(_MOST_PAGES):
            if next_link is None:
                return found
            page = await self.read(self._path_of(next_link))
            found += rows(page, "value")
            next_link = page.get(_NEXT)
        raise ProviderUnavailable("Microsoft's list has no end.")

    def _path_of(self, next_link: object) -> str:
        """A further page as a path. Our token goes there, so it must be at Graph's own address."""
        if not isinstance(next_link, str) or not is_at(next_link, self._graph_url):
            raise ProviderUnavailable("Microsoft's list goes on at an address that is not its own.")
        return next_link[len(self._graph_url) :]

    async def _send(self, token: Token, method: str, path: str, body: Json | None) -> Signed:
        headers = {
            "Authorization": f"Bearer {token.value.get_secret_value()}",
            "Accept": "application/json",
            # Without this, newer settings are told as "unknownFutureValue".
            "Prefer": "include-unknown-enum-members",
            "client-request-id": str(uuid4()),
        }
        call = Call(method, f"{self._graph_url}{path}", headers, json=body)
        answer = await send(self._session, call, self._limits)
        return Signed(read_answer(answer, self._clock.now()), token.expires_at)
