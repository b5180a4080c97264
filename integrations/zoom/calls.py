"""Signed-in calls to Zoom: one token for all, renewed early and once for all callers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr

from integrations.http import Call, Limits, persist, send
from integrations.zoom.limits import Label, Operation, PlanName, draws_for, label_of
from integrations.zoom.links import trusted_base
from integrations.zoom.protocol import (
    Json,
    Token,
    TokenRefused,
    header_of,
    is_expired_page,
    read_answer,
    read_token,
    rows_of,
    token_form,
    token_headers,
)
from service.errors import ProviderRefused, ProviderUnavailable, ProviderUnsure
from service.ports import Budget, Clock, Draw, NoBudget

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


@dataclass(frozen=True)
class Allowance:
    """The account's plan, which sets its limits, and the budget that keeps all replicas to them."""

    plan: PlanName = "pro"
    budget: Budget = field(default_factory=NoBudget)


class ZoomCalls:
    """Sends calls under a bearer token; knows which of them are safe to repeat.

    Every one is drawn from the budget first; its `ProviderBusy` means that nothing was sent.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        credentials: Credentials,
        clock: Clock,
        limits: Limits,
        allowance: Allowance | None = None,
    ) -> None:
        self._session = session
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._allowance = allowance or Allowance()
        self._labels: dict[Operation, Label] = {}
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None

    def now(self) -> datetime:
        """The present instant by the clock that these calls live by."""
        return self._clock.now()

    async def token(self) -> Token:
        """A token with at least five minutes left. All who find it old share one renewal."""
        if self._token is not None and not self._is_old(self._token):
            return self._token
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
        # One caller's deadline must not take the renewal from the others.
        return await asyncio.shield(self._renewal)

    async def scopes(self) -> frozenset[str]:
        """What our app may do at Zoom."""
        return (await persist(self.token, self._limits)).scopes

    async def _renew(self) -> Token:
        try:
            self._token = await self._ask_for_token()
            return self._token
        finally:
            self._renewal = None

    async def once(
        self,
        operation: Operation,
        path: str,
        body: Json | None = None,
        *,
        draws: tuple[Draw, ...] = (),
        for_safety: bool = False,
    ) -> Json:
        """One call, sent once; only a refused token leads to a second, as nothing was executed."""
        asked = _Asked(operation, path, body, draws, for_safety or operation.makes_safer)
        token = await self.token()
        try:
            return await self._send(token, asked)
        except TokenRefused:
            self.forget(token)
            return await self._send(await self.token(), asked)

    async def repeat(
        self,
        operation: Operation,
        path: str,
        body: Json | None = None,
        *,
        for_safety: bool = False,
    ) -> Json:
        """A call that may be sent again without harm."""
        return await persist(
            lambda: self.once(operation, path, body, for_safety=for_safety), self._limits
        )

    async def read(self, operation: Operation, path: str, *, for_safety: bool = False) -> Json:
        """A GET. It changes nothing, so a lost answer means only that we do not know yet."""
        try:
            return await self.repeat(operation, path, for_safety=for_safety)
        except ProviderUnsure as fault:
            raise ProviderUnavailable() from fault

    async def read_all(
        self,
        operation: Operation,
        path: str,
        query: Mapping[str, str],
        key: str,
        *,
        for_safety: bool = False,
    ) -> list[Json]:
        """Every row of a list. A list that differs from its own total is not taken for the whole."""
        listing = _Listing(operation, path, query, key, for_safety)
        try:
            return await self._all_pages(listing)
        except _PageExpired:
            # Page tokens live for 15 minutes; a list cannot be taken up in the middle.
            return await self._all_pages(listing)

    async def _all_pages(self, listing: "_Listing") -> list[Json]:
        rows: list[Json] = []
        page_token = ""
        for _ in range(_MOST_PAGES):
            page = await self._page(listing, page_token)
            rows += rows_of(page, listing.key)
            page_token = str(page.get("next_page_token") or "")
            if not page_token:
                break
        if page_token or page.get("total_records", len(rows)) != len(rows):
            raise ProviderUnavailable("Zoom's list was not complete.")
        return rows

    async def _page(self, listing: "_Listing", page_token: str) -> Json:
        asked = {**listing.query, "page_size": _PAGE_SIZE}
        if page_token:
            asked["next_page_token"] = page_token
        path = f"{listing.path}?{urlencode(asked)}"
        try:
            return await self.read(listing.operation, path, for_safety=listing.for_safety)
        except ProviderRefused as refusal:
            if page_token and is_expired_page(refusal):
                raise _PageExpired from refusal
            raise

    async def _send(self, token: Token, asked: "_Asked") -> Json:
        operation = asked.operation
        await self._allowance.budget.spend(self._draws(asked), for_safety=asked.for_safety)
        base = trusted_base(token.api_url, self._base_url)
        headers = {
            "Authorization": f"Bearer {token.value.get_secret_value()}",
            # Without this, errors may come as XML.
            "Accept": "application/json",
        }
        call = Call(operation.method, f"{base}/v2{asked.path}", headers, json=asked.body)
        answer = await send(self._session, call, self._limits)
        stated = header_of(answer.headers, "x-ratelimit-category")
        self._labels[operation] = label_of(stated, operation.label)
        return read_answer(answer, self._clock.now())

    def _draws(self, asked: "_Asked") -> tuple[Draw, ...]:
        label = self._labels.get(asked.operation, asked.operation.label)
        account_id, part = self._credentials.account_id, asked.operation.part_of_day
        plan = self._allowance.plan
        return (*draws_for(account_id, plan, label, part_of_day=part), *asked.draws)

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


@dataclass(frozen=True)
class _Asked:
    operation: Operation
    path: str
    body: Json | None
    draws: tuple[Draw, ...]
    for_safety: bool


@dataclass(frozen=True)
class _Listing:
    operation: Operation
    path: str
    query: Mapping[str, str]
    key: str
    for_safety: bool


class _PageExpired(ProviderUnavailable):
    """Zoom no longer knows the page token that it gave us."""

    sentence = "Zoom's list could not be read to its end."
