"""Consents on paper are put on record in bulk, by the same policy as one consent.

A paper has a reference, the day it was signed, and two names: who took it and who checked it, both
on the staff register. For a yes they are two people, and neither is the child's tutor; a no is taken
down by anybody. Who puts it on record is a named person too, and is noted as for any word that staff
take down (POL-04). A paper that is on record already is corrected by a no alone.
"""

from dataclasses import dataclass
from datetime import date, datetime

from service.errors import Conflict, InvalidInput
from service.policy.consent import (
    NO_KINDS,
    ConsentEntry,
    ConsentKind,
    Purpose,
    Route,
    standing,
)
from service.policy.people import ChildId, ParentId, StaffId
from service.policy.staff import StaffMember
from service.store.consents import consent as ledger
from service.store.staff import colleagues
from service.store.transactions import Tx
from service.workflows.consents import consent
from service.workflows.consents.consent import SayWord
from service.workflows.consents.teaching import must_not_teach, teaches
from service.workflows.families.kin import is_family
from service.workflows.importing import bringing_in, same_paper
from service.workflows.importing.bringing_in import Outcome, Step
from service.workflows.who_may import must_be_office


@dataclass(frozen=True)
class PaperRow:
    """One word of one giver, on paper. People are named by their external ids.

    `answered_by` is the deputy who signed, where the giver is a team; `language` that of the paper.
    """

    child: str
    giver: str
    purpose: Purpose
    kind: ConsentKind
    document: str
    signed_on: date
    taken_by: str
    checked_by: str
    policy_version: str | None = None
    present_adults: tuple[str, ...] = ()
    valid_until: datetime | None = None
    child_agrees: bool = False
    says_visits: bool = False
    answered_by: str | None = None
    language: str = "en"


def steps_of_paper(row: PaperRow) -> tuple[Step, ...]:
    """One paper is one command."""
    return ((_paper, row),)


def _paper(tx: Tx, row: PaperRow) -> Outcome:
    must_be_office(tx.by, "Only a coordinator or the safeguarding lead puts consents on record.")
    child_id, giver_id = bringing_in.child_called(tx, row.child), _adult(tx, "giver_id", row.giver)
    if child_id is None:
        raise bringing_in.unknown("child_id", "child")
    witnesses = _witnesses(tx, row)
    said = SayWord(
        child_id=child_id,
        giver_id=giver_id,
        purpose=row.purpose,
        kind=row.kind,
        route=Route.PAPER,
        evidence=_evidence(tx, row, witnesses),
        policy_version=row.policy_version,
        valid_until=row.valid_until,
        present_adults=tuple(_adult(tx, "present_adults", one) for one in row.present_adults),
        language=row.language,
        child_agrees=row.child_agrees,
        says_visits=row.says_visits,
        answered_by=_deputy(tx, row),
        witnesses=_kept(witnesses),
    )
    known = same_paper.newest_word(tx, said)
    if known is not None and same_paper.says(tx, known, said):
        return Outcome.SAME
    if known is not None and row.kind not in NO_KINDS:
        raise Conflict(
            "This paper is on record with other words: ask this adult again, on a new one.",
            code="paper_says_otherwise",
        )
    if row.kind not in NO_KINDS:  # a no is taken down by anybody
        _must_be_vouched_for(tx, row, child_id, witnesses)
        _must_be_the_newest_word(tx, row, child_id, giver_id)
    consent.say_word(tx, said)
    return Outcome.NEW if known is None else Outcome.CHANGED


def _deputy(tx: Tx, row: PaperRow) -> ParentId | None:
    return None if row.answered_by is None else _adult(tx, "answered_by", row.answered_by)


def _adult(tx: Tx, column: str, ref: str) -> ParentId:
    adult_id = bringing_in.adult_called(tx, ref)
    if adult_id is None:
        raise bringing_in.unknown(column, "adult")
    return adult_id


def _witnesses(tx: Tx, row: PaperRow) -> tuple[StaffId, StaffId]:
    """Who took the paper and who checked it."""
    return _witness(tx, "taken_by", row.taken_by), _witness(tx, "checked_by", row.checked_by)


def _kept(witnesses: tuple[StaffId, StaffId]) -> tuple[StaffId, StaffId] | None:
    """Two witnesses, as they are kept. Who took a no and checked it too stands in its evidence alone."""
    taken_by, checked_by = witnesses
    return None if taken_by == checked_by else witnesses


def _must_be_vouched_for(
    tx: Tx, row: PaperRow, child_id: ChildId, witnesses: tuple[StaffId, StaffId]
) -> None:
    """By two people, neither of them the child's tutor, who worked here when it was signed, are not
    suspended, and are not of the family."""
    members = colleagues.of(tx, frozenset(witnesses))
    taken_by, checked_by = (members[one] for one in witnesses)
    _must_be_two(taken_by, checked_by)
    by_column = {"taken_by": taken_by, "checked_by": checked_by}
    _must_not_teach(tx, child_id, {column: one.staff_id for column, one in by_column.items()})
    for column, member in by_column.items():
        _must_be_of_the_staff(column, member, row.signed_on)
        if is_family(tx, member.staff_id, child_id):
            raise InvalidInput.of(
                column, "is_family", "The child's family takes no consent for it."
            )


def _must_be_of_the_staff(column: str, member: StaffMember, signed_on: date) -> None:
    if member.suspended:
        raise InvalidInput.of(column, "suspended", "Who is suspended vouches for no consent.")
    if member.left_on is not None and signed_on >= member.left_on:
        raise InvalidInput.of(
            column, "had_left", "This colleague had left when the paper was signed."
        )


def _evidence(tx: Tx, row: PaperRow, witnesses: tuple[StaffId, StaffId]) -> str:
    """How the paper can be found and who answers for it, in one line; the same paper, the same line."""
    if row.signed_on > tx.house.organisation.local_day(tx.now):
        raise InvalidInput.of("signed_on", "in_the_future", "It cannot have been signed yet.")
    taken_by, checked_by = witnesses
    return f"{row.document}; signed {row.signed_on}; taken by {taken_by}; checked by {checked_by}"


def _witness(tx: Tx, column: str, ref: str) -> StaffId:
    staff_id = bringing_in.colleague_called(tx, ref)
    if staff_id is None:
        raise bringing_in.unknown(column, "member of staff")
    return staff_id


def _must_be_two(taken_by: StaffMember, checked_by: StaffMember) -> None:
    if taken_by.same_person_as(checked_by):
        raise InvalidInput.of(
            "checked_by", "same_person", "Another person must check what one has taken."
        )


def _must_not_teach(tx: Tx, child_id: ChildId, witnesses: dict[str, StaffId]) -> None:
    for column, staff_id in witnesses.items():
        if teaches(tx, staff_id, child_id):
            raise InvalidInput.of(column, "is_the_tutor", "The child's tutor takes no consent.")
    must_not_teach(tx, child_id)


def _must_be_the_newest_word(tx: Tx, row: PaperRow, child_id: ChildId, giver_id: ParentId) -> None:
    """A yes that was signed before the giver said something else would undo what they said later."""
    words = ledger.ledgers(tx, (child_id,))[child_id]
    for word in standing(words, row.purpose, frozenset({giver_id})):
        if _was_said_since(tx, word, row.signed_on):
            raise Conflict(
                "This adult has said something on the day of the paper or since: ask them again.",
                code="said_since",
            )


def _was_said_since(tx: Tx, word: ConsentEntry, signed_on: date) -> bool:
    return tx.house.organisation.local_day(word.at) >= signed_on
