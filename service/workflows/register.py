"""The staff register: who is on it, what was seen of them, who is suspended, who is related."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed, NotFound
from service.policy.people import (
    ParentId,
    SessionId,
    StaffId,
)
from service.policy.staff import Evidence, EvidenceKind
from service.store import cases, people, policies, sessions, staff, staffing
from service.store.cases import Held
from service.store.staff import StaffRecord, domain_of
from service.store.transactions import Tx
from service.workflows import falling
from service.workflows.onboarding import must_be_first, must_be_seen


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
        must_be_first(staff.insert_staff(tx, record))
        tx.record(Entry(Event.STAFF_ADDED, record.staff_id, {"staff": record.staff_id}))
        return record.staff_id
    affected = _hold_sessions_of(tx, known)
    must_be_seen(staff.staff_record(tx, known).version, command.version)
    staff.change_staff(tx, record)
    tx.record(Entry(Event.STAFF_CHANGED, known, {"staff": known}))
    falling.decide_again(tx, affected)
    return known


def _hold_sessions_of(tx: Tx, staff_id: StaffId) -> tuple[SessionId, ...]:
    teaching = sessions.running_taught_by(tx, staff_id)
    covering = staffing.running_covered_by(tx, staff_id)
    affected = tuple(sorted({*teaching, *covering}))
    cases.hold(tx, affected, Held(staff=frozenset({staff_id})))
    return affected


@dataclass(frozen=True)
class AddEvidence:
    """Something seen about a member of staff: a check, a training, an acknowledgement."""

    staff_id: StaffId
    evidence: Evidence


def add_evidence(tx: Tx, command: AddEvidence) -> StaffId:
    """Append evidence. Nobody vouches for their own check or training; all acknowledge for
    themselves or through somebody who records it (POL-13, POL-30)."""
    affected = _hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    item = command.evidence
    acknowledging = item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
    if tx.by.subject == command.staff_id and not acknowledging:
        raise NotAllowed("Nobody vouches for their own check or training.")
    if acknowledging and not _is_published(tx, item.policy_version):
        raise InvalidInput.of("policy_version", "unknown", "There is no such policy version.")
    if item.seen_on > tx.house.organisation.local_day(tx.now):
        raise InvalidInput.of("seen_on", "in_the_future", "It cannot have been seen yet.")
    staff.append_evidence(tx, command.staff_id, item, tx.by.subject)
    tx.record(
        Entry(
            Event.STAFF_EVIDENCE_SEEN,
            command.staff_id,
            {"staff": command.staff_id},
            {
                "kind": item.kind.value,
                "trusted_until": item.trusted_until.isoformat() if item.trusted_until else None,
            },
        )
    )
    falling.decide_again(tx, affected)
    return command.staff_id


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
    affected = _hold_sessions_of(tx, command.staff_id)
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
    """A member of staff is family of a child, a parent or a colleague."""

    staff_id: StaffId
    related_id: str


def declare_relation(tx: Tx, command: DeclareRelation) -> StaffId:
    """Declare a relation; sessions that bring the two together fall (pitfall 9)."""
    affected = _hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    if not _is_somebody(tx, command.related_id):
        raise InvalidInput.of("related_id", "unknown", "There is nobody with this id on record.")
    staff.put_relation(tx, command.staff_id, command.related_id)
    tx.record(
        Entry(
            Event.STAFF_RELATION_DECLARED,
            command.staff_id,
            {"staff": command.staff_id, "related": command.related_id},
        )
    )
    falling.decide_again(tx, affected)
    return command.staff_id


def _is_somebody(tx: Tx, person_id: str) -> bool:
    return (
        people.has_child(tx, person_id)
        or people.has_parent(tx, ParentId(person_id))
        or staff.has_staff(tx, person_id)
    )
