"""Tokens of an organisation's own OpenID provider, checked with the keys it publishes (JWKS, RFC 7517).

Never mixed with our own tokens: other keys, another algorithm list, another issuer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import aiohttp
import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yarl import URL

from service.errors import Misconfigured, NotReady
from service.policy.people import Actor, Role
from service.ports import Clock
from service.web.tokens import (
    NEVER_BY_TOKEN,
    TYPE,
    Name,
    TokenRefused,
    check_times,
    decode,
    header_of,
)

ALGORITHM_OF_KEY: Mapping[tuple[str, str], str] = {
    ("RSA", ""): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
"""A key's kind decides its algorithm; what key or token say about it can only lead to a refusal."""

FRESH_FOR = timedelta(minutes=10)
STALE_FOR = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(minutes=1)
LARGEST_KEY_SET = 256 * 1024
LONGEST_LIFE = timedelta(hours=24)
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_CLAIMS = ["exp", "iat", "iss", "aud"]
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "crit", "b64", "zip"})

Seconds = Annotated[float, Field(allow_inf_nan=False, strict=False, ge=0)]


class Times(BaseModel):
    """The times in a foreign token: numbers, whole or not (RFC 7519 NumericDate)."""

    model_config = ConfigDict(frozen=True)

    iat: Seconds
    exp: Seconds
    nbf: Seconds | None = None


class Person(BaseModel):
    """Who a foreign token is for, in the claims that the settings name."""

    model_config = ConfigDict(strict=True, frozen=True)

    subject: Name
    roles: list[str]


@dataclass(frozen=True)
class OpenIdSettings:
    """How to read one provider's tokens.

    `subject_claim` must hold the person's Chaperone staff id and be beyond the person's own reach;
    `role_names` says which values of `roles_claim` mean which role, others mean nothing. `types` are
    the accepted `typ` headers: some providers mark access tokens as plain `JWT`.
    """

    issuer: str
    audience: str
    key_set_url: str
    subject_claim: str
    roles_claim: str
    role_names: Mapping[str, Role]
    types: frozenset[str] = frozenset({TYPE})

    def __post_init__(self) -> None:
        """Keys fetched in clear could be anybody's."""
        url = URL(self.key_set_url)
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise Misconfigured("The address of the OpenID keys must begin with https.")
        if NEVER_BY_TOKEN.intersection(self.role_names.values()):
            raise Misconfigured("An OpenID provider may not give the roles system and parent.")


class OpenIdIssuer:
    """One provider. Its keys are kept ten minutes, and up to a day while it cannot be reached."""

    def __init__(
        self, settings: OpenIdSettings, clock: Clock, session: aiohttp.ClientSession
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._session = session
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def read(self, token: str) -> tuple[Actor, datetime]:
        """Who the token is for and when it ends.

        `TokenRefused`, or `NotReady` while there are no keys to check it with.
        """
        header = header_of(token)
        if _FORBIDDEN_HEADERS & set(header):
            raise TokenRefused("header fields")
        if not isinstance(header.get("typ"), str) or header["typ"] not in self.settings.types:
            raise TokenRefused("type")
        key = await self._key(header.get("kid"))
        payload = decode(
            token, key, key.algorithm_name, self.settings.audience, self.settings.issuer, _CLAIMS
        )
        return self._judge(payload)

    def _judge(self, payload: Mapping[str, Any]) -> tuple[Actor, datetime]:
        try:
            times = Times.model_validate(payload)
            person = Person.model_validate(
                {
                    "subject": payload.get(self.settings.subject_claim),
                    "roles": payload.get(self.settings.roles_claim),
                }
            )
        except ValidationError:
            raise TokenRefused("claims") from None
        ends_at = check_times(self._clock.now(), times.iat, times.exp, times.nbf, LONGEST_LIFE)
        names = self.settings.role_names
        roles = frozenset(names[one] for one in person.roles if one in names)
        return Actor(person.subject, roles), ends_at

    async def _key(self, kid: object) -> jwt.PyJWK:
        if not isinstance(kid, str):
            raise TokenRefused("key id")
        async with self._asking:
            if not self._is_within(FRESH_FOR) or kid not in self._keys:
                await self._ask()
        if not self._is_within(STALE_FOR):
            raise NotReady("The sign-in provider cannot be reached.")
        if kid not in self._keys:
            raise TokenRefused("unknown key")
        return self._keys[kid]

    def _is_within(self, age: timedelta) -> bool:
        return self._fetched_at is not None and self._clock.now() - self._fetched_at < age

    async def _ask(self) -> None:
        """Fetch the keys, once a minute at most, so that made-up key ids cannot make us hammer it."""
        now = self._clock.now()
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN_AFTER:
            return
        self._asked_at = now
        try:
            self._keys = _usable(await self._fetch())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            # What we had stays good until `STALE_FOR`.
            return
        self._fetched_at = now

    async def _fetch(self) -> object:
        async with self._session.get(
            self.settings.key_set_url, allow_redirects=False, timeout=_TIMEOUT
        ) as answer:
            if answer.status != 200:
                raise ValueError("not a key set")
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > LARGEST_KEY_SET:
                    raise ValueError("key set too large")
        return _KeySet.model_validate_json(bytes(body)).keys


class _KeySet(BaseModel):
    keys: list[dict[str, Any]]


def _usable(published: object) -> dict[str, jwt.PyJWK]:
    keys = {}
    for entry in published if isinstance(published, list) else ():
        algorithm = ALGORITHM_OF_KEY.get((str(entry.get("kty")), str(entry.get("crv", ""))))
        meant = entry.get("use", "sig") == "sig" and entry.get("alg", algorithm) == algorithm
        if algorithm is None or not meant or not isinstance(entry.get("kid"), str):
            continue
        try:
            keys[entry["kid"]] = jwt.PyJWK(entry, algorithm)
        except jwt.PyJWTError:
            continue
    return keys
