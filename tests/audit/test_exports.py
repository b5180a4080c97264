"""The offline export: whatever is done to the file on its way, the check notices."""

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.checkpoints import Checkpoint, sign_checkpoint
from service.audit.export_check import PROGRESS_EVERY, verify_export
from service.audit.exports import (
    ExportEntry,
    ExportHeader,
    lines_of,
    write_export,
)
from service.audit.strict import to_base64
from service.audit.tree import EMPTY_ROOT, CompactRange, leaf_hash
from tests.audit.exported import (
    END,
    ENTRIES,
    HEADER,
    LINES,
    LOG,
    WHOLE,
    exported,
    first_wrong,
    refusal,
    with_entry,
    with_header,
)
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, Log, entry


def test_a_whole_export_is_verified_and_counted() -> None:
    report = verify_export(LINES, KEY.verifier)
    assert report.checkpoint == LOG.checkpoint
    assert (report.entries, report.opened, report.erased, report.withheld) == (9, 3, 3, 0)
    assert report.key_is_trusted


def test_the_lines_are_canonical_json() -> None:
    assert all(rfc8785.dumps(json.loads(line)) + b"\n" == line for line in LINES)
    assert json.loads(HEADER) == {
        "checkpoint": LOG.note,
        "format": "chaperone-export",
        "origin": ORIGIN,
        "version": 1,
        "vkey": str(KEY.verifier),
    }
    assert json.loads(ENTRIES[0])["leaf"] == to_base64(entry(0).leaf)
    assert json.loads(ENTRIES[1])["payload"] is None
    assert json.loads(END) == {"end": True, "entries": 9}


def test_without_a_key_of_ones_own_the_report_says_that_nothing_vouches_for_it() -> None:
    assert not verify_export(LINES).key_is_trusted


@given(st.integers(0, 30))
def test_a_log_of_any_size_is_exported_and_verified(size: int) -> None:
    log = Log(size)
    report = verify_export(write_export(log.header, log.entries), KEY.verifier)
    assert report.entries == size


def test_an_empty_log_is_exported() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), [KEY])
    lines = exported(header=replace(LOG.header, checkpoint=note))
    assert verify_export(lines, KEY.verifier).entries == 0


@pytest.mark.pitfall(58)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(at: int, bit: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= 1 << bit
    with pytest.raises(ProofFailed):
        verify_export(lines_of(BytesIO(data)), KEY.verifier)


@given(st.integers(0, len(WHOLE) - 1))
def test_an_export_cut_off_anywhere_is_refused(at: int) -> None:
    with pytest.raises(ProofFailed):
        verify_export(lines_of(BytesIO(WHOLE[:at])), KEY.verifier)


@given(st.binary(min_size=1, max_size=40))
def test_an_export_with_anything_after_it_is_refused(more: bytes) -> None:
    with pytest.raises(ProofFailed):
        verify_export(lines_of(BytesIO(WHOLE + more)), KEY.verifier)


@given(st.permutations(ENTRIES))
def test_reordered_entries_are_refused_at_the_first_out_of_place(entries: list[bytes]) -> None:
    if entries == ENTRIES:
        return
    first = next(i for i, line in enumerate(entries) if line != ENTRIES[i])
    assert first_wrong([HEADER, *entries, END]) == first


@pytest.mark.parametrize("index", range(9))
def test_a_missing_entry_is_named(index: int) -> None:
    assert first_wrong([HEADER, *ENTRIES[:index], *ENTRIES[index + 1 :], END]) == index


@pytest.mark.parametrize("index", range(9))
def test_a_doubled_entry_is_named(index: int) -> None:
    assert first_wrong([HEADER, *ENTRIES[: index + 1], *ENTRIES[index:], END]) == index + 1


def test_an_entry_beyond_the_checkpoint_is_named() -> None:
    assert first_wrong(exported(*LOG.entries, entry(9))) == 9


def test_a_log_cut_short_with_a_matching_end_is_named() -> None:
    assert first_wrong(exported(*LOG.entries[:5])) == 5


def test_an_edited_payload_is_named() -> None:
    assert first_wrong(with_entry(3, payload=b"payload 4")) == 3


def test_an_edited_salt_is_named() -> None:
    assert first_wrong(with_entry(3, salt=bytes(32))) == 3


def test_a_payload_for_a_leaf_that_commits_to_none_is_named() -> None:
    assert first_wrong(with_entry(5, payload=b"made up", salt=bytes(32))) == 5


@pytest.mark.parametrize("fields", [{"payload": None}, {"salt": None}, {"erased": True}])
def test_half_an_opening_is_named(fields: dict[str, object]) -> None:
    assert first_wrong(with_entry(6, **fields)) == 6


def test_an_erasure_where_there_was_nothing_to_erase_is_named() -> None:
    assert first_wrong(with_entry(5, erased=True)) == 5


def test_a_withheld_payload_is_counted() -> None:
    report = verify_export(with_entry(6, payload=None, salt=None), KEY.verifier)
    assert (report.opened, report.withheld) == (2, 1)


@pytest.mark.pitfall(59)
def test_an_erased_payload_leaves_every_proof_valid() -> None:
    lines = with_entry(6, payload=None, salt=None, erased=True)
    report = verify_export(lines, KEY.verifier)
    assert (report.opened, report.erased) == (2, 4)


def test_bytes_that_are_no_leaf_are_named() -> None:
    assert first_wrong(with_entry(2, leaf=b"{}")) == 2


@pytest.mark.pitfall(58)
def test_a_leaf_exchanged_for_another_good_one_is_refused() -> None:
    assert first_wrong(with_entry(2, leaf=entry(5).leaf)) is None


def test_a_log_signed_again_with_another_key_is_refused() -> None:
    forged = Log(9, OTHER_KEY)
    lines = exported(*forged.entries, header=forged.header)
    assert verify_export(lines).entries == 9
    refusal(lines)


def test_a_header_with_another_key_is_refused_though_the_checkpoint_is_good() -> None:
    refusal(with_header(vkey=str(OTHER_KEY.verifier)))


def test_during_key_rotation_either_key_verifies_the_export() -> None:
    note = sign_checkpoint(LOG.checkpoint, [KEY, OTHER_KEY])
    header = ExportHeader(ORIGIN, str(OTHER_KEY.verifier), note)
    lines = exported(*LOG.entries, header=header)
    assert verify_export(lines, KEY.verifier) == verify_export(lines, OTHER_KEY.verifier)


def test_progress_is_told_in_steps_and_memory_stays_the_same() -> None:
    count, leaf = 2 * PROGRESS_EVERY + 1, entry(2).leaf
    tree = CompactRange()
    tree.extend(leaf_hash(leaf) for _ in range(count))
    note = sign_checkpoint(Checkpoint(ORIGIN, count, tree.root()), [KEY])
    header = ExportHeader(ORIGIN, str(KEY.verifier), note)
    entries: Iterator[ExportEntry] = (ExportEntry(index, leaf) for index in range(count))
    told: list[int] = []
    tracemalloc.start()
    report = verify_export(write_export(header, entries), KEY.verifier, progress=told.append)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.entries, told) == (count, [PROGRESS_EVERY, 2 * PROGRESS_EVERY])
    assert peak < 200_000
