"""Whole lists of people are brought in, by the same commands that put one on record.

A row is one child with the adults round it, or one member of staff with what was seen of them. It
is done step by step, in one transaction with the other lines that came with it (`workflows.importing.lists`).
Rows name people by `external_id` (or by our id), and one that is on record as it stands changes
nothing: bringing the same list in again completes what a machine that stopped left undone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

from service.errors import Conflict, InvalidInput
from service.policy.people import Authority, ChildId, ParentId, StaffId
from service.policy.staff import Evidence
from service.store.families import people, ties
from service.store.families.people import ParentRecord
from service.store.staff import staff
from service.store.transactions import Tx
from service.workflows.families import onboarding
from service.workflows.importing import marks_from_lists
from service.workflows.importing.marks_from_lists import (
    NO_ADULT_MARKS,
    NO_CHILD_MARKS,
    AdultMarks,
    ChildMarks,
)


class Outcome(StrEnum):
    """What came of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class AdultRow:
    """An adult on a child's row, with the tie between them."""

    ref: str
    name: SecretStr
    email: SecretStr | None
    phone: SecretStr | None
    language: str
    relation: str
    authority: Authority
    document: str | None = None
    document_on: date | None = None
    until: date | None = None
    zone: str | None = None
    marks: AdultMarks = NO_ADULT_MARKS


@dataclass(frozen=True)
class FamilyRow:
    """A child with the adults on its record. Adults who are not named stay as they are."""

    ref: str
    name: SecretStr
    born_on: date
    adults: tuple[AdultRow, ...]
    marks: ChildMarks = NO_CHILD_MARKS


@dataclass(frozen=True)
class StaffRow:
    """A member of staff with what was seen of them."""

    ref: str
    name: SecretStr
    account: SecretStr
    phone: SecretStr | None
    left_on: date | None
    evidence: tuple[Evidence, ...]


Row = FamilyRow | StaffRow

Step = tuple[Callable[[Tx, Any], Outcome], Any]
"""One command of a row."""


def steps_of_family(row: FamilyRow) -> tuple[Step, ...]:
    """The child first, then each adult with the tie. Those of an adult's marks that are new on record
    come before a new address."""
    steps = [
        ((_adult_marks, adult), (_adult, adult), (_tie, (row.ref, adult))) for adult in row.adults
    ]
    child: tuple[Step, ...] = ((_child, row), (_child_flags, row), (_child_silence, row))
    return *child, *(step for some in steps for step in some)


def sum_of(outcomes: list[Outcome]) -> Outcome:
    """What came of a row as a whole: it is what its first step was, unless a later one changed something."""
    if outcomes[0] is Outcome.NEW:
        return Outcome.NEW
    return Outcome.SAME if set(outcomes) == {Outcome.SAME} else Outcome.CHANGED


# --- who is meant ------------------------------------------------------------------------------------


def child_called(tx: Tx, ref: str) -> ChildId | None:
    """The child with this external id, or with this id of ours."""
    known = people.child_by_external_id(tx, ref)
    return known or (ChildId(ref) if people.has_child(tx, ref) else None)


def adult_called(tx: Tx, ref: str) -> ParentId | None:
    """The adult with this external id, or with this id of ours."""
    known = people.parent_by_external_id(tx, ref)
    return known or (ParentId(ref) if people.has_parent(tx, ParentId(ref)) else None)


def colleague_called(tx: Tx, ref: str) -> StaffId | None:
    """The member of staff with this external id, or with this id of ours."""
    known = staff.staff_by_external_id(tx, ref)
    return known or (StaffId(ref) if staff.has_staff(tx, ref) else None)


def unknown(column: str, ref_of: str) -> InvalidInput:
    """Somebody is named who is not on record."""
    return InvalidInput.of(column, "not_on_record", f"There is no such {ref_of} on record.")


# --- the steps of a family ------------------------------------------------------------------------


def _child(tx: Tx, row: FamilyRow) -> Outcome:
    known = child_called(tx, row.ref)
    if known is None:
        made = onboarding.put_child(tx, onboarding.PutChild(row.name, row.born_on, row.ref))
        marks_from_lists.flag_child(tx, made, row.marks)
        return Outcome.NEW
    record = people.child_record(tx, known)
    _must_not_be_merged(row.ref, record.external_id, known)
    if (record.name, record.child.born_on) == (row.name, row.born_on):
        return Outcome.SAME
    onboarding.put_child(tx, onboarding.PutChild(row.name, row.born_on, child_id=known))
    return Outcome.CHANGED


def _child_flags(tx: Tx, row: FamilyRow) -> Outcome:
    known = child_called(tx, row.ref)
    marked = known is not None and marks_from_lists.flag_child(tx, known, row.marks)
    return Outcome.CHANGED if marked else Outcome.SAME


def _child_silence(tx: Tx, row: FamilyRow) -> Outcome:
    known = child_called(tx, row.ref)
    marked = known is not None and marks_from_lists.silence_child(tx, known, row.marks)
    return Outcome.CHANGED if marked else Outcome.SAME


def _must_not_be_merged(ref: str, external_id: str | None, known: str) -> None:
    """An old line about a record that was merged would overwrite the one that was kept."""
    if ref not in (external_id, known):
        raise Conflict(
            "This record was merged into another: use the id of the one that was kept.",
            code="merged",
        )


def _adult_marks(tx: Tx, row: AdultRow) -> Outcome:
    known = adult_called(tx, row.ref)
    marked = known is not None and marks_from_lists.mark_adult(tx, known, row.marks)
    return Outcome.CHANGED if marked else Outcome.SAME


def _adult(tx: Tx, row: AdultRow) -> Outcome:
    known = adult_called(tx, row.ref)
    details = (row.name, row.email, row.phone, row.language, row.zone)
    if known is None:
        made = onboarding.put_parent(tx, onboarding.PutParent(*details, external_id=row.ref))
        marks_from_lists.mark_adult(tx, made, row.marks)
        return Outcome.NEW
    record = people.parent_record(tx, known)
    _must_not_be_merged(row.ref, record.external_id, known)
    if _details(record) == details:
        return Outcome.SAME
    onboarding.put_parent(tx, onboarding.PutParent(*details, parent_id=known))
    return Outcome.CHANGED


def _details(record: ParentRecord) -> tuple[object, ...]:
    return (record.name, record.email, record.phone, record.language, record.zone)


def _tie(tx: Tx, pair: tuple[str, AdultRow]) -> Outcome:
    child_ref, row = pair
    child_id, parent_id = child_called(tx, child_ref), adult_called(tx, row.ref)
    if child_id is None or parent_id is None:
        raise unknown("child_id" if child_id is None else "adult_id", "person")
    if ties.tie_ended_at(tx, child_id, parent_id) is not None:
        raise Conflict(
            "This adult was taken off the child's record. Put them back by hand, not from a list.",
            code="tie_ended",
        )
    wanted = (row.relation, row.authority, row.document, row.document_on, row.until)
    before = ties.terms_of(tx, child_id, parent_id)
    if before == wanted:
        return Outcome.SAME
    onboarding.put_tie(tx, onboarding.PutTie(child_id, parent_id, *wanted))
    return Outcome.NEW if before is None else Outcome.CHANGED
