"""The rules about the staff of a session: who they are, whether they may, and where they must be."""

from collections.abc import Iterator
from datetime import timedelta

from service.policy.case import CaseFile, ChildCase
from service.policy.eligibility import shortcomings
from service.policy.session import CoverMode, peak_overlap
from service.policy.staff import Elsewhere, Shortcoming, StaffMember, TakenAs

Reasons = Iterator[Shortcoming]

VISITING_ROOMS = 3
"""The most rooms one second member of staff may cover at once in cover mode `visiting` (POL-03)."""

STAGGERED_BY = timedelta(minutes=5)
"""How far apart the starts of rooms are that one person visits: in each before its child is let in."""


def staff_are_not_family(case: CaseFile, child: ChildCase) -> Reasons:
    """R-05."""
    if case.second_staff is not None and child.is_family(case.second_staff):
        yield Shortcoming("second_staff_is_family", "The second member of staff is family.")
    if child.is_family(case.tutor):
        yield Shortcoming("tutor_is_family", "The tutor is family of this child.")
    if case.second_staff is not None and child.is_connected(case.second_staff):
        yield Shortcoming(
            "second_staff_is_connected",
            "The second member of staff has a declared connection to this family.",
        )
    if child.is_connected(case.tutor):
        yield Shortcoming(
            "tutor_is_connected", "The tutor has a declared connection to this family."
        )


def second_staff_has_accepted(case: CaseFile) -> Reasons:
    """R-04."""
    if case.second_staff is None or case.assignment is None:
        yield Shortcoming("second_staff_missing", "No second member of staff is assigned.")
        return
    if case.assignment.accepted_at is None:
        yield Shortcoming(
            "second_staff_unaccepted", "The second member of staff has not accepted yet."
        )
    elif case.is_accepted_by_tutor:
        yield Shortcoming(
            "second_staff_accepted_by_tutor",
            "The session's own tutor took down the yes of the second member of staff: they have to "
            "accept themselves, or tell somebody else.",
        )


def second_staff_is_another_person(case: CaseFile) -> Reasons:
    """R-06."""
    if case.second_staff is None:
        return  # said by R-04 already
    if case.second_staff.same_person_as(case.tutor):
        yield Shortcoming("second_staff_is_tutor", "Tutor and second staff are the same person.")
    elif case.second_staff.related_to(case.tutor):
        yield Shortcoming("second_staff_is_related", "Tutor and second staff are related.")


def second_staff_is_eligible(case: CaseFile) -> Reasons:
    """R-07."""
    if case.second_staff is not None:
        yield from _ineligible(
            case, case.second_staff, "second_staff", "The second member of staff"
        )


def second_staff_is_within_the_cap(case: CaseFile) -> Reasons:
    """R-09."""
    visiting = case.session.cover_mode is CoverMode.VISITING
    if case.session.cover_mode not in case.organisation.cover_modes:
        yield Shortcoming(
            "cover_mode_not_adopted", "The safeguarding lead has not adopted this way of covering."
        )
    if visiting and any(child.child.is_never_visited for child in case.children):
        yield Shortcoming(
            "visiting_not_allowed", "This session may not be one that is only visited."
        )
    if _rooms_at_once(case) > _most_rooms(case):
        yield Shortcoming(
            "second_staff_elsewhere", "The second member of staff covers other rooms at that time."
        )
    elif _room_too_near(case):
        yield Shortcoming(
            "second_staff_no_gap", "The second member of staff has another room too soon."
        )
    elif _room_starts_together(case):
        yield Shortcoming(
            "second_staff_not_staggered", "Another visited room starts at nearly the same time."
        )
    if _is_wanted_at_home(case):
        yield Shortcoming(
            "second_staff_at_home",
            "The second member of staff has promised to be with a child in another session at that time.",
        )


def _rooms_at_once(case: CaseFile) -> int:
    return peak_overlap(case.span, tuple(other.span for other in case.second_staff_elsewhere))


def _most_rooms(case: CaseFile) -> int:
    """One, unless every room at that time is only visited: whoever teaches or stays in one of them
    can leave it for no other, whichever they said yes to first."""
    at_once = (one for one in case.second_staff_elsewhere if one.span.overlaps(case.span))
    if all(_only_visits(case, one) for one in at_once):
        return min(case.organisation.second_staff_rooms, VISITING_ROOMS)
    return 1


def _only_visits(case: CaseFile, other: Elsewhere) -> bool:
    """Whether both this room and the other one are only visited."""
    visiting = case.session.cover_mode is CoverMode.VISITING
    return visiting and other.taken_as is TakenAs.VISITING


def _room_too_near(case: CaseFile) -> bool:
    """Whether another room starts or ends within the organisation's gap of this one; between rooms
    that are only visited there is none."""
    around = case.organisation.with_second_staff_gap(case.span)
    return any(
        other.span.overlaps(around)
        for other in case.second_staff_elsewhere
        if not _only_visits(case, other)
    )


def _room_starts_together(case: CaseFile) -> bool:
    """Whether another room starts so near that one person cannot be in each before its child is."""
    return any(
        abs(other.span.starts_at - case.span.starts_at) < STAGGERED_BY
        for other in case.second_staff_elsewhere
        if other.span.overlaps(case.span)
    )


def _is_wanted_at_home(case: CaseFile) -> bool:
    """Whether they promised, as an adult of a family, before they said yes to this room."""
    accepted_at = case.assignment.accepted_at if case.assignment else None
    return any(
        accepted_at is None or pledge.made_at <= accepted_at for pledge in case.second_staff_at_home
    )


def second_staff_is_at_work(case: CaseFile) -> Reasons:
    """R-15."""
    member = case.second_staff
    if member is None:
        return  # said by R-04 already
    if any(away.overlaps(case.span) for away in case.second_staff_away):
        yield Shortcoming("second_staff_absent", "The second member of staff is away at that time.")
    elif not member.works_throughout(case.span, case.organisation.zone):
        yield Shortcoming(
            "second_staff_off_duty", "The second member of staff does not work at that time."
        )


def tutor_is_eligible(case: CaseFile) -> Reasons:
    """R-10."""
    yield from _ineligible(case, case.tutor, "tutor", "The tutor")


def _ineligible(case: CaseFile, member: StaffMember, who: str, name: str) -> Reasons:
    days = {case.organisation.local_day(at) for at in (case.span.starts_at, case.span.ends_at)}
    found = {
        short.code: short
        for day in sorted(days)
        for short in shortcomings(member, day, case.organisation)
    }
    for short in found.values():
        yield Shortcoming(f"{who}_{short.code}", f"{name} {short.sentence}.")
