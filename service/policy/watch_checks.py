"""What the rules of the watch look for in a room, one function a rule (see `service.policy.watch`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.policy.admission import Place
from service.policy.people import ChildId
from service.policy.presence import SightingKind, SightingResult, away_for, open_sightings
from service.policy.room import Person
from service.policy.watched import Act, Breach, Expected, Step, Watched

AT_ONCE = timedelta(0)
IN_PASSING = timedelta(seconds=10)
"""When a call ends or a line breaks, people go and come back one after the other: that is no breach."""

Breaches = Iterator[Breach]

# --- second staff -----------------------------------------------------------------------------------


def second_staff_is_with_the_child(watched: Watched) -> Breaches:
    """W-01."""
    if not watched.tutor_is_inside:
        yield from _uncovered(watched, "second_staff_missing")


def no_child_is_alone_with_the_tutor(watched: Watched) -> Breaches:
    """W-02."""
    if watched.tutor_is_inside:
        yield from _uncovered(watched, "child_with_tutor_alone")


def _uncovered(watched: Watched, code: str) -> Breaches:
    """A child may be in the room, and second staff are not."""
    inside = watched.households_inside
    gone_since = _second_staff_gone_since(watched)
    if not inside or gone_since is None:
        return
    first_in = min(watched.in_since(one) or gone_since for one in inside)
    steps = (
        Step(IN_PASSING, Act.ALERT),
        Step(IN_PASSING, Act.CALL_STANDBY),
        Step(_grace(watched, inside), Act.END),
    )
    since = max(first_in, gone_since)
    yield Breach(code, watched.case.session.session_id, since, steps)


def _second_staff_gone_since(watched: Watched) -> datetime | None:
    """Since when second staff have not been in the room, or from when on nothing tells that they are;
    None while they are in.

    Where the provider never showed us who holds the room, or we have been blind since, their own word
    counts, and has to be given anew every few minutes. Second staff who visit may be away until the
    next visit is due, unless somebody put them out.
    """
    seen, blind_since = watched.second_staff, watched.blind_since
    if blind_since is None and seen.is_inside:
        return None
    away = away_for(watched.case.session, watched.case.organisation)
    if blind_since is None and seen.stays:
        return _left_at(seen) + (AT_ONCE if _was_put_out(seen) else away)
    last_known = [watched.second_staff_said_at, blind_since if seen.is_inside else None]
    known_at = max((at for at in last_known if at is not None), default=None)
    if known_at is not None:
        return known_at + (away or watched.case.organisation.minutes("own_word"))
    let_in = [one.let_in_at for one in watched.expected if one.let_in_at is not None]
    return min(let_in, default=watched.case.session.starts_at)


def _left_at(seen: Person) -> datetime:
    return max(at for at in (seen.left_at, seen.put_out_at) if at is not None)


def _was_put_out(seen: Person) -> bool:
    return seen.put_out_at is not None and seen.put_out_at == _left_at(seen)


def _grace(watched: Watched, inside: tuple[Expected, ...]) -> timedelta:
    """Longer while each child's own adult is beside it, as second staff last saw."""
    sighted = all(watched.adult_is_sighted(ChildId(one.subject_id)) for one in inside)
    name = "missing_grace_sighted" if sighted else "missing_grace"
    return watched.case.organisation.minutes(name)


def second_staff_was_not_put_out(watched: Watched) -> Breaches:
    """W-03."""
    put_out_at = watched.second_staff.put_out_at
    if put_out_at is not None and not watched.second_staff.is_inside:
        yield Breach(
            "second_staff_put_out",
            watched.case.session.session_id,
            put_out_at,
            (Step(AT_ONCE, Act.ALERT),),
        )


def second_staff_came(watched: Watched) -> Breaches:
    """W-04."""
    if watched.second_staff.stays or watched.second_staff_said_at is not None:
        return
    grace = watched.case.organisation.minutes("late_grace")
    steps = (Step(grace, Act.ALERT), Step(grace, Act.CALL_STANDBY))
    session = watched.case.session
    yield Breach("second_staff_late", session.session_id, session.starts_at, steps)


# --- the child's adult --------------------------------------------------------------------------------


def the_adult_is_shown(watched: Watched) -> Breaches:
    """W-05."""
    inside = {one.subject_id for one in watched.households_inside}
    for child in watched.case.children:
        newest = max(child.sightings, key=lambda sighting: sighting.at, default=None)
        shown = newest is None or newest.result is not SightingResult.NOT_SHOWN
        if newest is None or shown:
            continue
        steps: tuple[Step, ...] = (Step(AT_ONCE, Act.ALERT),)
        if child.child.child_id in inside:
            steps = _when_not_shown(watched, alone=len(inside) == 1)
        yield Breach("adult_not_shown", child.child.child_id, newest.at, steps)


def _when_not_shown(watched: Watched, *, alone: bool) -> tuple[Step, ...]:
    """The child is shut out. A child that is alone in the room then leaves nothing to go on for."""
    minutes = watched.case.organisation.minutes
    # Second staff are the other adult here.
    covered = watched.second_staff.is_inside or watched.blind_since is not None
    grace = minutes("missing_grace_sighted" if covered else "missing_grace")
    out = (Step(AT_ONCE, Act.ALERT), Step(grace, Act.SHUT_OUT))
    return (*out, Step(grace + minutes("missing_grace"), Act.END)) if alone else out


def the_adult_has_not_left(watched: Watched) -> Breaches:
    """W-18. The child's way in is shut already; while the child is inside a person has to act."""
    inside = {one.subject_id for one in watched.households_inside}
    minutes = watched.case.organisation.minutes
    for child in watched.case.children:
        left_at = child.adult_left_at(watched.case.session)
        if left_at is None or child.child.child_id not in inside:
            continue
        grace = minutes("missing_grace_sighted") + minutes("missing_grace")
        end = (Step(grace, Act.END),) if len(inside) == 1 else ()
        steps = (Step(AT_ONCE, Act.ALERT), *end)
        yield Breach("adult_left", child.child.child_id, left_at, steps)


def second_staff_look(watched: Watched) -> Breaches:
    """W-17. The first look is what makes a child's time supervised, so the room does not outlast it."""
    minutes = watched.case.organisation.minutes
    inside = {one.subject_id: one.let_in_at for one in watched.households_inside}
    for child in watched.case.children:
        child_id = child.child.child_id
        for owed in open_sightings(
            watched.case.session,
            inside.get(child_id),
            child.sightings,
            watched.case.organisation,
            child.second_device,
        ):
            asked_for = owed.missed_at - owed.due_from
            steps = [Step(asked_for, Act.ALERT)]
            if owed.kind is SightingKind.START:
                steps.append(Step(asked_for, Act.CALL_STANDBY))
                steps.append(Step(asked_for + minutes("missing_grace_sighted"), Act.END))
            yield Breach("sighting_missed", child_id, owed.due_from, tuple(steps))
            break


# --- everybody else -----------------------------------------------------------------------------------


def nobody_unknown_is_inside(watched: Watched) -> Breaches:
    """W-06."""
    yield from _strangers(watched, "unknown_person", by_phone=False)


def nobody_is_inside_by_phone(watched: Watched) -> Breaches:
    """W-07."""
    yield from _strangers(watched, "phone_caller", by_phone=True)


def _strangers(watched: Watched, code: str, *, by_phone: bool) -> Breaches:
    stays = [
        stay
        for person in watched.strangers
        for stay in person.stays
        if stay.is_open and stay.by_phone is by_phone
    ]
    if stays:
        since = min(stay.since for stay in stays)
        steps = (Step(AT_ONCE, Act.ALERT),)
        session_id = watched.case.session.session_id
        yield Breach(code, session_id, since, steps)


def whoever_is_in_was_let_in(watched: Watched) -> Breaches:
    """W-08."""
    for one in watched.expected:
        since = watched.picture.person(one.who).inside_since
        if since is not None and one.let_in_at is None:
            host = one.place is Place.SECOND_STAFF
            code = "host_without_admission" if host else "in_without_admission"
            steps = (Step(AT_ONCE, Act.ALERT),)
            yield Breach(code, watched.case.session.session_id, since, steps)


def nobody_is_in_a_breakout_room(watched: Watched) -> Breaches:
    """W-09."""
    for person in watched.picture.people:
        if person.breakout_at is not None:
            steps = (Step(AT_ONCE, Act.ALERT),)
            session_id = watched.case.session.session_id
            yield Breach("breakout_room", session_id, person.breakout_at, steps)


def nobody_waits_for_long(watched: Watched) -> Breaches:
    """W-10."""
    grace = watched.case.organisation.minutes("waiting_grace")
    for one in watched.expected:
        since = watched.picture.person(one.who).waiting_since
        if since is not None and one.let_in_at is not None and not one.shut:
            yield Breach(
                "waiting_too_long",
                one.subject_id,
                max(since, one.let_in_at),
                (Step(grace, Act.ALERT),),
            )


def a_family_came(watched: Watched) -> Breaches:
    """W-11."""
    yield from _not_come(watched, Place.HOUSEHOLD, "nobody_came", "nobody_grace")


def the_tutor_came(watched: Watched) -> Breaches:
    """W-12."""
    yield from _not_come(watched, Place.TUTOR, "tutor_late", "tutor_grace")


def _not_come(watched: Watched, place: Place, code: str, grace: str) -> Breaches:
    if any(one.let_in_at for one in watched.expected if one.place is place):
        return
    steps = (Step(watched.case.organisation.minutes(grace), Act.ALERT),)
    session = watched.case.session
    yield Breach(code, session.session_id, session.starts_at, steps)


def the_session_keeps_to_its_time(watched: Watched) -> Breaches:
    """W-13."""
    if watched.households_inside or watched.picture.inside:
        session = watched.case.session
        steps = (Step(watched.case.organisation.minutes("overrun_grace"), Act.ALERT),)
        yield Breach("overran", session.session_id, session.ends_at, steps)


def we_are_told(watched: Watched) -> Breaches:
    """W-14."""
    if watched.blind_since is not None and watched.households_inside:
        grace = watched.case.organisation.minutes("blind_grace")
        steps = (Step(grace, Act.ALERT),)
        session_id = watched.case.session.session_id
        yield Breach("blind", session_id, watched.blind_since, steps)
