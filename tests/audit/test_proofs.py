"""Receipts: one text file proves one entry, with no word from the service."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.proofs import LARGEST_PROOF_BYTES, InclusionProof
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, Log

LOG = Log(11)
LEAF = LOG.entries[6].leaf
PROOF = LOG.proof(6)
TEXT = PROOF.to_text()


def test_the_text_is_the_published_format() -> None:
    head, checkpoint = TEXT.split("\n\n", 1)
    first, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert index == "index 6"
    assert [len(line) for line in path] == [44, 44, 44, 44]
    assert checkpoint == LOG.note


@given(st.integers(1, 40), st.data())
def test_every_entry_is_proved_by_its_receipt(size: int, data: st.DataObject) -> None:
    log = Log(size)
    index = data.draw(st.integers(0, size - 1))
    receipt = InclusionProof.from_text(log.proof(index).to_text())
    assert receipt.verify(log.entries[index].leaf, [KEY.verifier]) == log.checkpoint


def test_the_receipt_of_the_only_entry_has_no_path() -> None:
    log = Log(1)
    receipt = InclusionProof.from_text(log.proof(0).to_text())
    assert receipt.path == ()
    assert receipt.verify(log.entries[0].leaf, [KEY.verifier]).origin == ORIGIN


def test_a_receipt_proves_no_other_leaf() -> None:
    with pytest.raises(ProofFailed):
        PROOF.verify(LOG.entries[7].leaf, [KEY.verifier])


def test_a_receipt_proves_nothing_to_one_who_trusts_another_key() -> None:
    with pytest.raises(ProofFailed):
        PROOF.verify(LEAF, [OTHER_KEY.verifier])


def test_a_receipt_proves_no_other_index() -> None:
    with pytest.raises(ProofFailed):
        replace(PROOF, index=5).verify(LEAF, [KEY.verifier])


@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(0, 7))
def test_one_flipped_bit_in_a_receipt_is_refused(at: int, bit: int) -> None:
    data = bytearray(TEXT.encode())
    data[at] ^= 1 << bit
    with pytest.raises((ProofFailed, UnicodeDecodeError)):
        InclusionProof.from_text(data.decode()).verify(LEAF, [KEY.verifier])


def test_extra_data_is_carried_and_proves_nothing() -> None:
    receipt = InclusionProof.from_text(replace(PROOF, unverified_extra=b"hint").to_text())
    assert receipt.unverified_extra == b"hint"
    assert "\nextra aGludA==\nindex 6\n" in receipt.to_text()
    assert receipt.verify(LEAF, [KEY.verifier]).size == 11


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n" + LOG.note,
        "c2sp.org/tlog-proof@v1\nextra aGludA==\n\n" + LOG.note,
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 6", "index 06"),
        TEXT.replace("index 6", "index  6"),
        TEXT.replace("index 6", "index 6\nindex 6"),
        TEXT.replace("index 6", "index 6\nextra aGludA=="),
        TEXT.replace("index 6", "index 6\n\n"),
        TEXT.replace("index 6", "index 6\nAAAA"),
        TEXT.replace("index 6", "index 6" + 64 * ("\n" + 43 * "A" + "=")),
        TEXT.replace("\n", "\r\n"),
        TEXT + "\n",
        TEXT[:-1],
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(ProofFailed):
        InclusionProof.from_text(text).verify(LEAF, [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("index 6", "index 6\nAAAA"),
        TEXT.replace("index 6", "index 6" + 64 * ("\n" + 43 * "A" + "=")),
        TEXT + "x" * LARGEST_PROOF_BYTES,
    ],
)
def test_what_can_never_verify_is_not_even_read(text: str) -> None:
    with pytest.raises(ProofFailed):
        InclusionProof.from_text(text)
