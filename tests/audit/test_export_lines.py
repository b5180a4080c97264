"""The lines of an export: one spelling each, and none too long."""

from io import BytesIO

import pytest

from service.audit import Unrecordable
from service.audit.exports import LARGEST_LINE_BYTES, ExportEntry, lines_of
from tests.audit.exported import (
    END,
    ENTRIES,
    HEADER,
    LINES,
    exported,
    first_wrong,
    refusal,
    with_header,
)
from tests.audit.logs import Log


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "log.example/production"},
        {"format": "other"},
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"vkey": None},
        {"vkey": "\u00e9"},
        {"checkpoint": Log(8).note},
        {"checkpoint": ""},
        {"checkpoint": ["x"]},
        {"extra": 1},
    ],
)
def test_any_other_header_is_refused(fields: dict[str, object]) -> None:
    refusal(with_header(**fields))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null\n",
        b"[" * 100_000,
        b'"\\ud800"\n',
        HEADER[:-1],
        b" " + HEADER,
        HEADER[:-1] + b"\r\n",
        HEADER.replace(b'{"checkpoint"', b'{"checkpoint":"x","checkpoint"'),
        ENTRIES[0],
        END,
    ],
)
def test_any_other_first_line_is_refused(line: bytes) -> None:
    refusal([line, *LINES[1:]])


@pytest.mark.parametrize(
    "line",
    [
        ENTRIES[4].replace(b'"index":4', b'"index":04'),
        ENTRIES[4].replace(b'"index":4', b'"index": 4'),
        ENTRIES[4].replace(b"{", b'{"extra":1,', 1),
        ENTRIES[4].replace(b"true", b"false,true"),
        ENTRIES[4].replace(b"}", b',"salt":null}'),
        ENTRIES[4].replace(b"null", b'"?"', 1),
        ENTRIES[4][:-1] + b"\r\n",
        ENTRIES[4][:-1],
        b"\n",
        END,
        HEADER,
    ],
)
def test_an_entry_in_any_other_spelling_is_named(line: bytes) -> None:
    assert first_wrong([HEADER, *ENTRIES[:4], line, *ENTRIES[5:], END]) == 4


@pytest.mark.parametrize("end", [b'{"end":true,"entries":8}\n', b'{"end":false,"entries":9}\n'])
def test_an_end_that_counts_otherwise_is_refused(end: bytes) -> None:
    refusal([HEADER, *ENTRIES, end])


def test_nothing_at_all_is_no_export() -> None:
    refusal([])


def test_an_endless_line_is_never_read_whole() -> None:
    stream = BytesIO(HEADER + b"x" * (3 * LARGEST_LINE_BYTES))
    assert max(map(len, lines_of(stream))) == LARGEST_LINE_BYTES + 1
    stream.seek(0)
    assert first_wrong(list(lines_of(stream))) == 0


def test_an_entry_that_no_check_would_read_is_not_written() -> None:
    with pytest.raises(Unrecordable):
        exported(ExportEntry(0, b"", payload=bytes(LARGEST_LINE_BYTES), salt=bytes(32)))
