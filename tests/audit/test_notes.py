"""Signed notes, held against the keys and notes of Go's own test suite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed, Unrecordable
from service.audit.notes import (
    LARGEST_NOTE_BYTES,
    SigningKey,
    VerifierKey,
    open_note,
    sign_note,
)
from service.errors import Misconfigured
from tests.audit.logs import KEY, OTHER_KEY

# golang.org/x/mod/sumdb/note, note_test.go
PETER = VerifierKey.from_text("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = VerifierKey.from_text("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33"
    "WWd1RvMc+QQ=\n"
)
NO_BREAK_SPACE = "\u00a0"
NOTE = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"


def test_gos_key_signs_the_note_that_go_signs() -> None:
    assert sign_note(TEXT, [SigningKey.from_text(PETER_SECRET)]) == f"{TEXT}\n{PETER_LINE}"


def test_a_signing_key_has_the_public_half_that_go_gives_it() -> None:
    assert SigningKey.from_text(PETER_SECRET).verifier == PETER


def test_a_note_is_opened_with_the_known_keys_only() -> None:
    opened = open_note(NOTE, [PETER])
    assert opened.text == TEXT
    assert opened.signed_by == (PETER,)
    assert open_note(NOTE, [ENOCH, PETER]).signed_by == (PETER, ENOCH)


def test_a_repeated_signature_counts_once() -> None:
    assert open_note(f"{TEXT}\n{PETER_LINE * 3}", [PETER]).signed_by == (PETER,)


@pytest.mark.parametrize("known", [[], [KEY.verifier]])
def test_a_note_without_a_known_signature_is_refused(known: list[VerifierKey]) -> None:
    with pytest.raises(ProofFailed):
        open_note(NOTE, known)


def test_one_bad_signature_of_a_known_key_refuses_the_note() -> None:
    forged = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE.replace('5n2t', '5n3t')}"
    assert open_note(forged, [PETER]).signed_by == (PETER,)
    with pytest.raises(ProofFailed):
        open_note(forged, [PETER, ENOCH])


def test_a_key_of_the_same_name_and_another_id_is_another_key() -> None:
    note = sign_note(TEXT, [OTHER_KEY, KEY])
    assert open_note(note, [KEY.verifier]).signed_by == (KEY.verifier,)


@given(st.data())
def test_a_changed_text_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT) - 1))
    letter = data.draw(st.characters(categories=["L", "N", "P"]).filter(lambda c: c != TEXT[at]))
    with pytest.raises(ProofFailed):
        open_note(f"{TEXT[:at]}{letter}{TEXT[at + 1 :]}\n{PETER_LINE}", [PETER])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}{PETER_LINE}",
        f"{TEXT}\n",
        f"{TEXT}\n{PETER_LINE}"[:-1],
        f"{TEXT}\n{PETER_LINE}\n",
        f"{TEXT}\n{PETER_LINE}\n\n",
        f"{TEXT}\n{PETER_LINE}more\n",
        f"{TEXT}\n{PETER_LINE.replace('—', '-')}",
        f"{TEXT}\n{PETER_LINE.replace('— ', '—')}",
        f"{TEXT}\n{PETER_LINE.replace('Neumann ', 'Neumann  ')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterN', 'Peter+N')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterN', f'Peter{NO_BREAK_SPACE}N')}",
        f"{TEXT}\n{PETER_LINE.replace('=', '')}",
        f"{TEXT}\n{PETER_LINE}— Witness x08gow==\n",
        f"{TEXT}\n{PETER_LINE.replace(chr(10), ' ' + chr(10))}",
        f"{TEXT}\n{PETER_LINE.replace(chr(10), chr(13) + chr(10))}",
        f"{TEXT}\x00\n{PETER_LINE}",
        f"{TEXT}\t\n\n{PETER_LINE}",
        f"{TEXT}\ud800\n\n{PETER_LINE}",
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(ProofFailed):
        open_note(note, [PETER])


def test_a_signature_has_one_spelling() -> None:
    # The last character of a padded group carries two unused bits: `M` and `N` decode alike.
    assert "JnAM=" in PETER_LINE
    with pytest.raises(ProofFailed):
        open_note(f"{TEXT}\n{PETER_LINE.replace('JnAM=', 'JnAN=')}", [PETER])


def test_a_note_may_be_large_but_not_endless() -> None:
    room = LARGEST_NOTE_BYTES - len(f"\n{PETER_LINE}".encode())
    key = SigningKey.from_text(PETER_SECRET)
    assert open_note(sign_note("a" * (room - 1) + "\n", [key]), [PETER]).signed_by == (PETER,)
    with pytest.raises(ProofFailed):
        open_note(sign_note("a" * room + "\n", [key]), [PETER])


def test_a_text_with_empty_lines_is_parted_at_the_last_one() -> None:
    text = "first\n\nsecond\n"
    assert open_note(sign_note(text, [KEY]), [KEY.verifier]).text == text


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "bell\x07\n", "\ud800\n"])
def test_a_text_that_no_verifier_would_open_is_not_signed(text: str) -> None:
    with pytest.raises(Unrecordable):
        sign_note(text, [KEY])


def test_a_note_is_not_made_without_a_key() -> None:
    with pytest.raises(Unrecordable):
        sign_note(TEXT, [])


@given(st.data())
def test_a_mangled_verifier_key_is_refused(data: st.DataObject) -> None:
    text = str(PETER)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    if letter == text[at]:
        return
    with pytest.raises(ProofFailed):
        VerifierKey.from_text(text[:at] + letter + text[at + 1 :])


@given(st.data())
def test_a_mangled_signing_key_is_refused_and_not_shown(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(PETER_SECRET) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    if letter == PETER_SECRET[at]:
        return
    with pytest.raises(Misconfigured) as refusal:
        SigningKey.from_text(PETER_SECRET[:at] + letter + PETER_SECRET[at + 1 :])
    assert "AYEK" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "\ud800+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ProofFailed):
        VerifierKey.from_text(text)


def test_a_key_of_an_unknown_type_is_called_that() -> None:
    with pytest.raises(ProofFailed, match="of a type"):
        VerifierKey.from_text("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")


@given(st.binary(min_size=32, max_size=32))
def test_keys_survive_their_text_form(seed: bytes) -> None:
    key = SigningKey("log.example/one", seed)
    assert SigningKey.from_text(key.to_text()) == key
    assert VerifierKey.from_text(str(key.verifier)) == key.verifier


@pytest.mark.pitfall(56)
def test_a_signing_key_does_not_show_its_seed() -> None:
    assert repr(KEY.seed) not in repr(KEY)
    assert KEY.seed.hex() not in repr(KEY)


def test_one_key_may_be_named_twice() -> None:
    assert open_note(NOTE, [PETER, PETER]).signed_by == (PETER,)


def test_keys_that_cannot_be_told_apart_are_refused() -> None:
    # Found by counting: the first two numbers whose key ids clash under this name.
    clashing = [VerifierKey(KEY.name, number.to_bytes(32, "big")) for number in (5_791, 49_416)]
    assert clashing[0].key_id == clashing[1].key_id
    with pytest.raises(ProofFailed):
        open_note(sign_note(TEXT, [KEY]), [KEY.verifier, *clashing])
