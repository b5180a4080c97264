"""What stands in the way of a booking: everything at once, each in words, with who can lift it and until
when that helps. Whoever books learns that somebody is taken, never by which session, or why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import FieldProblem, InvalidInput
from service.policy.people import ChildId, SessionId, StaffId
from service.policy.session import Span
from service.store.attending import presence
from service.store.families import people
from service.store.second_staff import staffing
from service.store.sessions import engagements
from service.store.staff import colleagues, staff
from service.store.transactions import Tx

LONGEST = timedelta(hours=4)
MOST_CHILDREN = 12

OFFICE = "a coordinator"
ANOTHER_SESSION = "The tutor has another session at that time."
OFFICE_OR_LEAD = "a coordinator, or the safeguarding lead"


@dataclass(frozen=True)
class Wanted:
    """Whom a session is to have, and when. `session_id` is the session itself, if it is there already."""

    tutor_id: StaffId
    children: tuple[ChildId, ...]
    span: Span
    session_id: SessionId | None = None


def must_be_bookable(tx: Tx, wanted: Wanted, problems: list[FieldProblem]) -> None:
    """Refuse what these problems speak against, and say in the same answer who else is taken."""
    if problems:
        named = {problem.field for problem in problems}
        taken = [one for one in whoever_is_taken(tx, wanted) if one.field not in named]
        raise InvalidInput(fields=[*problems, *taken])


def problems_with_time(tx: Tx, span: Span) -> list[FieldProblem]:
    """A start that is past or too far ahead, an end before it, a session that is too long."""
    found = []
    if span.starts_at <= tx.now:
        found.append(FieldProblem("starts_at", "in_the_past", "The start must lie ahead."))
    found += problems_with_how_far(tx, "starts_at", span.starts_at)
    if span.ends_at <= span.starts_at:
        found.append(FieldProblem("ends_at", "before_start", "The end must be after the start."))
    elif span.ends_at - span.starts_at > LONGEST:
        found.append(FieldProblem("ends_at", "too_long", "A session lasts at most four hours."))
    return found


def problems_with_how_far(tx: Tx, field: str, starts_at: datetime) -> list[FieldProblem]:
    """A start further ahead than the organisation books."""
    ahead = tx.house.organisation.minutes("booking_ahead")
    if starts_at <= tx.now + ahead:
        return []
    sentence = f"A session can be booked at most {ahead.days} days ahead."
    return [FieldProblem(field, "too_far_ahead", sentence)]


def problems_with_number(children: tuple[ChildId, ...]) -> list[FieldProblem]:
    """Too few children, too many, or one of them twice."""
    found = []
    if not 1 <= len(children) <= MOST_CHILDREN:
        found.append(
            FieldProblem("children", "wrong_number", f"Name 1 to {MOST_CHILDREN} children.")
        )
    if len(set(children)) != len(children):
        found.append(FieldProblem("children", "doubled", "Name each child once."))
    return found


def problems_with_records(
    tx: Tx, wanted: Wanted, already: tuple[ChildId, ...] = ()
) -> list[FieldProblem]:
    """People of whom there is no record, or whose record takes no sessions; those in the session
    `already` stay in it. Why a child has none is not said (pitfall 21)."""
    by = _while_it_helps(tx, wanted)
    found = []
    if not staff.has_staff(tx, wanted.tutor_id):
        said = "There is no such member of staff."
        found.append(FieldProblem("tutor_id", "unknown", said, OFFICE, by))
    there = people.children(tx, wanted.children)
    for number, child_id in enumerate(wanted.children):
        field, child = f"children.{number}", there.get(child_id)
        if child is None:
            found.append(FieldProblem(field, "unknown", "There is no such child.", OFFICE, by))
            continue
        if child.merged_into is not None:
            said = "This record was joined with another. Name the other."
            found.append(FieldProblem(field, "merged", said))
        if child.restriction is not None and child_id not in already:
            said = "No session is held for this child."
            found.append(FieldProblem(field, "no_sessions", said, OFFICE_OR_LEAD, by))
    return found


def whoever_is_taken(tx: Tx, wanted: Wanted) -> list[FieldProblem]:
    """Everybody of these who is in another session at that time."""
    span, by = wanted.span, _while_it_helps(tx, wanted)
    if span.ends_at <= span.starts_at:
        return []
    found = []
    everybody = (wanted.tutor_id, *wanted.children)
    taken = engagements.taken(tx, everybody, span, besides=wanted.session_id)
    why = ANOTHER_SESSION if wanted.tutor_id in taken else why_tutor_is_busy(tx, wanted)
    if why is not None:
        found.append(FieldProblem("tutor_id", "taken", why, OFFICE, by))
    for number, child_id in enumerate(wanted.children):
        if child_id in taken:
            said = "This child has another session at that time."
            found.append(FieldProblem(f"children.{number}", "taken", said, OFFICE, by))
    return found


def why_tutor_is_busy(tx: Tx, wanted: Wanted) -> str | None:
    """What the tutor does at that time beside teaching under this entry, whichever record of theirs it is
    on; None if nothing. That they teach under this one the database itself refuses."""
    span, own = wanted.span, wanted.session_id
    tutor = colleagues.of(tx, frozenset({wanted.tutor_id})).get(wanted.tutor_id)
    if tutor is None:
        return None
    if tutor.other_entries and engagements.taken(tx, tutor.other_entries, span, besides=own):
        return ANOTHER_SESSION
    if any(staffing.covers_in(tx, one, span) for one in tutor.entries):
        return "The tutor is second staff in another session at that time."
    if presence.promised_elsewhere(tx, tutor.adults, span, own or SessionId("")):
        return "The tutor is taken at that time."  # that they are a parent here is for the office
    return None


def _while_it_helps(tx: Tx, wanted: Wanted) -> datetime | None:
    """Nothing that is lifted after the start helps; no time is named for a start that is no use."""
    return wanted.span.starts_at if wanted.span.starts_at > tx.now else None
