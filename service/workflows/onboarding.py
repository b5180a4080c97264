"""People, accounts and policy versions are put on record; the same with `external_id` updates them."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound, StaleVersion
from service.policy.people import (
    Authority,
    ChildId,
    ParentId,
    SessionId,
    Tie,
)
from service.store import cases, people, sessions
from service.store.cases import Held
from service.store.people import ParentRecord
from service.store.transactions import Tx
from service.workflows import falling


@dataclass(frozen=True)
class PutChild:
    """A child, new or changed. `child_id` or a known `external_id` means changed."""

    name: SecretStr
    born_on: date
    external_id: str | None = None
    child_id: ChildId | None = None
    version: int | None = None


def put_child(tx: Tx, command: PutChild) -> ChildId:
    """Put a child on record, or change the record of one."""
    _must_be_born(tx, command.born_on)
    known = command.child_id or (
        people.child_by_external_id(tx, command.external_id) if command.external_id else None
    )
    if known is None:
        child_id = ChildId(tx.new_id("child"))
        violated = people.insert_child(
            tx,
            child_id=child_id,
            external_id=command.external_id,
            name=command.name,
            born_on=command.born_on,
        )
        must_be_first(violated)
        tx.record(Entry(Event.CHILD_ADDED, child_id, {"child": child_id}))
        return child_id
    tx.lock(people.CHILDREN, [known])
    must_be_seen(people.child_record(tx, known).version, command.version)
    people.change_child(tx, known, command.name, command.born_on)
    tx.record(Entry(Event.CHILD_CHANGED, known, {"child": known}))
    return known


def _must_be_born(tx: Tx, born_on: date) -> None:
    if not date(1990, 1, 1) <= born_on <= tx.now.date():
        raise InvalidInput.of("born_on", "out_of_range", "This is not a child's date of birth.")


def must_be_seen(version: int, seen: int | None) -> None:
    """Refuse a change by somebody who has not seen the newest version."""
    if seen is not None and seen != version:
        raise StaleVersion


@dataclass(frozen=True)
class PutParent:
    """A parent or carer, new or changed."""

    name: SecretStr
    email: SecretStr | None
    phone: SecretStr | None
    language: str = "en"
    external_id: str | None = None
    parent_id: ParentId | None = None
    version: int | None = None


def put_parent(tx: Tx, command: PutParent) -> ParentId:
    """Put a parent on record, or change the record of one."""
    known = command.parent_id or (
        people.parent_by_external_id(tx, command.external_id) if command.external_id else None
    )
    record = ParentRecord(
        parent_id=known or ParentId(tx.new_id("parent")),
        external_id=command.external_id,
        name=command.name,
        email=command.email,
        phone=command.phone,
        language=command.language,
        has_pin=False,
        version=1,
    )
    if known is None:
        must_be_first(people.insert_parent(tx, record))
        tx.record(Entry(Event.PARENT_ADDED, record.parent_id, {"parent": record.parent_id}))
        return record.parent_id
    affected = _hold_sessions_round(tx, known)
    must_be_seen(people.parent_record(tx, known).version, command.version)
    people.change_parent(tx, record)
    tx.record(Entry(Event.PARENT_CHANGED, known, {"parent": known}))
    falling.decide_again(tx, affected)  # a new number may show that a parent is also staff
    return known


def _hold_sessions_round(tx: Tx, parent_id: ParentId) -> tuple[SessionId, ...]:
    """Hold the running sessions of every child on whose record the adult is."""
    children = people.children_of(tx, parent_id)
    affected = tuple(
        sorted({one for child_id in children for one in sessions.running_of_child(tx, child_id)})
    )
    cases.hold(tx, affected, Held(children=frozenset(children), parents=frozenset({parent_id})))
    return affected


def must_be_first(violated: str | None) -> None:
    """Refuse whoever comes second with one external id."""
    if violated is not None:
        raise Conflict(
            "Another request put this external_id on record at the same moment. Send it again.",
            code="external_id_taken",
        )


@dataclass(frozen=True)
class PutTie:
    """An adult on a child's record, with relation and authority."""

    child_id: ChildId
    parent_id: ParentId
    relation: str
    authority: Authority


def put_tie(tx: Tx, command: PutTie) -> ChildId:
    """Put an adult on a child's record, or change their authority; what rested on it falls."""
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    if command.child_id not in people.children(tx, (command.child_id,)):
        raise NotFound
    if not people.has_parent(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "unknown", "There is no such parent.")
    people.put_tie(
        tx, command.child_id, Tie(command.parent_id, command.relation, command.authority)
    )
    tx.record(
        Entry(
            Event.TIE_ADDED,
            command.child_id,
            {"child": command.child_id, "parent": command.parent_id},
            {"authority": command.authority.value},
        )
    )
    falling.decide_again(tx, affected)
    return command.child_id
