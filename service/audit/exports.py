"""The offline export: the whole log, and what opens it, as lines of canonical JSON.

First a header with the signed checkpoint, then a line per entry in order, then an end line:

    {"checkpoint":…,"format":"chaperone-export","origin":…,"version":1,"vkey":…}
    {"erased":false,"index":0,"leaf":…,"payload":…,"salt":…}
    {"end":true,"entries":1}

Bytes are standard Base64. Every line has exactly one spelling, so a changed file never passes.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import rfc8785

from service.audit import ProofFailed, Unrecordable
from service.audit.strict import from_base64, to_base64

FORMAT = "chaperone-export"
VERSION = 1
LARGEST_LINE_BYTES = 4 * 1024 * 1024

# What stands between the quotes is left to `from_base64`, which accepts one spelling only.
_BYTES = rb'"([^"]*)"'
_ENTRY = re.compile(
    rb'\{"erased":(true|false),"index":(0|[1-9][0-9]{0,18}),"leaf":'
    + _BYTES
    + rb',"payload":(?:null|'
    + _BYTES
    + rb'),"salt":(?:null|'
    + _BYTES
    + rb")\}\n"
)
_END = re.compile(rb'\{"end":true,"entries":(0|[1-9][0-9]{0,18})\}\n')


@dataclass(frozen=True)
class ExportHeader:
    """What the export claims to be: the log's name, its public key, and its signed checkpoint."""

    origin: str
    vkey: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One entry: the exact leaf bytes, and the payload and salt that open its commitment.

    Payload and salt are both None where the leaf has no commitment, where they were `erased`, or
    where they are withheld from this reader.
    """

    index: int
    leaf: bytes
    payload: bytes | None = None
    salt: bytes | None = None
    erased: bool = False


def write_export(header: ExportHeader, entries: Iterable[ExportEntry]) -> Iterator[bytes]:
    """The lines, one entry in memory at a time. It writes what it is given and judges nothing:
    a damaged log must be possible to hand over, and is found by `verify_export`."""
    yield _header_line(header)
    written = 0
    for entry in entries:
        yield _entry_line(entry)
        written += 1
    yield b'{"end":true,"entries":%d}\n' % written


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of an open export; a line longer than any real one is cut, and then refused."""
    return iter(lambda: stream.readline(LARGEST_LINE_BYTES + 1), b"")


def read_header(line: bytes) -> ExportHeader:
    """The header. Raises `ProofFailed` for any other line; nothing in it is verified yet."""
    if len(line) > LARGEST_LINE_BYTES:
        raise ProofFailed("The header of the export is too large.")
    try:
        values = json.loads(line)
        header = ExportHeader(values["origin"], values["vkey"], values["checkpoint"])
        canonical = _header_line(header)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ProofFailed("The export does not begin with a header.") from error
    texts = header.origin, header.vkey, header.checkpoint
    if canonical != line or not all(isinstance(text, str) for text in texts):
        raise ProofFailed("The export does not begin with a header of this format and version.")
    return header


def read_entry(line: bytes) -> ExportEntry | None:
    """The entry, or None if the line is not one. Raises `ProofFailed` for bad Base64."""
    found = _ENTRY.fullmatch(line) if len(line) <= LARGEST_LINE_BYTES else None
    if found is None:
        return None
    erased, index, leaf, payload, salt = found.groups()
    return ExportEntry(
        index=int(index),
        leaf=from_base64(leaf),
        payload=None if payload is None else from_base64(payload),
        salt=None if salt is None else from_base64(salt),
        erased=erased == b"true",
    )


def read_end(line: bytes) -> int | None:
    """How many entries the end line counts, or None if the line is not one."""
    found = _END.fullmatch(line)
    return None if found is None else int(found[1])


def _header_line(header: ExportHeader) -> bytes:
    values = {"checkpoint": header.checkpoint, "origin": header.origin, "vkey": header.vkey}
    return rfc8785.dumps({**values, "format": FORMAT, "version": VERSION}) + b"\n"


def _entry_line(entry: ExportEntry) -> bytes:
    # Written by hand: the fields are few and a canonical JSON library costs ten times as much.
    erased = "true" if entry.erased else "false"
    line = (
        f'{{"erased":{erased},"index":{entry.index},"leaf":{_quoted(entry.leaf)},'
        f'"payload":{_quoted(entry.payload)},"salt":{_quoted(entry.salt)}}}\n'
    ).encode("ascii")
    if len(line) > LARGEST_LINE_BYTES:
        raise Unrecordable("The entry is too large to export.", details={"index": entry.index})
    return line


def _quoted(data: bytes | None) -> str:
    return "null" if data is None else f'"{to_base64(data)}"'
