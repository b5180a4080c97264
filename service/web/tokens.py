"""Our own tokens: signed here, read here, and worth nothing elsewhere or for another purpose.

JSON Web Tokens after RFC 8725 (best practice) and RFC 9068 (`at+jwt`). One algorithm, keys by `kid`
from our own table only, every claim demanded, and time taken from our clock.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

import jwt
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from service.errors import Misconfigured, NotSignedIn
from service.policy.people import Actor, Role
from service.ports import Clock

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
ACCESS = "access"
LEEWAY = timedelta(seconds=5)
LONGEST_TOKEN = 8192
MOST_PROVED = 4096
"""How many tokens are remembered as rightly signed; only such can fill the memory."""
NEVER_BY_TOKEN = frozenset({Role.SYSTEM, Role.PARENT})
"""The service itself never signs in, and parents come by their own links."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "jti", "purpose", "roles"]


class TokenRefused(NotSignedIn):
    """A token was not accepted. `reason` is for our log; the caller learns only that it must sign in."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class Claims(BaseModel):
    """What one of our tokens must say, no more and no less (`nbf` may be missing)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    iss: str
    aud: str
    sub: Name
    jti: Name
    purpose: Name
    roles: tuple[Role, ...]
    iat: int
    exp: int
    nbf: int | None = None


@dataclass(frozen=True)
class TokenKeys:
    """Mints and verifies. `keys` by key id; `mint_with` names the one in use, the others only verify.

    `longest` bounds the lifetime of a person's token, `longest_for_machines` that of a token whose
    only role is machine.
    """

    issuer: str
    audience: str
    keys: Mapping[str, Ed25519PrivateKey]
    mint_with: str
    clock: Clock
    longest: timedelta = timedelta(hours=12)
    longest_for_machines: timedelta = timedelta(days=90)
    _proved: dict[bytes, Claims] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """A keyring without its minting key is a mistake in the settings."""
        if self.mint_with not in self.keys:
            raise Misconfigured("The key that tokens are minted with is not in the keyring.")

    def mint(
        self, subject: str, roles: Iterable[Role], lifetime: timedelta, purpose: str = ACCESS
    ) -> str:
        """A token for `subject`. `Misconfigured` if nobody would ever accept it."""
        held = frozenset(roles)
        if held & NEVER_BY_TOKEN or not timedelta() < lifetime <= self._longest(held):
            raise Misconfigured("A token may not have these roles or this lifetime.")
        now = int(self.clock.now().timestamp())
        claims = Claims(
            iss=self.issuer,
            aud=self.audience,
            sub=subject,
            jti=str(uuid.UUID(int=uuid_utils.uuid7().int)),
            purpose=purpose,
            roles=tuple(sorted(held)),
            iat=now,
            exp=now + int(lifetime.total_seconds()),
        )
        payload = claims.model_dump(mode="json", exclude_none=True)
        headers = {"kid": self.mint_with, "typ": TYPE}
        return jwt.encode(payload, self.keys[self.mint_with], ALGORITHM, headers)

    def verify(self, token: str, purpose: str = ACCESS) -> Actor:
        """Who the token is for, or `TokenRefused`."""
        return self.read(token, purpose)[0]

    def read(self, token: str, purpose: str = ACCESS) -> tuple[Actor, datetime]:
        """Who the token is for and when it ends, or `TokenRefused`."""
        mark = hashlib.sha256(token.encode(errors="replace")).digest()
        claims = self._proved.get(mark) or self._prove(token)
        if len(self._proved) >= MOST_PROVED:
            self._proved.clear()
        # Checking a signature takes longer than all else in a request. What a token says can be kept,
        # as keys change only by a restart; whether that is good enough now is judged every time.
        self._proved[mark] = claims
        return self._judge(claims, purpose)

    def _prove(self, token: str) -> Claims:
        header = header_of(token)
        if set(header) != {"alg", "kid", "typ"}:
            # Also keeps out jku, x5u, jwk and crit, which say where a key is or change the rules.
            raise TokenRefused("header fields")
        if header["typ"] != TYPE:
            raise TokenRefused("type")
        key = self.keys.get(header["kid"])
        if key is None:
            raise TokenRefused("unknown key")
        payload = decode(token, key.public_key(), ALGORITHM, self.audience, self.issuer, _CLAIMS)
        try:
            return Claims.model_validate_json(json.dumps(payload))
        except ValidationError:
            raise TokenRefused("claims") from None

    def _judge(self, claims: Claims, purpose: str) -> tuple[Actor, datetime]:
        roles = frozenset(claims.roles)
        if claims.purpose != purpose:
            raise TokenRefused("purpose")
        if roles & NEVER_BY_TOKEN:
            raise TokenRefused("roles")
        ends_at = check_times(
            self.clock.now(), claims.iat, claims.exp, claims.nbf, self._longest(roles)
        )
        return Actor(claims.sub, roles), ends_at

    def _longest(self, roles: frozenset[Role]) -> timedelta:
        return self.longest_for_machines if roles == {Role.MACHINE} else self.longest


def header_of(token: str) -> Mapping[str, Any]:
    """The header before anything is believed, or `TokenRefused`."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("form")
    try:
        return jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise TokenRefused("form") from None


def decode(
    token: str, key: Any, algorithm: str, audience: str, issuer: str, required: list[str]
) -> dict[str, Any]:
    """The payload, once signature, audience and issuer hold. Times are not looked at here."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=audience,
            issuer=issuer,
            options={
                "require": required,
                # Judged by `check_times`: PyJWT would ask the machine's clock, not ours.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "enforce_minimum_key_length": True,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenRefused(type(error).__name__) from None


def check_times(
    now: datetime, iat: float, exp: float, nbf: float | None, longest: timedelta
) -> datetime:
    """When the token ends, or `TokenRefused` if it is not valid now or lives too long."""
    seconds = now.timestamp()
    leeway = LEEWAY.total_seconds()
    starts = max(iat, nbf or 0)
    if starts > seconds + leeway:
        raise TokenRefused("not yet valid")
    if exp + leeway <= seconds:
        raise TokenRefused("expired")
    if exp - iat > longest.total_seconds():
        raise TokenRefused("lives too long")
    return datetime.fromtimestamp(exp, now.tzinfo)
