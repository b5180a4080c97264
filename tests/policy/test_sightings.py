"""When second staff look for a child's adult, and what a second device's tap changes (POL-02)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.policy.organisation import Organisation
from service.policy.presence import (
    DueSighting,
    SecondDevice,
    Sighting,
    SightingKind,
    SightingResult,
    open_sightings,
    supervised_since,
)
from service.policy.session import CoverMode, SessionState
from tests.builders import CHILD, ENDS, MOTHER, ORGANISATION, SECOND, STARTS, a_session

LIVE = a_session(state=SessionState.LIVE)
START, MIDDLE, END, TAP = SightingKind
HALFWAY = STARTS + timedelta(minutes=22, seconds=30)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def noted(at: datetime, result: SightingResult = SightingResult.SEEN) -> Sighting:
    return Sighting(CHILD, SECOND, result, at)


def asked(
    *sightings: Sighting,
    admitted_at: datetime | None = STARTS,
    organisation: Organisation = ORGANISATION,
    device: SecondDevice | None = None,
) -> tuple[DueSighting, ...]:
    return open_sightings(LIVE, admitted_at, sightings, organisation, device)


def kinds(*sightings: Sighting, **more: object) -> list[SightingKind]:
    return [one.kind for one in asked(*sightings, **more)]  # type: ignore[arg-type]


def test_the_adult_is_looked_for_at_start_halfway_and_before_the_end() -> None:
    assert asked() == (
        DueSighting(START, STARTS, STARTS + minutes(3)),
        DueSighting(MIDDLE, HALFWAY - minutes(3), HALFWAY + minutes(3)),
        DueSighting(END, ENDS - minutes(5), ENDS),
    )


def test_nothing_is_asked_of_a_child_that_was_not_let_in_or_of_a_session_that_is_over() -> None:
    assert asked(admitted_at=None) == ()
    for state in set(SessionState) - {SessionState.OPEN, SessionState.LIVE}:
        assert open_sightings(a_session(state=state), STARTS, (), ORGANISATION) == ()


def test_only_what_is_due_by_now_is_asked_for() -> None:
    def due(now: datetime) -> list[SightingKind]:
        return [one.kind for one in asked() if one.is_due(now)]

    assert due(STARTS - minutes(1)) == []
    assert due(STARTS) == [START]
    assert due(HALFWAY - minutes(3)) == [START, MIDDLE]
    assert due(ENDS - minutes(5)) == [START, MIDDLE, END]


def test_a_look_is_missed_only_when_its_time_is_over() -> None:
    (start, *_) = asked()
    assert not start.is_missed(STARTS + minutes(2.9))
    assert start.is_missed(STARTS + minutes(3))


@pytest.mark.parametrize("result", SightingResult)
def test_any_note_settles_what_was_due_and_nothing_that_comes_later(
    result: SightingResult,
) -> None:
    assert kinds(noted(STARTS + minutes(1), result)) == [MIDDLE, END]
    assert kinds(noted(HALFWAY - minutes(2), result)) == [END]
    assert kinds(noted(ENDS - minutes(1), result)) == []


def test_a_look_before_the_child_was_let_in_counts_for_nothing() -> None:
    assert kinds(noted(STARTS - minutes(1))) == [START, MIDDLE, END]


def test_a_child_let_in_late_is_looked_after_once_not_twice_in_a_row() -> None:
    assert kinds(admitted_at=HALFWAY - minutes(4)) == [START, END]
    assert kinds(admitted_at=HALFWAY - minutes(6)) == [START, MIDDLE, END]
    assert kinds(admitted_at=ENDS - minutes(7)) == [START]
    assert kinds(admitted_at=ENDS - minutes(8)) == [START, END]


def test_an_organisation_may_leave_out_the_middle_and_never_start_or_end() -> None:
    without = replace(ORGANISATION, middle_sighting=False)
    assert kinds(organisation=without) == [START, END]


# --- the tap of a second device -----------------------------------------------------------------------

DEVICE = SecondDevice(MOTHER, STARTS)
LOOKED = noted(STARTS + minutes(1))
"""The start is settled, so that only the tap is left before the middle."""


def tap_asked(*sightings: Sighting, device: SecondDevice = DEVICE) -> DueSighting:
    (found,) = (one for one in asked(*sightings, device=device) if one.kind is TAP)
    return found


def test_a_tap_is_asked_only_of_a_registered_device() -> None:
    assert TAP not in kinds(LOOKED)
    assert TAP in kinds(LOOKED, device=DEVICE)


def test_a_missed_tap_is_put_to_second_staff_before_it_counts_as_missed() -> None:
    out_at = STARTS + minutes(1 + 10)
    assert tap_asked(LOOKED) == DueSighting(TAP, out_at + minutes(2), out_at + minutes(2 + 3))


def test_a_tap_puts_the_question_off_by_an_interval() -> None:
    tapped = replace(DEVICE, taps=(STARTS + minutes(5), STARTS + minutes(12)))
    assert tap_asked(LOOKED, device=tapped).due_from == STARTS + minutes(12 + 10 + 2)


def test_what_second_staff_saw_since_stands_for_the_tap() -> None:
    missed = tap_asked(LOOKED)
    answered = noted(missed.due_from + minutes(1))
    assert tap_asked(LOOKED, answered).due_from == answered.at + minutes(10 + 2)


def test_before_the_child_is_in_no_tap_counts_as_missed() -> None:
    early = SecondDevice(MOTHER, STARTS - minutes(20))
    assert tap_asked(device=early).due_from == STARTS + minutes(10 + 2)


def test_no_tap_is_asked_after_the_planned_end() -> None:
    assert TAP not in kinds(noted(ENDS - minutes(10)), device=DEVICE)


def test_the_device_asks_an_interval_after_the_newest_tap() -> None:
    assert DEVICE.next_tap_at(ORGANISATION, STARTS) == STARTS + minutes(10)
    tapped = replace(DEVICE, taps=(STARTS + minutes(4),))
    assert tapped.next_tap_at(ORGANISATION, STARTS) == STARTS + minutes(14)


# --- what counts as supervised ------------------------------------------------------------------------


def test_time_is_supervised_only_from_when_the_adult_was_seen_or_heard() -> None:
    not_shown = noted(STARTS + minutes(1), SightingResult.NOT_SHOWN)
    heard = noted(STARTS + minutes(4), SightingResult.HEARD)
    assert supervised_since(STARTS, (not_shown,)) is None
    assert supervised_since(STARTS, (not_shown, heard, noted(ENDS))) == heard.at
    assert supervised_since(STARTS, (noted(STARTS - minutes(1)),)) is None
    assert supervised_since(None, (heard,)) is None


def test_second_staff_who_visit_look_whenever_they_come() -> None:
    visited = replace(LIVE, cover_mode=CoverMode.VISITING)
    assert open_sightings(visited, STARTS, (), ORGANISATION) == (
        DueSighting(START, STARTS, STARTS + minutes(3)),
        DueSighting(MIDDLE, HALFWAY - minutes(7.5), HALFWAY + minutes(7.5)),
        DueSighting(END, ENDS - minutes(15), ENDS),
    )
