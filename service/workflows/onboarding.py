"""People, accounts and policy versions are put on record; the same with `external_id` updates them."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from service.policy.people import (
    Authority,
    ChildId,
    HostId,
    ParentId,
    SessionId,
    StaffId,
    Tie,
)
from service.policy.staff import Evidence, EvidenceKind
from service.store import cases, people, sessions, staff, staffing
from service.store.cases import Held
from service.store.people import ParentRecord
from service.store.staff import HostAccount, PolicyVersion, StaffRecord, domain_of
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
        _must_be_first(violated)
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
        _must_be_first(people.insert_parent(tx, record))
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


def _must_be_first(violated: str | None) -> None:
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


# --- staff --------------------------------------------------------------------------------------


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
        _must_be_first(staff.insert_staff(tx, record))
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
    return version is not None and staff.has_policy(tx, version)


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


# --- accounts and policy ----------------------------------------------------------------------------


@dataclass(frozen=True)
class PutHost:
    """An account of the organisation that meetings run on, with its custodians (POL-10)."""

    provider: str
    account: str
    domain: str
    custodians: tuple[StaffId, ...]
    external_id: str | None = None


def put_host(tx: Tx, command: PutHost) -> HostId:
    """Put a host account on record, or set the custodians of one that is there."""
    if command.domain not in tx.house.organisation.domains:
        raise InvalidInput.of(
            "domain", "personal_account", "Use an account of the organisation (POL-12)."
        )
    known = staff.host_by_external_id(tx, command.external_id) if command.external_id else None
    host_id = known or HostId(tx.new_id("host"))
    affected = sessions.running_on_host(tx, host_id)
    cases.hold(tx, affected, Held(staff=frozenset(command.custodians), hosts=frozenset({host_id})))
    for place, staff_id in enumerate(command.custodians):
        if not staff.has_staff(tx, staff_id):
            raise InvalidInput.of(
                f"custodians.{place}", "unknown", "There is no such member of staff."
            )
    if known is None:
        account = HostAccount(host_id, command.provider, command.account)
        violated = staff.insert_host(tx, account, command.external_id, command.domain)
        if violated is not None:
            raise Conflict("This account is on record already.", code="host_taken")
        tx.record(Entry(Event.HOST_ADDED, host_id, {"host": host_id}))
    _set_custodians(tx, host_id, frozenset(command.custodians))
    falling.decide_again(tx, affected)
    return host_id


def _set_custodians(tx: Tx, host_id: HostId, wanted: frozenset[StaffId]) -> None:
    there = staff.custodians(tx, host_id)
    for staff_id in sorted(wanted - there):
        staff.put_custodian(tx, host_id, staff_id)
        tx.record(Entry(Event.CUSTODIAN_ADDED, host_id, {"host": host_id, "staff": staff_id}))
    for staff_id in sorted(there - wanted):
        staff.end_custodian(tx, host_id, staff_id)
        tx.record(Entry(Event.CUSTODIAN_REMOVED, host_id, {"host": host_id, "staff": staff_id}))


def publish_policy(tx: Tx, command: PolicyVersion) -> str:
    """Publish a version of the policy, word for word, with owner and review date (POL-34)."""
    if command.review_on <= tx.house.organisation.local_day(tx.now):
        raise InvalidInput.of("review_on", "in_the_past", "The review date must lie ahead.")
    if staff.append_policy(tx, command) is not None:
        raise Conflict("This version is published already.", code="version_taken")
    tx.record(
        Entry(
            Event.POLICY_PUBLISHED,
            f"policy_{command.version}",
            facts={
                "version": command.version,
                "asks_fresh_agreement": command.asks_fresh_agreement,
                "review_on": command.review_on.isoformat(),
            },
            payload={"owner": command.owner},
        )
    )
    if command.asks_fresh_agreement:
        sessions.touch(tx, sessions.running(tx))
    return command.version
