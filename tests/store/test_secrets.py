"""Secrets at rest, and the hashes of tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from service.errors import Misconfigured, NotReady
from service.store.columns import Sealed
from service.store.secrets import (
    Keyring,
    hash_token,
    key_id_of,
    looks_sealed,
    new_token,
    seal,
    unseal,
)

OLD = Keyring({"2025": b"o" * 32})
NEW = Keyring({"2026": b"n" * 32, "2025": b"o" * 32})
HERE = "meetings.passcode:mtg_1"


@given(st.text(), st.text())
def test_what_was_sealed_opens_in_its_place(text: str, where: str) -> None:
    envelope = seal(NEW, SecretStr(text), where)
    assert unseal(NEW, envelope, where).get_secret_value() == text


def test_the_newest_key_seals_and_older_ones_still_open() -> None:
    before = seal(OLD, SecretStr("tulip"), HERE)
    assert unseal(NEW, before, HERE).get_secret_value() == "tulip"
    assert key_id_of(before) == "2025"
    assert key_id_of(seal(NEW, SecretStr("tulip"), HERE)) == "2026"


def test_a_key_that_is_gone_is_named() -> None:
    envelope = seal(NEW, SecretStr("tulip"), HERE)
    with pytest.raises(Misconfigured, match="2026"):
        unseal(OLD, envelope, HERE)


def test_a_secret_does_not_open_in_another_row() -> None:
    envelope = seal(NEW, SecretStr("tulip"), HERE)
    with pytest.raises(NotReady) as caught:
        unseal(NEW, envelope, "meetings.passcode:mtg_2")
    assert caught.value.code == "seal_broken"


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_and_it_does_not_open(place: int, change: int) -> None:
    envelope = bytearray(seal(NEW, SecretStr("tulip"), HERE))
    envelope[place % len(envelope)] ^= change
    with pytest.raises((NotReady, Misconfigured)):
        unseal(NEW, bytes(envelope), HERE)


@given(st.binary(max_size=120))
def test_bytes_from_anywhere_do_not_open(data: bytes) -> None:
    with pytest.raises((NotReady, Misconfigured)):
        unseal(NEW, data, HERE)


def test_the_same_secret_never_looks_the_same() -> None:
    assert seal(NEW, SecretStr("tulip"), HERE) != seal(NEW, SecretStr("tulip"), HERE)


def test_nothing_shows_a_key_or_a_secret() -> None:
    shown = repr(NEW) + str(NEW) + repr(unseal(NEW, seal(NEW, SecretStr("tulip"), HERE), HERE))
    assert "nnnn" not in shown
    assert "tulip" not in shown


def test_a_keyring_is_read_from_text_newest_first() -> None:
    keys = [base64.b64encode(letter * 32).decode() for letter in (b"n", b"o")]
    ring = Keyring.from_text(f"2026:{keys[0]}, 2025:{keys[1]}")
    assert ring.newest == "2026"
    assert unseal(ring, seal(OLD, SecretStr("tulip"), HERE), HERE).get_secret_value() == "tulip"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nokey",
        "id:",
        "id:!!!!",
        "id:c2hvcnQ=",
        f"bad id:{base64.b64encode(bytes(32)).decode()}",
        ",".join([f"id:{base64.b64encode(bytes(32)).decode()}"] * 2),
    ],
)
def test_a_keyring_that_is_not_right_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Keyring.from_text(text)
    assert "c2hvcnQ" not in str(caught.value)


def test_a_column_for_secrets_takes_only_sealed_bytes() -> None:
    sealed = seal(NEW, SecretStr("tulip"), HERE)
    column: Sealed = Sealed()
    dialect = None
    assert column.process_bind_param(sealed, dialect) == sealed  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sealed"):
        column.process_bind_param(b"https://example.org/j/1?pwd=tulip", dialect)  # type: ignore[arg-type]
    assert not looks_sealed(b"\x01")


def test_tokens_are_long_random_and_url_safe() -> None:
    tokens = {new_token().get_secret_value() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(base64.urlsafe_b64decode(token + "=")) == 32 for token in tokens)


def test_a_token_is_known_by_its_sha_256() -> None:
    # FIPS 180-4 example "abc".
    assert hash_token("abc").startswith("ba7816bf8f01cfea414140de5dae2223")
    assert len(hash_token("abc")) == 64
