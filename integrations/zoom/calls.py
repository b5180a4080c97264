"""Signed-in calls to Zoom: one token for all, renewed early and once for all callers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr

from integrations.http import Call, Limits, persist, send
from integrations.zoom.links import trusted_base
from integrations.zoom.protocol import (
    Json,
    Token,
    TokenRefused,
    read_answer,
    read_token,
    token_form,
    token_headers,
)
from service.errors import ProviderUnavailable, ProviderUnsure
from service.ports import Clock

_RENEW_BEFORE = timedelta(minutes=5)
_PAGE_SIZE = "300"
_MOST_PAGES = 100


@dataclass(frozen=True)
class Credentials:
    """A Server-to-Server OAuth app of the organisation, and where it signs in."""

    account_id: str
    client_id: str
    client_secret: SecretStr
    token_url: str


class ZoomCalls:
    """Sends calls under a bearer token; knows which of them are safe to repeat."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        credentials: Credentials,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._session = session
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None

    async def token(self) -> Token:
        """A token with at least five minutes left. All who find it old share one renewal."""
        if self._token is not None and not self._is_old(self._token):
            return self._token
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
        # One caller's deadline must not take the renewal from the others.
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> Token:
        try:
            self._token = await self._ask_for_token()
            return self._token
        finally:
            self._renewal = None

    async def once(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call, sent once; only a refused token leads to a second, as nothing was executed."""
        token = await self.token()
        try:
            return await self._send(token, method, path, body)
        except TokenRefused:
            self.forget(token)
            return await self._send(await self.token(), method, path, body)

    async def repeat(self, method: str, path: str, body: Json | None = None) -> Json:
        """A call that may be sent again without harm."""
        return await persist(lambda: self.once(method, path, body), self._limits)

    async def read(self, path: str) -> Json:
        """A GET. It changes nothing, so a lost answer means only that we do not know yet."""
        try:
            return await self.repeat("GET", path)
        except ProviderUnsure as fault:
            raise ProviderUnavailable() from fault

    async def read_all(self, path: str, query: Mapping[str, str], key: str) -> list[Json]:
        """Every row of a list. A list that is short of its own total is not taken for the whole."""
        rows: list[Json] = []
        page_token = ""
        for _ in range(_MOST_PAGES):
            asked = {**query, "page_size": _PAGE_SIZE}
            if page_token:
                asked["next_page_token"] = page_token
            page = await self.read(f"{path}?{urlencode(asked)}")
            rows += [row for row in page.get(key) or () if isinstance(row, dict)]
            page_token = str(page.get("next_page_token") or "")
            if not page_token:
                break
        total = page.get("total_records", len(rows))
        if page_token or not isinstance(total, int) or len(rows) < total:
            raise ProviderUnavailable("Zoom's list was not complete.")
        return rows

    async def _send(self, token: Token, method: str, path: str, body: Json | None) -> Json:
        base = trusted_base(token.api_url, self._base_url)
        headers = {
            "Authorization": f"Bearer {token.value.get_secret_value()}",
            # Without this, errors may come as XML.
            "Accept": "application/json",
        }
        call = Call(method, f"{base}/v2{path}", headers, json=body)
        answer = await send(self._session, call, self._limits)
        return read_answer(answer, self._clock.now())

    async def _ask_for_token(self) -> Token:
        mine = self._credentials
        headers = token_headers(mine.client_id, mine.client_secret)
        call = Call("POST", mine.token_url, headers, form=token_form(mine.account_id))
        try:
            answer = await send(self._session, call, self._limits)
        except ProviderUnsure as fault:
            raise ProviderUnavailable() from fault
        return read_token(answer, self._clock.now())

    def _is_old(self, token: Token) -> bool:
        return token.expires_at - self._clock.now() < _RENEW_BEFORE

    def forget(self, token: Token) -> None:
        """This token was refused. Another caller may hold a newer one by now: that one stays."""
        if self._token is token:
            self._token = None
