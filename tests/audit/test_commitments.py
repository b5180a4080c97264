"""Commitments: nothing is learnt from the digest, and only the one payload opens it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import Unrecordable
from service.audit.commitments import commit, opens
from tests.audit.logs import flipped

salts = st.binary(min_size=32, max_size=32)
SALT = bytes(range(32))


def test_the_encoding_is_the_documented_one() -> None:
    parts = [b"chaperone-commitment-v1", b"consent.given", SALT, b"payload"]
    encoded = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert commit("consent.given", SALT, b"payload") == sha256(encoded).digest()


@given(st.text(), salts, st.binary())
def test_what_was_committed_opens(label: str, salt: bytes, payload: bytes) -> None:
    assert opens(commit(label, salt, payload), label, salt, payload)


@given(salts, st.binary(min_size=1), st.integers(0))
def test_one_flipped_bit_anywhere_does_not_open(salt: bytes, payload: bytes, bit: int) -> None:
    digest = commit("label", salt, payload)
    assert not opens(flipped(digest, bit), "label", salt, payload)
    assert not opens(digest, "label", flipped(salt, bit), payload)
    assert not opens(digest, "label", salt, flipped(payload, bit))
    assert not opens(digest, "labem", salt, payload)


def test_bytes_cannot_move_from_label_to_payload() -> None:
    assert commit("ab", SALT, b"c") != commit("a", SALT, b"bc")


@pytest.mark.pitfall(59)
def test_the_same_payload_under_another_salt_looks_unrelated() -> None:
    assert commit("label", SALT, b"Ada") != commit("label", bytes(32), b"Ada")


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + b"x"])
def test_a_salt_of_another_length_neither_commits_nor_opens(salt: bytes) -> None:
    assert not opens(bytes(32), "label", salt, b"payload")
    with pytest.raises(Unrecordable):
        commit("label", salt, b"payload")
