"""Tokens of an OpenID provider: only its own keys count, and only for its own tokens."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from service.errors import Misconfigured
from service.policy.people import Role
from service.web.openid import OpenIdIssuer, OpenIdSettings
from tests.web.house import ISSUER, START, HandClock, House, a_house, serving

NOW = int(START.timestamp())
OTHER = "https://login.example/tenant"
PLACE = "/v1/things/thing_1"
RSA = rsa.generate_private_key(65537, 2048)
SHORT_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it must be refused
EC = ec.generate_private_key(ec.SECP256R1())
ED = Ed25519PrivateKey.generate()
KEYS: dict[str, tuple[Any, str, Any]] = {
    "rsa": (RSA, "RS256", RSAAlgorithm), "ec": (EC, "ES256", ECAlgorithm),
    "ed": (ED, "EdDSA", OKPAlgorithm), "short": (SHORT_RSA, "RS256", RSAAlgorithm),
}  # fmt: skip


def published(kid: str, **changes: object) -> dict[str, Any]:
    key, _, kind = KEYS[kid]
    return json.loads(kind.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"} | changes


class Provider:
    """A provider's key endpoint that can be changed, broken and counted."""

    def __init__(self) -> None:
        self.keys: Any = [published(kid) for kid in KEYS]
        self.status = 200
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.status == 302:
            raise web.HTTPFound("/moved")
        return web.json_response({"keys": self.keys}, status=self.status)

    async def moved(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})


def settings(url: str, **changes: Any) -> OpenIdSettings:
    return OpenIdSettings(**{
        "issuer": OTHER, "audience": "chaperone-api", "key_set_url": url,
        "subject_claim": "staff_id", "roles_claim": "groups",
        "role_names": {"g-coordinators": Role.COORDINATOR}, **changes,
    })  # fmt: skip


@asynccontextmanager
async def a_house_with(provider: Provider, **changes: Any) -> AsyncIterator[House]:
    app = web.Application()
    app.router.add_get("/keys", provider.answer)
    app.router.add_get("/moved", provider.moved)
    async with serving(app) as port, aiohttp.ClientSession() as session:

        def others(clock: HandClock) -> list[OpenIdIssuer]:
            of = settings(f"http://127.0.0.1:{port}/keys", **changes)
            return [OpenIdIssuer(of, clock, session)]

        async with a_house(others=others) as house:
            yield house


def a_token(kid: str = "rsa", **changes: Any) -> str:
    extra = {name[7:]: changes.pop(name) for name in list(changes) if name.startswith("header_")}
    key, alg, _ = KEYS[kid]
    key, alg = changes.pop("key", key), changes.pop("alg", alg)
    claims = {
        "iss": OTHER, "aud": "chaperone-api", "sub": "opaque", "staff_id": "staff_7",
        "groups": ["g-coordinators", "g-chess"], "iat": NOW, "exp": NOW + 3600, **changes,
    }  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, alg, {"kid": kid, "typ": "at+jwt"} | extra)


async def ask(house: House, token: str) -> int:
    async with house.client.get(PLACE, headers={"Authorization": f"Bearer {token}"}) as answer:
        return answer.status


@pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
async def test_each_allowed_kind_of_key_works(kid: str) -> None:
    async with a_house_with(Provider()) as house:
        assert await ask(house, a_token(kid)) == 200


async def test_keys_are_asked_for_once_while_fresh() -> None:
    provider = Provider()
    async with a_house_with(provider) as house:
        for _ in range(3):
            assert await ask(house, a_token()) == 200
        assert provider.asked == 1
        house.clock.forward(timedelta(minutes=11))
        assert await ask(house, a_token()) == 200
        assert provider.asked == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else"},
        {"aud": None},
        {"exp": NOW - 10},
        {"exp": None},
        {"exp": float("inf")},
        {"exp": "soon"},
        {"iat": NOW + 10},
        {"nbf": NOW + 10},
        {"exp": NOW + 3 * 86400},
        {"staff_id": None},
        {"staff_id": 7},
        {"groups": None},
        {"groups": "g-coordinators"},
        {"header_typ": "JWT"},
        {"header_kid": "unknown"},
        {"header_jku": "http://127.0.0.1/keys"},
        {"kid": "short"},
        {"key": "s" * 32, "alg": "HS256"},
        {"key": "s" * 32, "alg": "HS256", "kid": "ed"},
        {"key": RSA, "alg": "RS512"},
        {"key": RSA, "alg": "PS256"},
        {"key": ED, "alg": "EdDSA", "kid": "rsa"},
        {"key": rsa.generate_private_key(65537, 2048)},
        {"key": None, "alg": "none"},
    ],
)
@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
async def test_a_wrong_token_is_refused(changes: dict[str, Any]) -> None:
    async with a_house_with(Provider()) as house:
        assert await ask(house, a_token(**changes)) == 401
        assert house.shelf.looked == 0


async def test_unmapped_groups_give_no_role() -> None:
    async with a_house_with(Provider()) as house:
        assert await ask(house, a_token(groups=["admin", "coordinator"])) == 403


async def test_the_two_kinds_of_issuer_do_not_vouch_for_each_other() -> None:
    async with a_house_with(Provider()) as house:
        ours = house.keys.keys["k1"]
        assert await ask(house, a_token("ed", key=ours, header_kid="k1")) == 401
        claims = {"purpose": "access", "roles": ["coordinator"], "jti": "1", "aud": "chaperone"}
        theirs = a_token("ed", iss=ISSUER, **claims, staff_id=None, groups=None)
        assert await ask(house, theirs) == 401


async def test_made_up_key_ids_do_not_make_us_hammer_the_provider() -> None:
    provider = Provider()
    async with a_house_with(provider) as house:
        for number in range(5):
            assert await ask(house, a_token(header_kid=f"made-up-{number}")) == 401
        assert provider.asked == 1
        house.clock.forward(timedelta(seconds=61))
        provider.keys = [published("rsa") | {"kid": "new"}]
        assert await ask(house, a_token(header_kid="new")) == 200


@pytest.mark.parametrize("status", [500, 302])
async def test_without_keys_nobody_gets_in(status: int) -> None:
    provider = Provider()
    provider.status = status
    async with a_house_with(provider) as house:
        assert await ask(house, a_token()) == 503
        assert house.shelf.looked == 0


async def test_known_keys_serve_a_day_while_the_provider_is_away() -> None:
    provider = Provider()
    async with a_house_with(provider) as house:
        assert await ask(house, a_token()) == 200
        provider.status = 500
        house.clock.forward(timedelta(hours=23))
        later = {"iat": NOW + 23 * 3600, "exp": NOW + 26 * 3600}
        assert await ask(house, a_token(**later)) == 200
        house.clock.forward(timedelta(hours=1))
        assert await ask(house, a_token(**later)) == 503


@pytest.mark.parametrize(
    "keys",
    [
        [{"kty": "oct", "kid": "rsa", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}],
        [published("rsa", use="enc")],
        [published("rsa", alg="RS512")],
        [{"kty": "RSA", "kid": "rsa"}],
        [{"kty": ["RSA"], "kid": "rsa"}],
        [published("ec", crv="P-521")],
        ["rsa"],
        {},
        None,
    ],
)
async def test_an_unusable_key_set_lets_nobody_in(keys: Any) -> None:
    provider = Provider()
    provider.keys = keys
    async with a_house_with(provider) as house:
        assert await ask(house, a_token()) in (401, 503)
        assert house.shelf.looked == 0


async def test_one_unusable_key_does_not_spoil_the_others() -> None:
    provider = Provider()
    provider.keys = [{"kty": "RSA", "kid": "bad"}, published("rsa")]
    async with a_house_with(provider) as house:
        assert await ask(house, a_token()) == 200


def test_settings_that_trust_too_much_are_refused() -> None:
    with pytest.raises(Misconfigured):
        settings("http://login.example/keys")
    with pytest.raises(Misconfigured):
        settings("https://login.example/keys", role_names={"x": Role.SYSTEM})
