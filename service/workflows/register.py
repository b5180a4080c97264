"""The staff register: who is on it, what was seen of them, who is suspended, who is related."""

from dataclasses import dataclass, replace
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed, NotFound
from service.policy.people import (
    ParentId,
    Role,
    SessionId,
    StaffId,
)
from service.policy.staff import Evidence, EvidenceKind, RelationKind
from service.store import alerts, people, policies, sessions, staff, staffing
from service.store.staff import StaffRecord, domain_of
from service.store.transactions import Tx
from service.workflows import falling, same_person
from service.workflows.onboarding import must_be_first, must_be_seen
from service.workflows.staffing import take_off


@dataclass(frozen=True)
class PutStaff:
    """A member of staff, new or changed. `account` is their account of the organisation."""

    name: SecretStr
    account: SecretStr
    phone: SecretStr | None = None
    left_on: date | None = None
    external_id: str | None = None
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
    record = StaffRecord(
        staff_id=known or StaffId(tx.new_id("staff")),
        external_id=command.external_id,
        name=command.name,
        account=command.account,
        phone=command.phone,
        suspended=False,
        left_on=command.left_on,
        version=1,
    )
    if known is None:
        same_person.must_have_own_account(tx, record)
        must_be_first(staff.insert_staff(tx, record))
        tx.record(Entry(Event.STAFF_ADDED, record.staff_id, {"staff": record.staff_id}))
        same_person.notice(tx, record.staff_id)
        return record.staff_id
    affected = falling.hold_sessions_of(tx, known)
    there = staff.staff_record(tx, known)
    must_be_seen(there.version, command.version)
    if _is_the_same(there, record):
        return known
    same_person.must_have_own_account(tx, record)
    staff.change_staff(tx, record)
    tx.record(Entry(Event.STAFF_CHANGED, known, {"staff": known}))
    same_person.notice(tx, known)
    if there.left_on != record.left_on:
        _free(tx, record, affected)
    falling.decide_again(tx, affected)
    return known


def _is_the_same(there: StaffRecord, record: StaffRecord) -> bool:
    """Whether writing the entry would change nothing: an import may be run again and again."""
    return (there.name, there.account, there.phone, there.left_on) == (
        record.name,
        record.account,
        record.phone,
        record.left_on,
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
class AddEvidence:
    """Something seen about a member of staff: a check, a training, an acknowledgement.

    `number` is a check's number; only a digest of it is kept, to notice one person with two entries.
    """

    staff_id: StaffId
    evidence: Evidence
    number: SecretStr | None = None


def add_evidence(tx: Tx, command: AddEvidence) -> StaffId:
    """Append evidence. Nobody vouches for their own check or training; all acknowledge for
    themselves or through somebody who records it (POL-13, POL-30). A check is never trusted for ever."""
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    item = _with_number(tx, command)
    acknowledging = item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
    if tx.by.subject == command.staff_id and not acknowledging:
        raise NotAllowed("Nobody vouches for their own check or training.")
    if acknowledging and not _is_published(tx, item.policy_version):
        raise InvalidInput.of("policy_version", "unknown", "There is no such policy version.")
    if item.kind is EvidenceKind.BACKGROUND_CHECK and item.trusted_until is None:
        raise InvalidInput.of(
            "trusted_until", "missing", "Say until when the check is trusted: none is for ever."
        )
    if item.seen_on > tx.house.organisation.local_day(tx.now):
        raise InvalidInput.of("seen_on", "in_the_future", "It cannot have been seen yet.")
    if item in staff.members(tx, frozenset({command.staff_id}))[command.staff_id].evidence:
        return command.staff_id  # an import may be run again and again
    staff.append_evidence(tx, command.staff_id, item, tx.by.subject)
    tx.record(
        Entry(
            Event.STAFF_EVIDENCE_SEEN,
            command.staff_id,
            {"staff": command.staff_id},
            {
                "kind": item.kind.value,
                "scheme": item.scheme.value if item.scheme else None,
                "seen_on": item.seen_on.isoformat(),
                "trusted_until": item.trusted_until.isoformat() if item.trusted_until else None,
            },
        )
    )
    if item.number_key is not None:
        same_person.notice(tx, command.staff_id)
    falling.decide_again(tx, affected)
    return command.staff_id


def _with_number(tx: Tx, command: AddEvidence) -> Evidence:
    item, number = command.evidence, command.number
    if number is None:
        return item
    if item.scheme is None:
        raise InvalidInput.of("number", "no_scheme", "Say by which scheme the check was made.")
    return replace(item, number_key=tx.house.check_digest(item.scheme.value, number))


def _is_published(tx: Tx, version: str | None) -> bool:
    return version is not None and policies.has_policy(tx, version)


@dataclass(frozen=True)
class Suspend:
    """A member of staff is suspended, or reinstated."""

    staff_id: StaffId
    suspended: bool
    reason: str


def suspend(tx: Tx, command: Suspend) -> StaffId:
    """Suspend or reinstate, with effect at once on every running and coming session."""
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    if tx.by.subject == command.staff_id and not command.suspended:
        raise NotAllowed("Nobody reinstates themselves.")
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
    if not tx.by.has(Role.DSL):
        raise NotAllowed("Only the safeguarding lead can say that.")
    if tx.by.subject == command.staff_id:
        raise NotAllowed("Nobody accepts a connection of their own.")
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
