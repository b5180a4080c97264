"""The keys Microsoft signs tokens with, here made on the spot, and the tokens.

https://learn.microsoft.com/graph/change-notifications-with-resource-data#validation-tokens-in-the-change-notification
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from integrations.teams.emulator.state import State

CHANGE_TRACKING = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application that sends Graph's change notifications, in every tenant."""

FORGERIES = (
    "token",
    "appid",
    "audience",
    "issuer",
    "tenant",
    "expired",
    "missing",
    "signature",
)
_FOREIGN = -1
_LIVES = timedelta(hours=1)


def issuer(tenant_id: str) -> str:
    """Who signs version 1 tokens of a tenant."""
    return f"https://sts.windows.net/{tenant_id}/"


def published_keys(state: State) -> dict[str, Any]:
    """The JSON Web Key Set: the one key that is good now."""
    public = RSAAlgorithm.to_jwk(_key(state.key_generation).public_key(), as_dict=True)
    kid = _key_id(state.key_generation)
    return {"keys": [{**public, "use": "sig", "kid": kid, "x5t": kid, "alg": "RS256"}]}


def access_token(state: State, expires_at: datetime, roles: tuple[str, ...]) -> str:
    """An app-only access token for Graph; opaque to the client."""
    claims = {
        **_common(state, expires_at),
        "aud": "https://graph.microsoft.com",
        "appid": state.settings.client_id,
        "roles": list(roles),
        "idtyp": "app",
    }
    return _sign(state.key_generation, claims)


def validation_token(state: State, forgery: str = "") -> str:
    """What proves that a notification is Graph's; or, by order, does not."""
    now = state.clock.now()
    expires_at = now - timedelta(hours=1) if forgery == "expired" else now + _LIVES
    claims = {
        **_common(state, expires_at),
        "aud": state.settings.client_id,
        "appid": CHANGE_TRACKING,
        "appidacr": "2",
    }
    stranger = state.new_guid()
    lies: dict[str, dict[str, str]] = {
        "appid": {"appid": stranger},
        "audience": {"aud": stranger},
        "issuer": {"iss": issuer(stranger)},
        "tenant": {"tid": stranger, "iss": issuer(stranger)},
    }
    generation = _FOREIGN if forgery == "token" else state.key_generation
    kid = _key_id(state.key_generation)
    return _sign(generation, {**claims, **lies.get(forgery, {})}, kid)


def _common(state: State, expires_at: datetime) -> dict[str, Any]:
    """Claims of every version 1 token; it is good from five minutes before it was made."""
    made_at = min(state.clock.now(), expires_at - _LIVES)
    tenant = state.settings.tenant_id
    subject = state.new_guid()
    return {
        "iss": issuer(tenant),
        "idp": issuer(tenant),
        "iat": int(made_at.timestamp()),
        "nbf": int((made_at - timedelta(minutes=5)).timestamp()),
        "exp": int(expires_at.timestamp()),
        "oid": subject,
        "sub": subject,
        "tid": tenant,
        "uti": state.new_key(),
        "ver": "1.0",
    }


def _sign(generation: int, claims: dict[str, Any], kid: str = "") -> str:
    kid = kid or _key_id(generation)
    return jwt.encode(claims, _key(generation), "RS256", headers={"kid": kid, "x5t": kid})


@cache
def _key(generation: int) -> RSAPrivateKey:
    """Kept for the life of the process: making one takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _key_id(generation: int) -> str:
    public = RSAAlgorithm.to_jwk(_key(generation).public_key(), as_dict=True)
    digest = hashlib.sha256(json.dumps(public, sort_keys=True).encode()).digest()
    return urlsafe_b64encode(digest[:20]).decode().rstrip("=")
