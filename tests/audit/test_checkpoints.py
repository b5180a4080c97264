"""Checkpoints: the log's signed word on its size and root."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.audit.notes import SigningKey, sign_note
from service.audit.strict import LARGEST_NUMBER
from service.audit.tree import EMPTY_ROOT
from service.errors import Misconfigured
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, Log

ROOT = bytes(range(32))
ROOT_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
WITNESS = SigningKey("witness.example", bytes(32))


def test_the_text_is_origin_size_and_root() -> None:
    text = Checkpoint(ORIGIN, 12, ROOT).to_text()
    assert text == f"log.example/demo\n12\n{ROOT_TEXT}\n"


@given(st.integers(1, LARGEST_NUMBER), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_survives_signing(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert open_checkpoint(sign_checkpoint(checkpoint, [KEY]), [KEY.verifier]) == checkpoint


def test_an_empty_log_has_a_checkpoint() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(checkpoint, [KEY]), [KEY.verifier]) == checkpoint


def test_while_a_key_is_rotated_the_old_and_the_new_one_open_the_checkpoint() -> None:
    checkpoint = Checkpoint(ORIGIN, 12, ROOT)
    note = sign_checkpoint(checkpoint, [KEY, OTHER_KEY])
    assert open_checkpoint(note, [KEY.verifier]) == checkpoint
    assert open_checkpoint(note, [OTHER_KEY.verifier]) == checkpoint


def test_another_logs_key_of_the_same_name_does_not_open_it() -> None:
    with pytest.raises(ProofFailed):
        open_checkpoint(Log(5).note, [OTHER_KEY.verifier])


def test_a_witness_does_not_speak_for_the_log() -> None:
    note = sign_note(Checkpoint(ORIGIN, 12, ROOT).to_text(), [WITNESS])
    with pytest.raises(ProofFailed):
        open_checkpoint(note, [WITNESS.verifier, KEY.verifier])


def test_a_key_signs_for_its_own_log_only() -> None:
    with pytest.raises(Misconfigured):
        sign_checkpoint(Checkpoint(ORIGIN, 12, ROOT), [KEY, WITNESS])


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n12\n",
        f"{ORIGIN}\n012\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n-1\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n+1\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n1_2\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n١\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n{LARGEST_NUMBER + 1}\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n12\n{ROOT_TEXT[:-4]}\n",
        f"{ORIGIN}\n12\n{ROOT_TEXT[:-2]}9=\n",
        f"{ORIGIN}\n12\n{ROOT_TEXT}\nextension\n",
        f"{ORIGIN}\n12\n{ROOT_TEXT}\n\n",
        f"{ORIGIN}\n12 \n{ROOT_TEXT}\n",
        f"\n12\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n0\n{ROOT_TEXT}\n",
    ],
)
def test_any_other_text_is_refused_even_if_well_signed(text: str) -> None:
    with pytest.raises(ProofFailed):
        open_checkpoint(sign_note(text, [KEY]), [KEY.verifier])


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "a\nb"])
def test_an_origin_is_one_word(origin: str) -> None:
    with pytest.raises(ProofFailed):
        Checkpoint(origin, 12, ROOT)
