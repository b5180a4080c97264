"""Readings that leave a mark: a person's record, a session's story, the log itself.

The mark comes first: what cannot be noted is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.audit.exports import ExportEntry, ExportHeader
from service.policy.people import ChildId, ParentId, SessionId
from service.store.families import people
from service.store.families.people import ChildRecord, ParentRecord
from service.store.inspection import audit_log, log
from service.store.sessions import sessions
from service.store.transactions import Reader, Tx
from service.workflows.inspection import showing
from service.workflows.inspection.showing import ConsentShown


@dataclass(frozen=True)
class ReadChild:
    """Somebody reads a child's record."""

    child_id: ChildId


def read_child(tx: Tx, command: ReadChild) -> ChildRecord:
    """A child's record; that it was read, and by whom, is noted with it."""
    record = people.child_record(tx, command.child_id)
    _note_child(tx, command.child_id, "record")
    return record


@dataclass(frozen=True)
class ReadConsent:
    """Somebody reads whether there is consent for a child."""

    child_id: ChildId


def read_consent(tx: Tx, command: ReadConsent) -> ConsentShown:
    """What a child's ledger amounts to for the person asking; the reading is noted."""
    shown = showing.consent_of(tx, command.child_id, tx.by)
    _note_child(tx, command.child_id, "consent")
    return shown


def _note_child(tx: Tx, child_id: ChildId, part: str) -> None:
    tx.record(Entry(Event.CHILD_READ, child_id, {"child": child_id}, {"part": part}))


@dataclass(frozen=True)
class ReadParent:
    """Somebody reads a parent's details."""

    parent_id: ParentId


def read_parent(tx: Tx, command: ReadParent) -> ParentRecord:
    """A parent's details; the reading is noted."""
    record = people.parent_record(tx, command.parent_id)
    subjects = {"parent": command.parent_id}
    tx.record(Entry(Event.RECORD_READ, command.parent_id, subjects, {"part": "parent"}))
    return record


@dataclass(frozen=True)
class NoteReading:
    """Somebody reads a part of what is recorded: of one session, or of the whole service."""

    part: str
    session_id: SessionId | None = None


def note_reading(tx: Tx, command: NoteReading) -> None:
    """Note a reading before it is answered. `NotFound` if there is no such session."""
    if command.session_id is not None:
        sessions.get(tx, command.session_id)
    scope = command.session_id or audit_log.SERVICE
    tx.record(Entry(Event.RECORD_READ, scope, facts={"part": command.part}))


Told = Mapping[str, object]


def story(reader: Reader, session_id: SessionId) -> tuple[Told, ...]:
    """Every entry about a session, and what was said for its children, in the order recorded."""
    children = sessions.get(reader, session_id).children
    return tuple(audit_log.entries_of_session(reader, session_id, children))


# --- the log ----------------------------------------------------------------------------------------


def verifier_key(reader: Reader) -> str:
    """The public key that checkpoints are checked with, as a vkey (C2SP signed-note)."""
    return str(reader.house.log_key.verifier)


@dataclass(frozen=True)
class Head:
    """Where an export begins, and how many entries its checkpoint covers."""

    header: ExportHeader
    size: int


def head(reader: Reader) -> Head:
    """The newest signed head of the log. `NotFound` while the log is empty."""
    newest = log.newest_checkpoint(reader)
    key = reader.house.log_key
    size = log.size_of(reader)
    return Head(ExportHeader(key.name, str(key.verifier), newest.note), size)


def export_page(reader: Reader, first: int, limit: int) -> tuple[ExportEntry, ...]:
    """Entries by place, whole in memory: keep `limit` small."""
    return tuple(log.exported(reader, first, limit))
