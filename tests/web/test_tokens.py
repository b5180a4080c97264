"""Our keyring: what it mints, for how long it verifies, and that nothing confuses it."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Misconfigured
from service.policy.people import Actor, Role
from service.web.tokens import TokenRefused
from tests.web.house import AUDIENCE, ISSUER, START, HandClock, some_keys
from tests.web.test_sign_in import by_hand

NOW = int(START.timestamp())


def test_old_keys_verify_until_they_are_taken_away() -> None:
    clock = HandClock()
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    before = some_keys(clock, keys={"old": old}, mint_with="old")
    token = before.mint("staff_1", [Role.TUTOR], timedelta(hours=1))
    during = some_keys(clock, keys={"old": old, "new": new}, mint_with="new")
    assert during.verify(token) == Actor("staff_1", frozenset({Role.TUTOR}))
    assert jwt.get_unverified_header(during.mint("s", [], timedelta(hours=1)))["kid"] == "new"
    after = some_keys(clock, keys={"new": new}, mint_with="new")
    with pytest.raises(TokenRefused):
        after.verify(token)


@pytest.mark.parametrize(
    ("roles", "lifetime"),
    [
        ([Role.SYSTEM], timedelta(hours=1)),
        ([Role.PARENT], timedelta(hours=1)),
        ([Role.TUTOR], timedelta(hours=13)),
        ([Role.TUTOR, Role.MACHINE], timedelta(days=2)),
        ([Role.MACHINE], timedelta(days=91)),
        ([Role.TUTOR], timedelta()),
    ],
)
def test_a_token_nobody_should_hold_is_not_minted(roles: list[Role], lifetime: timedelta) -> None:
    with pytest.raises(Misconfigured):
        some_keys(HandClock()).mint("staff_1", roles, lifetime)


def test_a_machines_token_may_live_longer() -> None:
    keys = some_keys(HandClock())
    actor = keys.verify(keys.mint("booking", [Role.MACHINE], timedelta(days=90)))
    assert actor == Actor("booking", frozenset({Role.MACHINE}))


def test_a_keyring_without_its_minting_key_is_refused() -> None:
    with pytest.raises(Misconfigured):
        some_keys(HandClock(), mint_with="k9")


def test_a_token_that_was_good_is_judged_anew_every_time() -> None:
    clock = HandClock()
    keys = some_keys(clock)
    token = keys.mint("staff_1", [Role.TUTOR], timedelta(hours=1))
    keys.verify(token)
    with pytest.raises(TokenRefused):
        keys.verify(token, "pages")
    with pytest.raises(TokenRefused):
        keys.verify(token[:-2] + ("AA" if token[-2:] != "AA" else "BA"))
    keys.verify(token)
    clock.forward(timedelta(hours=1, seconds=5))
    with pytest.raises(TokenRefused):
        keys.verify(token)


def test_remembered_tokens_do_not_fill_the_memory() -> None:
    keys = some_keys(HandClock())
    tokens = [keys.mint("staff_1", [Role.TUTOR], timedelta(hours=1)) for _ in range(3)]
    for token in [*tokens, *tokens]:
        assert keys.verify(token).subject == "staff_1"
    for number in range(50):
        with pytest.raises(TokenRefused):
            keys.verify(f"{tokens[0]}{number}")
    assert len(keys._proved) == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
HEADERS = st.dictionaries(st.sampled_from(["alg", "kid", "typ", "jwk", "b64", "crit"]), JSON)
GOOD = {
    "iss": ISSUER, "aud": AUDIENCE, "sub": "staff_1", "jti": "t1", "purpose": "access",
    "roles": ["tutor"], "iat": NOW, "exp": NOW + 600,
}  # fmt: skip
KEYS = some_keys(HandClock())


@given(header=HEADERS | JSON, payload=JSON)
def test_whatever_stands_in_a_header_is_refused(header: Any, payload: Any) -> None:
    with pytest.raises(TokenRefused):
        KEYS.verify(by_hand(header, payload, b"x" * 64))


@given(changes=st.dictionaries(st.sampled_from([*GOOD, "nbf"]), JSON, min_size=1))
def test_whatever_a_rightly_signed_token_claims_is_understood_or_refused(
    changes: dict[str, Any],
) -> None:
    payload = json.dumps(GOOD | changes).encode()
    token = jwt.PyJWS().encode(payload, KEYS.keys["k1"], "EdDSA", {"kid": "k1", "typ": "at+jwt"})
    try:
        actor = KEYS.verify(token)
    except TokenRefused:
        return
    assert actor.subject == (GOOD | changes)["sub"]
    assert actor.roles == set((GOOD | changes)["roles"])


@pytest.mark.pitfall(38)
def test_a_token_lives_by_our_clock_and_never_by_that_of_whoever_shows_it() -> None:
    clock = HandClock()
    keys = some_keys(clock)
    token = keys.mint("staff_1", [Role.TUTOR], timedelta(hours=1))
    payload = jwt.decode(token, options={"verify_signature": False})
    assert payload["iat"] == NOW  # not the machine's time
    clock.forward(timedelta(minutes=59))
    assert keys.verify(token).subject == "staff_1"
    clock.forward(timedelta(minutes=3))
    with pytest.raises(TokenRefused):
        keys.verify(token)
