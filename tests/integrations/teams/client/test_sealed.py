"""What is sealed for us is opened; what was touched on the way is not."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from integrations.teams.client_state import ClientStates
from integrations.teams.sealed import EncryptionKey, NotSealedForUs, Seals, UnknownCertificate
from service.errors import Misconfigured
from tests.integrations.teams.client.keys import der_of, encryption_key, seal
from tests.integrations.teams.client.parts import REFERENCE, STATE_KEY

SEALS = Seals((encryption_key("key-1"), encryption_key("key-0")))
PLAIN = '{"eventType":"callStarted","who":"Zoë"}'.encode()


@pytest.mark.parametrize("name", ["key-1", "key-0"])
def test_the_current_key_and_an_earlier_one_open(name: str) -> None:
    assert SEALS.open(seal(PLAIN, name)) == PLAIN


@given(st.binary(max_size=100))
@settings(max_examples=20, deadline=None)
def test_every_length_comes_back_to_the_byte(plain: bytes) -> None:
    assert SEALS.open(seal(plain)) == plain


@pytest.mark.parametrize("name", ["key-9", "", None, 7])
def test_a_key_that_we_do_not_hold_is_named_as_such(name: object) -> None:
    with pytest.raises(UnknownCertificate):
        SEALS.open(seal(PLAIN) | {"encryptionCertificateId": name})


@pytest.mark.parametrize("part", ["data", "dataSignature", "dataKey"])
def test_one_changed_bit_breaks_the_seal(part: str) -> None:
    content = seal(PLAIN)
    raw = bytearray(b64decode(content[part]))
    raw[-1] ^= 1
    with pytest.raises(NotSealedForUs):
        SEALS.open(content | {part: b64encode(bytes(raw)).decode()})


@pytest.mark.parametrize("part", ["data", "dataSignature", "dataKey"])
@pytest.mark.parametrize("nonsense", ["", "!", "AAAA", "Zoë", None, 7])
def test_nonsense_breaks_the_seal_and_nothing_else(part: str, nonsense: object) -> None:
    with pytest.raises(NotSealedForUs):
        SEALS.open(seal(PLAIN) | {part: nonsense})


def test_what_is_sealed_for_another_key_under_our_label_does_not_open() -> None:
    with pytest.raises(NotSealedForUs):
        SEALS.open(seal(PLAIN, "key-0") | {"encryptionCertificateId": "key-1"})


@pytest.mark.pitfall(56)
@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END"])
def test_a_key_that_is_none_refuses_the_start_without_showing_it(pem: str) -> None:
    with pytest.raises(Misconfigured) as fault:
        Seals((EncryptionKey("key-1", SecretStr(pem), der_of("key-1")),))
    assert fault.value.__cause__ is None
    assert not pem or pem not in str(fault.value)
    assert "PRIVATE" not in repr(encryption_key())


# --- client states --------------------------------------------------------------------------------

STATES = ClientStates(STATE_KEY)


@pytest.mark.parametrize("reference", [REFERENCE, "", "a" * 60])
def test_a_client_state_says_which_meeting_it_is_for(reference: str) -> None:
    state = STATES.of(reference)
    assert len(state) <= 128
    assert STATES.reference_of(state) == reference


def test_a_client_state_of_another_key_is_not_ours() -> None:
    foreign = ClientStates(b"another-key-of-32-bytes-and-more").of(REFERENCE)
    assert STATES.reference_of(foreign) is None


def test_a_client_state_does_not_fit_another_meeting() -> None:
    _, _, signature = STATES.of(REFERENCE).partition(".")
    assert STATES.reference_of(f"OTHERONE22.{signature}") is None
    assert STATES.reference_of(f".{signature}") is None


@given(st.none() | st.integers() | st.text(max_size=140))
def test_nothing_made_up_is_ours(state: object) -> None:
    assert STATES.reference_of(state) is None


@given(st.integers(0, 74), st.characters(codec="ascii"))
def test_no_character_of_a_client_state_can_be_another(place: int, other: str) -> None:
    state = STATES.of(REFERENCE)
    if state[place] != other:
        assert STATES.reference_of(state[:place] + other + state[place + 1 :]) is None


@pytest.mark.parametrize("reference", ["a.b", "a b", "ä", "a" * 61])
def test_a_reference_of_another_form_gets_no_client_state(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        STATES.of(reference)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        ClientStates(b"")
