"""A good export, and ways to spoil it."""

import json
from dataclasses import replace

import pytest
import rfc8785

from service.audit import ProofFailed
from service.audit.export_check import verify_export
from service.audit.exports import ExportEntry, ExportHeader, write_export
from tests.audit.logs import KEY, Log

LOG = Log(9)
LINES = list(write_export(LOG.header, LOG.entries))
WHOLE = b"".join(LINES)
HEADER, *ENTRIES, END = LINES


def exported(*entries: ExportEntry, header: ExportHeader = LOG.header) -> list[bytes]:
    return list(write_export(header, entries))


def with_entry(index: int, **fields: object) -> list[bytes]:
    """The export with fields of one entry replaced, written as we would write it."""
    entries = LOG.entries
    entries[index] = replace(entries[index], **fields)  # type: ignore[arg-type]
    return exported(*entries)


def with_header(**fields: object) -> list[bytes]:
    return [rfc8785.dumps({**json.loads(HEADER), **fields}) + b"\n", *LINES[1:]]  # type: ignore[dict-item]


def refusal(lines: list[bytes]) -> ProofFailed:
    with pytest.raises(ProofFailed) as refused:
        verify_export(lines, KEY.verifier)
    return refused.value


def first_wrong(lines: list[bytes]) -> object:
    return refusal(lines).details.get("index")
