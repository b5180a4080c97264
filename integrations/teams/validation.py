"""Whether a rich notification really comes from Graph: the tokens that come with it.

https://learn.microsoft.com/graph/change-notifications-with-resource-data (validation tokens)
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt

from integrations.http import Call, Limits, send
from integrations.links import is_at
from integrations.teams.reading import Json, object_of, rows, text
from service.errors import NotReady, ProviderError

GRAPH_CHANGE_TRACKING = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The app id by which Graph's own change tracking signs in, the same in every tenant."""

FRESH_FOR = timedelta(minutes=10)
STALE_FOR = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(minutes=1)
MOST_TOKENS = 20
LARGEST_KEY_SET = 512 * 1024

_QUICK = Limits(total_for=2.0, connect_for=1.0, largest_answer=LARGEST_KEY_SET, attempts=1)
_CLOCKS_APART = 60
_CLAIMS = ["exp", "iss", "aud", "tid"]
_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "crit", "b64", "zip"})


class ValidationTokens:
    """Checks validation tokens with the keys that Microsoft publishes.

    The keys are kept ten minutes, and up to a day while they cannot be fetched.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        tenant_id: str,
        client_id: str,
        login_url: str = "https://login.microsoftonline.com",
    ) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._login_url = login_url.rstrip("/")
        # https://learn.microsoft.com/entra/identity-platform/access-tokens (v1.0 and v2.0 tokens)
        self._issuers = [
            f"https://sts.windows.net/{tenant_id}/",
            f"https://login.microsoftonline.com/{tenant_id}/v2.0",
        ]
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def are_genuine(self, tokens: Sequence[str], now: datetime) -> bool:
        """Whether there are tokens and every one is from Graph, for us, and good at `now`.

        `NotReady` while there are no keys to check them with.
        """
        if not 0 < len(tokens) <= MOST_TOKENS:
            return False
        for token in tokens:
            if not await self._is_genuine(token, now):
                return False
        return True

    async def _is_genuine(self, token: str, now: datetime) -> bool:
        try:
            header = jwt.get_unverified_header(token)
            if _FORBIDDEN_HEADERS & set(header) or not isinstance(header.get("kid"), str):
                return False
            key = await self._key(header["kid"], now)
            return key is not None and self._is_for_us(self._decode(token, key), now)
        except (jwt.PyJWTError, ValueError, RecursionError):
            return False

    def _decode(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=self._client_id,
            issuer=self._issuers,
            # Times are judged by the instant we were given, not by the library's own clock.
            options={
                "require": _CLAIMS,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )

    def _is_for_us(self, claims: Mapping[str, Any], now: datetime) -> bool:
        asked_by = [claims[name] for name in ("appid", "azp") if name in claims]
        return (
            claims["tid"] == self._tenant_id
            and bool(asked_by)
            and all(app == GRAPH_CHANGE_TRACKING for app in asked_by)
            and now.timestamp() < _number(claims["exp"], 0)
            and now.timestamp() > _number(claims.get("nbf", 0), math.inf) - _CLOCKS_APART
        )

    # --- keys -------------------------------------------------------------------------------------

    async def _key(self, kid: str, now: datetime) -> jwt.PyJWK | None:
        """The key of an id; None if Microsoft does not know it. `NotReady` if we cannot tell."""
        async with self._asking:
            if not self._is_within(FRESH_FOR, now) or kid not in self._keys:
                await self._ask(now)
        if not self._is_within(STALE_FOR, now):
            raise NotReady("Microsoft's keys cannot be fetched. Send it again.")
        if kid not in self._keys and self._fetched_at != now:
            # Asked a moment ago, and keys may have changed since.
            raise NotReady("The key of this notification is not known yet. Send it again.")
        return self._keys.get(kid)

    def _is_within(self, age: timedelta, now: datetime) -> bool:
        return self._fetched_at is not None and now - self._fetched_at < age

    async def _ask(self, now: datetime) -> None:
        """Fetch the keys, once a minute at most, so that made-up key ids cannot make us hammer it."""
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN_AFTER:
            return
        self._asked_at = now
        try:
            keys = _usable(await self._published())
        except ProviderError:
            return  # what we had stays good until `STALE_FOR`
        if keys:
            self._keys, self._fetched_at = keys, now

    async def _published(self) -> list[Json]:
        start = f"{self._login_url}/common/.well-known/openid-configuration"
        key_set_url = text(await self._get(start), "jwks_uri")
        if not is_at(key_set_url, self._login_url):
            return []  # keys from elsewhere could be anybody's
        return rows(await self._get(key_set_url), "keys")

    async def _get(self, url: str) -> Json:
        answer = await send(self._session, Call("GET", url), _QUICK)
        return (object_of(answer.body) or {}) if answer.status == 200 else {}


def _usable(published: list[Json]) -> dict[str, jwt.PyJWK]:
    keys = {}
    for entry in published:
        meant = entry.get("use", "sig") == "sig" and entry.get("alg", "RS256") == "RS256"
        if not meant or entry.get("kty") != "RSA" or not isinstance(entry.get("kid"), str):
            continue
        try:
            keys[entry["kid"]] = jwt.PyJWK(entry, "RS256")
        except (jwt.PyJWTError, ValueError):
            continue
    return keys


def _number(value: object, otherwise: float) -> float:
    """A time in a token, or what makes the token useless."""
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return otherwise
