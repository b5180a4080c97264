"""What keeps a child or an adult safe comes in from a list too, by the commands of the office.

A list marks: it flags a child, restricts a record, hides details. It never takes a mark away, and
an empty cell leaves what there is: a list that was written before somebody was marked, or by
somebody who may not see the marks, must not undo them (pitfalls 2 and 21).
"""

from dataclasses import dataclass

from service.errors import Conflict
from service.policy.people import ChildId, ParentId, Restriction
from service.store.families import people
from service.store.transactions import Tx
from service.workflows.families import onboarding, parting, silencing
from service.workflows.who_may import must_be_office

FROM_A_LIST = "Brought in from a list of people."
"""The reason that is recorded with a restriction; a list has no other."""


@dataclass(frozen=True)
class ChildMarks:
    """What a line says of a child's record; None says nothing."""

    looked_after: bool | None = None
    visiting_never: bool | None = None
    restriction: Restriction | None = None


@dataclass(frozen=True)
class AdultMarks:
    """What a line says of an adult's record; None says nothing."""

    restriction: Restriction | None = None
    details_hidden: bool | None = None


NO_CHILD_MARKS = ChildMarks()
NO_ADULT_MARKS = AdultMarks()


def flag_child(tx: Tx, child_id: ChildId, marks: ChildMarks) -> bool:
    """Flag a child as a line says; whether that changed anything."""
    child = people.child_record(tx, child_id).child
    flags = (
        _marked("looked_after", child.looked_after, marks.looked_after),
        _marked("visiting_never", child.visiting_never, marks.visiting_never),
    )
    flagged = flags != (child.looked_after, child.visiting_never)
    if flagged:
        must_be_office(tx.by, "Only a coordinator or the safeguarding lead flags a child.")
        onboarding.flag_child(tx, onboarding.FlagChild(child_id, *flags))
    return flagged


def silence_child(tx: Tx, child_id: ChildId, marks: ChildMarks) -> bool:
    """Restrict a child's record as a line says; whether that changed anything."""
    before = people.child_record(tx, child_id).child.restriction
    if marks.restriction in (None, before):
        return False
    _must_not_stand("child_restriction", before)
    silencing.restrict_child(tx, silencing.RestrictChild(child_id, marks.restriction, FROM_A_LIST))
    return True


def mark_adult(tx: Tx, parent_id: ParentId, marks: AdultMarks) -> bool:
    """Restrict an adult and hide the details as a line says; whether that changed anything."""
    before = people.parent_record(tx, parent_id)
    hidden = _marked("hidden", before.details_hidden, marks.details_hidden)
    kind = marks.restriction or before.restriction
    if (kind, hidden) == (before.restriction, before.details_hidden):
        return False
    if kind is not before.restriction:
        _must_not_stand("restriction", before.restriction)
    parting.restrict(tx, parting.Restrict(parent_id, kind, hidden, FROM_A_LIST))
    return True


def _marked(column: str, before: bool, said: bool | None) -> bool:
    if before and said is False:
        raise Conflict(
            f"This is marked on record ({column}): take it away by hand, not from a list.",
            code="mark_stands",
        )
    return before or bool(said)


def _must_not_stand(column: str, before: Restriction | None) -> None:
    if before is not None:
        raise Conflict(
            f"Another restriction stands on record ({column}): change it by hand, not from a list.",
            code="mark_stands",
        )
