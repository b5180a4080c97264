"""Who gets in with a token, and every way a token can be wrong, over real HTTP."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.policy.people import Actor, Role
from tests.web.house import AUDIENCE, ISSUER, START, House

NOW = int(START.timestamp())
PLACE = "/v1/things/thing_1"


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "staff_1", "jti": "t1", "purpose": "access",
        "roles": ["coordinator"], "iat": NOW, "exp": NOW + 600,
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(house: House, key: Any = None, alg: str = "EdDSA", **changes: Any) -> str:
    """A token with our key unless another is given; `header_…` changes the header."""
    extra = {name[7:]: changes.pop(name) for name in list(changes) if name.startswith("header_")}
    headers = {"kid": "k1", "typ": "at+jwt"} | extra
    return jwt.encode(claims(**changes), key or house.keys.keys["k1"], alg, headers)


def by_hand(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


async def ask(house: House, *authorization: str) -> tuple[int, Any]:
    headers = [("Authorization", one) for one in authorization]
    async with house.client.get(PLACE, headers=headers) as answer:
        return answer.status, await answer.json()


async def refused(house: House, token: str, reason: str) -> None:
    status, problem = await ask(house, f"Bearer {token}")
    assert (status, problem["code"]) == (401, "not_signed_in"), problem
    assert house.shelf.looked == 0
    assert f"({reason})" in house.lines.text, house.lines.text
    assert f"({reason})" not in json.dumps(problem)


async def test_a_good_token_lets_in(house: House) -> None:
    assert (await ask(house, f"Bearer {signed(house)}"))[0] == 200
    assert (await ask(house, f"Bearer {house.token()}"))[0] == 200
    assert (await ask(house, f"bearer {house.token()}"))[0] == 200


async def test_no_token_is_refused_and_told_how(house: House) -> None:
    async with house.client.get(PLACE) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert house.shelf.looked == 0


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer, Bearer"])
async def test_another_scheme_is_refused(house: House, scheme: str) -> None:
    assert (await ask(house, f"{scheme} {signed(house)}"))[0] == 401


async def test_two_authorization_headers_are_refused(house: House) -> None:
    token = f"Bearer {signed(house)}"
    status, _ = await ask(house, token, token)
    assert status in (400, 401)
    assert house.shelf.looked == 0


async def test_alg_none_is_refused(house: House) -> None:
    header = {"alg": "none", "kid": "k1", "typ": "at+jwt"}
    await refused(house, by_hand(header, claims()), "InvalidAlgorithmError")


async def test_the_public_key_as_a_shared_secret_is_refused(house: House) -> None:
    public = house.keys.keys["k1"].public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    for secret in (raw, base64.urlsafe_b64encode(raw)):
        await refused(house, signed(house, secret, "HS256"), "InvalidAlgorithmError")


async def test_another_key_is_refused(house: House) -> None:
    token = signed(house, Ed25519PrivateKey.generate())
    await refused(house, token, "InvalidSignatureError")


async def test_a_changed_payload_is_refused(house: House) -> None:
    head, _, signature = signed(house).split(".")
    admin = base64.urlsafe_b64encode(json.dumps(claims(roles=["admin"])).encode())
    token = f"{head}.{admin.rstrip(b'=').decode()}.{signature}"
    await refused(house, token, "InvalidSignatureError")


@pytest.mark.parametrize("kid", ["k2", "", "../../etc/passwd", "k1'--"])
async def test_an_unknown_key_id_is_refused(house: House, kid: str) -> None:
    await refused(house, signed(house, header_kid=kid), "unknown key")


@pytest.mark.parametrize("typ", ["JWT", "jwt", "statement+jwt", "", "AT+JWT"])
async def test_another_type_is_refused(house: House, typ: str) -> None:
    header = {"alg": "EdDSA", "kid": "k1", "typ": typ}
    await refused(house, by_hand(header, claims(), b"x" * 64), "type")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jku", "http://127.0.0.1:1/keys"),
        ("x5u", "http://127.0.0.1:1/cert"),
        ("jwk", {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}),
        ("crit", ["exp"]),
        ("cty", "JWT"),
    ],
)
async def test_a_header_that_brings_its_own_rules_is_refused(
    house: House, name: str, value: object
) -> None:
    header = {"alg": "EdDSA", "kid": "k1", "typ": "at+jwt", name: value}
    token = by_hand(header, claims(), b"x" * 64)
    status, _ = await ask(house, f"Bearer {token}")
    assert status == 401
    assert "InvalidSignatureError" not in house.lines.text


@pytest.mark.parametrize("name", ["exp", "iat", "iss", "aud", "sub", "jti", "purpose", "roles"])
async def test_a_token_without_a_claim_is_refused(house: House, name: str) -> None:
    await refused(house, signed(house, **{name: None}), "MissingRequiredClaimError")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"aud": "chaperone2"}, "InvalidAudienceError"),
        ({"aud": [AUDIENCE, "somebody-else"]}, "claims"),
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"iss": ISSUER + "/"}, "InvalidIssuerError"),
        ({"purpose": "pages"}, "purpose"),
        ({"purpose": "statement"}, "purpose"),
        ({"roles": ["coordinator", "emperor"]}, "claims"),
        ({"roles": "coordinator"}, "claims"),
        ({"roles": ["system"]}, "roles"),
        ({"roles": ["coordinator", "parent"]}, "roles"),
        ({"sub": ""}, "claims"),
        ({"sub": "a b"}, "claims"),
        ({"sub": "x" * 129}, "claims"),
        ({"exp": float(NOW + 60)}, "claims"),
        ({"iat": True}, "claims"),
        ({"extra": 1}, "claims"),
        ({"exp": NOW - 6}, "expired"),
        ({"exp": -NOW}, "expired"),
        ({"iat": NOW + 6}, "not yet valid"),
        ({"nbf": NOW + 6}, "not yet valid"),
        ({"exp": NOW + 13 * 3600}, "lives too long"),
        ({"exp": 10**30}, "lives too long"),
        ({"iat": -(10**30)}, "lives too long"),
    ],
)
async def test_a_wrong_claim_is_refused(house: House, changes: dict[str, Any], reason: str) -> None:
    await refused(house, signed(house, **changes), reason)


async def test_time_is_taken_from_our_clock(house: House) -> None:
    token = signed(house)
    assert abs(time.time() - NOW) > 60, "the test's hour must not be the machine's"
    assert (await ask(house, f"Bearer {token}"))[0] == 200
    house.clock.forward(timedelta(seconds=604))
    assert (await ask(house, f"Bearer {token}"))[0] == 200
    house.clock.forward(timedelta(seconds=1))
    assert (await ask(house, f"Bearer {token}"))[0] == 401


@pytest.mark.parametrize(
    "token", ["", "x", "a.b", "a.b.c", "....", "é", "A" * 9000, "e30.e30.", "W10.W10."]
)
async def test_what_is_no_token_is_refused(house: House, token: str) -> None:
    async with house.client.get(PLACE, headers={"Authorization": f"Bearer {token}"}) as answer:
        # aiohttp itself refuses a header over 8 KiB.
        assert answer.status == (400 if len(token) > 8190 else 401)


@pytest.mark.parametrize("name", ["access_token", "token", "Access_Token", "jwt"])
async def test_a_token_in_an_address_is_refused_even_beside_a_good_one(
    house: House, name: str
) -> None:
    url, good = f"{PLACE}?{name}={signed(house)}", house.signed_in()
    async with house.client.get(url) as answer:
        assert answer.status == 401
    async with house.client.get(url, headers=good) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "token_in_url")
    assert house.shelf.looked == 0


async def test_a_missing_role_is_refused(house: House) -> None:
    for role in (Role.TUTOR, Role.DSL, Role.ADMIN):
        async with house.client.get(PLACE, headers=house.signed_in(role)) as answer:
            assert (answer.status, (await answer.json())["code"]) == (403, "not_allowed")
    async with house.client.put(PLACE, headers=house.signed_in(Role.INSPECTOR)) as answer:
        assert answer.status == 403
    assert house.shelf.looked == 0


async def test_a_wrong_body_is_not_looked_at_before_the_role(house: House) -> None:
    for headers, status in ((house.signed_in(Role.TUTOR), 403), ({}, 401)):
        async with house.client.post("/v1/things", data=b"{", headers=headers) as answer:
            assert answer.status == status


@pytest.mark.parametrize("place", ["/v1/nothing", "/v1", "/nothing", "/v1/things/a/b/c"])
async def test_an_unknown_address_is_not_there_with_or_without_a_token(
    house: House, place: str
) -> None:
    for headers in ({}, house.signed_in()):
        async with house.client.get(place, headers=headers) as answer:
            assert answer.content_type == "application/problem+json"
            assert (answer.status, (await answer.json())["code"]) == (404, "not_found")


async def test_the_handler_learns_who_calls_and_under_which_request_id(house: House) -> None:
    headers = house.signed_in(Role.INSPECTOR, subject="inspector_1")
    headers |= {"X-Request-Id": "from-the-caller-1"}
    async with house.client.get(PLACE, headers=headers) as answer:
        assert answer.status == 200
    assert house.shelf.actor == Actor(
        "inspector_1", frozenset({Role.INSPECTOR}), "from-the-caller-1"
    )
