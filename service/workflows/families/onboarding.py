"""People, accounts and policy versions are put on record; the same with `external_id` updates them."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.people import (
    DOCUMENTED,
    OWN,
    Authority,
    Child,
    ChildId,
    ParentId,
    Role,
    Tie,
)
from service.policy.times import zone_named
from service.store.families import deputies, people, restrictions, ties
from service.store.families.people import ParentRecord
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.store.who_is_who import contacts
from service.workflows.consents import lapsing
from service.workflows.consents.contradicting import look_for_conflict
from service.workflows.families import birth_dates, having_say, readdressing
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.versions import must_be_seen
from service.workflows.who_may import must_be_lead


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
    birth_dates.must_be_born(tx, command.born_on)
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
    affected = sessions.running_of_child(tx, known)
    cases.hold(tx, affected, Held(children=frozenset({known})))
    before = people.child_record(tx, known)
    must_be_seen(before.version, command.version)
    birth_dates.must_be_allowed(tx, before.child, command.born_on, affected)
    people.change_child(tx, known, command.name, command.born_on)
    tx.record(Entry(Event.CHILD_CHANGED, known, {"child": known}))
    look_for_conflict(tx, known)
    falling.decide_again(tx, affected)  # on which day the child is of age decides whose word counts
    return known


@dataclass(frozen=True)
class PutParent:
    """A parent or carer, new or changed."""

    name: SecretStr
    email: SecretStr | None
    phone: SecretStr | None
    language: str = "en"
    zone: str | None = None
    external_id: str | None = None
    parent_id: ParentId | None = None
    version: int | None = None


def put_parent(tx: Tx, command: PutParent) -> ParentId:
    """Put a parent on record, or change the record of one; links follow the mail address."""
    if command.zone is not None:
        zone_named(command.zone)
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
        zone=command.zone,
        has_pin=False,
        version=1,
    )
    if known is None:
        must_be_first(people.insert_parent(tx, record))
        tx.record(Entry(Event.PARENT_ADDED, record.parent_id, {"parent": record.parent_id}))
        return record.parent_id
    digests = contacts.keys_for(tx.house, command.email, command.phone)
    affected = falling.hold_sessions_round(tx, known, known_by_now=digests.values())
    before = people.parent_record(tx, known)
    must_be_seen(before.version, command.version)
    people.change_parent(tx, record)
    tx.record(Entry(Event.PARENT_CHANGED, known, {"parent": known}))
    # Another number ends nothing: no link and no code goes there, and whoever calls is asked who they are.
    if before.email != record.email:
        readdressing.readdress(tx, known)
    falling.decide_again(tx, affected)  # a new number may show that a parent is also staff
    return known


def must_be_first(violated: str | None) -> None:
    """Refuse whoever comes second with one external id."""
    if violated is not None:
        raise Conflict(
            "Another request put this external_id on record at the same moment. Send it again.",
            code="external_id_taken",
        )


@dataclass(frozen=True)
class PutTie:
    """An adult on a child's record, with relation and authority, and the paper it rests on."""

    child_id: ChildId
    parent_id: ParentId
    relation: str
    authority: Authority
    document: str | None = None
    document_on: date | None = None
    until: date | None = None

    @property
    def tie(self) -> Tie:
        """What a decision sees of it."""
        return Tie(self.parent_id, self.relation, self.authority, self.until)


def put_tie(tx: Tx, command: PutTie) -> ChildId:
    """Put an adult on a child's record, or change their authority; what rested on it falls."""
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None:
        raise NotFound
    must_name_paper(command)
    _must_be_of_age(command, child)
    _must_not_be_merged(tx, command.parent_id)
    _must_not_return_unseen(tx, command)
    having_say.must_be_allowed(tx, child, command.tie)
    put_on_record(tx, command)
    falling.decide_again(tx, affected)
    return command.child_id


def put_on_record(tx: Tx, command: PutTie) -> None:
    """Store and note a tie. The caller holds the child and decides its sessions again.

    Whoever had no say until now answers anew, whatever they said when they had one before (pitfall 6).
    """
    if command.until is not None and command.authority in OWN:
        raise InvalidInput.of(
            "until", "not_delegated", "Only authority that was given has a last day."
        )
    if not people.has_parent(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "unknown", "There is no such parent.")
    if command.authority in OWN and deputies.is_team(tx, command.parent_id):
        raise InvalidInput.of("authority", "is_a_team", "A team has a say by its paper alone.")
    if command.parent_id not in people.children(tx, (command.child_id,))[command.child_id].deciders:
        lapsing.lapse(tx, command.child_id, command.parent_id)
    ties.put_tie(
        tx,
        command.child_id,
        command.tie,
        ties.Paper(command.document, command.document_on),
    )
    tx.record(
        Entry(
            Event.TIE_ADDED,
            command.child_id,
            {"child": command.child_id, "parent": command.parent_id},
            {
                "authority": command.authority.value,
                "document_on": command.document_on.isoformat() if command.document_on else None,
                "until": command.until.isoformat() if command.until else None,
            },
            {"document": command.document} if command.document else None,
        )
    )
    look_for_conflict(tx, command.child_id)


def must_name_paper(command: PutTie) -> None:
    """Authority that rests on a paper names it, with its date."""
    if command.authority in DOCUMENTED and not (command.document and command.document_on):
        raise InvalidInput.of(
            "document", "missing", "Name the document that this authority rests on, and its date."
        )


def _must_be_of_age(command: PutTie, child: Child) -> None:
    """A student's own say begins on the 18th birthday."""
    # Before that day the service holds no contact of a child (POL-20).
    if command.authority is Authority.SELF and not child.is_of_age:
        raise InvalidInput.of("authority", "not_of_age", "A child has no authority before 18.")


def _must_not_be_merged(tx: Tx, parent_id: ParentId) -> None:
    """Nothing is given to a record that is out of use."""
    if people.has_parent(tx, parent_id) and people.parent_record(tx, parent_id).merged_into:
        raise InvalidInput.of(
            "parent_id", "merged", "This record was joined with another. Name the other."
        )


def _must_not_return_unseen(tx: Tx, command: PutTie) -> None:
    """A tie that ended comes back by a named person alone, never by a nightly import. With a say, it is for
    the lead (`having_say`)."""
    ended_at = ties.tie_ended_at(tx, command.child_id, command.parent_id)
    if ended_at is not None and not tx.by.has(Role.COORDINATOR, Role.DSL):
        raise Conflict("This adult was taken off the child's record.", code="tie_ended")


@dataclass(frozen=True)
class FlagChild:
    """What forbids that a child's room is only visited."""

    child_id: ChildId
    looked_after: bool
    visiting_never: bool


def flag_child(tx: Tx, command: FlagChild) -> ChildId:
    """Flag a child, or, as safeguarding lead, take a flag away; sessions are decided again (POL-03)."""
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    before = people.children(tx, (command.child_id,)).get(command.child_id)
    if before is None:
        raise NotFound
    if before.looked_after > command.looked_after or before.visiting_never > command.visiting_never:
        must_be_lead(tx, "Only the safeguarding lead takes a flag away.")
        must_not_be_family(tx, command.child_id)
    flags = {"looked_after": command.looked_after, "visiting_never": command.visiting_never}
    restrictions.flag_child(tx, command.child_id, **flags)
    tx.record(Entry(Event.CHILD_FLAGGED, command.child_id, {"child": command.child_id}, flags))
    falling.decide_again(tx, affected)
    return command.child_id
