"""The staff register: who is on it, who leaves, who is suspended, who is related."""

from dataclasses import dataclass, replace
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotFound
from service.policy.people import (
    ParentId,
    SessionId,
    StaffId,
)
from service.policy.staff import RelationKind
from service.store.alerts import alerts
from service.store.families import people
from service.store.second_staff import staffing
from service.store.sessions import sessions
from service.store.staff import staff
from service.store.staff.staff import StaffRecord, domain_of
from service.store.transactions import Tx
from service.store.who_is_who import contacts
from service.workflows.families import kin
from service.workflows.families.onboarding import must_be_first
from service.workflows.meetings import falling
from service.workflows.second_staff.staffing import take_off
from service.workflows.staff import same_person
from service.workflows.versions import must_be_seen
from service.workflows.who_may import must_be_lead


@dataclass(frozen=True)
class PutStaff:
    """A member of staff, new or changed. `account` is their account of the organisation.

    A telephone or last day that is not given stays as it is on record.
    """

    name: SecretStr
    account: SecretStr
    phone: SecretStr | None = None
    left_on: date | None = None
    external_id: str | None = None
    drops_phone: bool = False
    staff_id: StaffId | None = None
    version: int | None = None


def put_staff(tx: Tx, command: PutStaff) -> StaffId:
    """Put a member of staff on the register, or change the entry; personal accounts are refused."""
    if domain_of(command.account) not in tx.house.organisation.domains:
        raise InvalidInput.of(
            "account", "personal_account", "Use an account of the organisation (POL-12)."
        )
    known = command.staff_id or (
        staff.staff_by_external_id(tx, command.external_id) if command.external_id else None
    )
    return _add(tx, command) if known is None else _change(tx, known, command)


def _add(tx: Tx, command: PutStaff) -> StaffId:
    record = StaffRecord(
        staff_id=StaffId(tx.new_id("staff")),
        external_id=command.external_id,
        name=command.name,
        account=command.account,
        phone=command.phone,
        suspended=False,
        left_on=command.left_on,
        version=1,
    )
    same_person.must_have_own_account(tx, record)
    must_be_first(staff.insert_staff(tx, record))
    tx.record(Entry(Event.STAFF_ADDED, record.staff_id, {"staff": record.staff_id}))
    same_person.notice(tx, record.staff_id)
    return record.staff_id


def _change(tx: Tx, known: StaffId, command: PutStaff) -> StaffId:
    digests = contacts.keys_for(tx.house, command.account, command.phone)
    affected = falling.hold_sessions_of(tx, known, digests.values())
    there = staff.staff_record(tx, known)
    must_be_seen(there.version, command.version)
    record = _changed(there, command)
    if record == there:  # an import may be run again and again
        return known
    same_person.must_have_own_account(tx, record)
    staff.change_staff(tx, record)
    tx.record(Entry(Event.STAFF_CHANGED, known, {"staff": known}))
    same_person.notice(tx, known)
    if there.left_on != record.left_on:
        _free(tx, record, affected)
    falling.decide_again(tx, affected)
    return known


def _changed(there: StaffRecord, command: PutStaff) -> StaffRecord:
    """The entry as it is to be. A last day is never put off by the way: that takes a reason."""
    if there.left_on and command.left_on and command.left_on > there.left_on:
        raise InvalidInput.of(
            "left_on",
            "later_than_recorded",
            "An earlier last day is on record. Take that one back first, with the reason.",
        )
    return replace(
        there,
        name=command.name,
        account=command.account,
        phone=None if command.drops_phone else command.phone or there.phone,
        left_on=command.left_on or there.left_on,
    )


def _free(tx: Tx, record: StaffRecord, affected: tuple[SessionId, ...]) -> None:
    """Take a leaver off every session from that day on: it is free for somebody else, and a person is
    told. A tutor's session stays theirs until somebody moves or cancels it; it is blocked."""
    if record.left_on is None:
        return
    for session_id in affected:
        session = sessions.get(tx, session_id)
        if tx.house.organisation.local_day(session.ends_at) < record.left_on:
            continue
        current = staffing.current(tx, session_id)
        if session.tutor_id == record.staff_id:
            alerts.raise_alert(tx, session_id, "tutor_left", session_id)
        elif current is not None and current.staff_id == record.staff_id:
            take_off(tx, session_id, current, "left")
            alerts.raise_alert(tx, session_id, "second_staff_left", session_id)


@dataclass(frozen=True)
class ComeBack:
    """Somebody who was to leave, or has left, works for the organisation after all; with the reason."""

    staff_id: StaffId
    reason: str


def come_back(tx: Tx, command: ComeBack) -> StaffId:
    """Take somebody's last day back; nobody does that for themselves. What they were taken off stays
    so, and an account that was given to somebody else meanwhile is refused."""
    affected = falling.hold_sessions_of(tx, command.staff_id)
    there = staff.staff_record(tx, command.staff_id)
    same_person.must_not_be_oneself(tx, command.staff_id, "Nobody takes their own last day back.")
    if there.left_on is None:
        return command.staff_id
    record = replace(there, left_on=None)
    same_person.must_have_own_account(tx, record)
    staff.change_staff(tx, record)
    tx.record(
        Entry(
            Event.STAFF_CAME_BACK,
            command.staff_id,
            {"staff": command.staff_id},
            {"left_on": there.left_on.isoformat()},
            {"reason": command.reason},
        )
    )
    same_person.notice(tx, command.staff_id)
    falling.decide_again(tx, affected)
    return command.staff_id


@dataclass(frozen=True)
class Suspend:
    """A member of staff is suspended, or reinstated."""

    staff_id: StaffId
    suspended: bool
    reason: str


def suspend(tx: Tx, command: Suspend) -> StaffId:
    """Suspend or reinstate, with effect at once on every running and coming session.

    Any lead or coordinator suspends; reinstating is for the safeguarding lead, and for nobody of the
    person's own family.
    """
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    if not command.suspended:
        _must_reinstate(tx, command.staff_id)
    staff.set_suspended(tx, command.staff_id, tx.now if command.suspended else None)
    tx.record(
        Entry(
            Event.STAFF_SUSPENDED if command.suspended else Event.STAFF_REINSTATED,
            command.staff_id,
            {"staff": command.staff_id},
            payload={"reason": command.reason},
        )
    )
    falling.decide_again(tx, affected)
    return command.staff_id


def _must_reinstate(tx: Tx, staff_id: StaffId) -> None:
    must_be_lead(tx, "Only the safeguarding lead lifts a suspension.")
    same_person.must_not_be_oneself(tx, staff_id, "Nobody reinstates themselves.")
    kin.must_not_be_close_to(tx, staff_id)


@dataclass(frozen=True)
class DeclareRelation:
    """A member of staff is family of a child, a parent or a colleague; or is connected to a family as
    its employee, friend or neighbour."""

    staff_id: StaffId
    related_id: str
    kind: RelationKind = RelationKind.FAMILY


def declare_relation(tx: Tx, command: DeclareRelation) -> StaffId:
    """Declare a relation; sessions that bring the two together fall (pitfall 9)."""
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    if not _is_somebody(tx, command.related_id):
        raise InvalidInput.of("related_id", "unknown", "There is nobody with this id on record.")
    if command.kind is RelationKind.DISTINCT:
        raise InvalidInput.of("kind", "not_a_relation", "A lead declares that in another way.")
    if staff.put_relation(tx, command.staff_id, command.related_id, command.kind):
        tx.record(
            Entry(
                Event.STAFF_RELATION_DECLARED,
                command.staff_id,
                {"staff": command.staff_id, "related": command.related_id},
                {"kind": command.kind.value},
            )
        )
    falling.decide_again(tx, affected)
    return command.staff_id


@dataclass(frozen=True)
class AcceptConnection:
    """A safeguarding lead accepts a declared connection, with the reason (pitfall 10)."""

    staff_id: StaffId
    related_id: str
    reason: str


def accept_connection(tx: Tx, command: AcceptConnection) -> StaffId:
    """Accept a connection; family can never be accepted. Never one's own."""
    must_be_lead(tx, "Only the safeguarding lead can say that.")
    said = "Nobody accepts a connection of their own."
    same_person.must_not_be_oneself(tx, command.staff_id, said)
    kin.must_not_be_family(tx, command.related_id)
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.accept_connection(tx, command.staff_id, command.related_id):
        raise NotFound
    tx.record(
        Entry(
            Event.STAFF_RELATION_ACCEPTED,
            command.staff_id,
            {"staff": command.staff_id, "related": command.related_id},
            payload={"reason": command.reason},
        )
    )
    sessions.touch(tx, affected)
    return command.staff_id


def _is_somebody(tx: Tx, person_id: str) -> bool:
    return (
        people.has_child(tx, person_id)
        or people.has_parent(tx, ParentId(person_id))
        or staff.has_staff(tx, person_id)
    )
