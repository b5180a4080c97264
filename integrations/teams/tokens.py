"""One bearer token for all calls, renewed early and once for all who find it old.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from pydantic import SecretStr

from integrations.http import Answer, Call, Limits, send
from integrations.links import segment
from integrations.teams.credentials import ClientCertificate, ClientSecret, token_form
from integrations.teams.protocol import noted, retry_at
from integrations.teams.reading import Json, object_of, text
from service.errors import ProviderBusy, ProviderRefused, ProviderUnavailable, ProviderUnsure
from service.ports import Clock

RENEW_BEFORE = timedelta(minutes=5)
"""How much life a token must have left for an ordinary call."""

# Codes may change, so that they choose the words and nothing else
# (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
_TROUBLES = {
    7000215: (
        "Microsoft does not accept the app's secret. Often the secret's id was entered in place of"
        " its value: make a new secret and enter its value."
    ),
    7000222: "The app's secret has run out. Make a new one and enter its value.",
    7000112: "The app is switched off in Microsoft Entra. An administrator must enable it.",
    700016: "The tenant does not know the app. Check the client id, and that it was consented to.",
    700027: (
        "Microsoft does not accept the app's certificate. Check that this very certificate is"
        " registered with the app, and that the key belongs to it."
    ),
    90002: "There is no such Microsoft tenant. Check the tenant id.",
    900023: "The tenant id is not written as it must be. Check the tenant id.",
}
_UNNAMED = "Microsoft refused our app's sign-in. Check tenant id, client id and secret."


class SignInRefused(ProviderRefused):
    """No token for us; the sentence says what an administrator has to look at."""

    sentence = _UNNAMED


@dataclass(frozen=True)
class Token:
    """A bearer token and the instant it dies (UTC)."""

    value: SecretStr
    expires_at: datetime


class TeamsTokens:
    """Holds the token of one app in one tenant."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        tenant_id: str,
        client_id: str,
        credential: ClientSecret | ClientCertificate,
        clock: Clock,
        login_url: str = "https://login.microsoftonline.com",
        limits: Limits | None = None,
    ) -> None:
        self._session = session
        self._url = f"{login_url.rstrip('/')}/{segment(tenant_id)}/oauth2/v2.0/token"
        self._client_id = client_id
        self._credential = credential
        self._clock = clock
        self._limits = limits or Limits()
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None

    async def token(self, lasting: timedelta = RENEW_BEFORE) -> Token:
        """A token that is good for `lasting`, or a new one if none lives that long.

        `SignInRefused`, or `ProviderUnavailable`: no token now.
        """
        held = self._token
        if held is not None and held.expires_at - self._clock.now() >= lasting:
            return held
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
        # One caller's deadline must not take the renewal from the others.
        return await asyncio.shield(self._renewal)

    def forget(self, token: Token) -> None:
        """This token was refused. Another caller may hold a newer one by now: that one stays."""
        if self._token is token:
            self._token = None

    async def _renew(self) -> Token:
        try:
            self._token = await self._ask()
            return self._token
        finally:
            self._renewal = None

    async def _ask(self) -> Token:
        form = token_form(self._client_id, self._credential, self._url, self._clock.now())
        call = Call("POST", self._url, {"Accept": "application/json"}, form=form)
        try:
            answer = await send(self._session, call, self._limits)
        except ProviderUnsure as fault:
            # Asking for a token changes nothing.
            raise ProviderUnavailable() from fault
        return read_token(answer, self._clock.now())


def read_token(answer: Answer, now: datetime) -> Token:
    """The token of an answer. Asking for one has no effect, so a lost answer is `Unavailable`."""
    found = object_of(answer.body) or {}
    if answer.status == 429:
        raise ProviderBusy(retry_at=retry_at(answer, now))
    if answer.status in (400, 401, 403) and text(found, "error") != "temporarily_unavailable":
        raise noted(SignInRefused(_trouble(found)), answer, {})
    value, lifetime = text(found, "access_token"), found.get("expires_in")
    if answer.status != 200 or not value or not isinstance(lifetime, int):
        raise noted(ProviderUnavailable(), answer, {})
    # Bounded, so that a nonsense number is a short-lived token and no overflow.
    return Token(SecretStr(value), now + timedelta(seconds=min(max(lifetime, 0), 86_400)))


def _trouble(found: Json) -> str:
    codes = found.get("error_codes")
    for code in codes if isinstance(codes, list) else ():
        if isinstance(code, int) and code in _TROUBLES:
            return _TROUBLES[code]
    return _UNNAMED
