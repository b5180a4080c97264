"""One human being with two entries on the register: noticed when either is written, and whenever it
matters who acts (pitfall 28)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.people import ParentId, StaffId
from service.policy.staff import RelationKind
from service.store.alerts import alerts
from service.store.families import people
from service.store.staff import colleagues, staff
from service.store.staff.staff import StaffRecord
from service.store.transactions import Tx
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.who_may import must_be_lead


def must_not_be_oneself(tx: Tx, staff_id: str, said: str) -> None:
    """Refuse, with that sentence, whoever acts if this entry of the register is theirs, or may be."""
    if colleagues.is_one_of(tx, tx.by.subject, [StaffId(staff_id)]):
        raise NotAllowed(said)


def must_have_own_account(tx: Tx, record: StaffRecord) -> None:
    """Refuse an account that another entry of somebody who works here holds already: two people
    cannot be told apart behind one account."""
    key = tx.house.contact_digest(record.account)
    today = tx.house.organisation.local_day(tx.now)
    for other in staff.sharing_keys(tx, [key], record.staff_id):
        there = staff.staff_record(tx, other)
        has_left = there.left_on is not None and there.left_on <= today
        if tx.house.contact_digest(there.account) == key and not has_left:
            raise Conflict(
                "This account is another entry's already. Change that one, or use an account of "
                "their own.",
                code="same_person",
                details={"staff_ids": [other]},
            )


def notice(tx: Tx, staff_id: StaffId) -> None:
    """Alert where somebody shares a number, an address or a check with another entry.

    Until a lead says that they are two people, neither may be second staff for the other.
    """
    member = colleagues.of(tx, frozenset({staff_id}))[staff_id]
    for other in sorted(member.other_entries):
        pair = ":".join(sorted((staff_id, other)))
        alerts.raise_alert(tx, pair, "same_person", None)


@dataclass(frozen=True)
class DeclareDistinct:
    """A safeguarding lead knows that two entries of the register, or one and an adult of a family, are two
    people."""

    staff_id: StaffId
    other_id: str
    reason: str


def declare_distinct(tx: Tx, command: DeclareDistinct) -> StaffId:
    """Say that this entry and the other, or an adult of a family, are two people although they share
    something. Never about oneself, nor about one's own family."""
    must_be_lead(tx, "Only the safeguarding lead can say that.")
    for one in (command.staff_id, command.other_id):
        must_not_be_oneself(tx, one, "Nobody says that of themselves.")
    if people.has_parent(tx, ParentId(command.other_id)):
        must_not_be_family(tx, command.other_id)
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    if command.staff_id == command.other_id or not _is_on_record(tx, command.other_id):
        raise InvalidInput.of("other_id", "unknown", "There is nobody else of this id on record.")
    if staff.put_relation(tx, command.staff_id, command.other_id, RelationKind.DISTINCT):
        tx.record(
            Entry(
                Event.STAFF_DISTINCT_DECLARED,
                command.staff_id,
                {"staff": command.staff_id, "other": command.other_id},
                payload={"reason": command.reason},
            )
        )
    falling.decide_again(tx, affected)
    return command.staff_id


def _is_on_record(tx: Tx, other_id: str) -> bool:
    return staff.has_staff(tx, other_id) or people.has_parent(tx, ParentId(other_id))
