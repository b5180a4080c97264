"""How long a session that is not clear keeps everybody's time, and when families are reminded."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy import holds
from service.policy.holds import Hold, Silence
from service.policy.organisation import Hours, last_opening
from tests.builders import ORGANISATION

WEEKDAYS = replace(ORGANISATION, hours=(Hours(time(8), time(18)),) * 5 + (None, None))
ALWAYS = replace(ORGANISATION, hours=(Hours(time.min, time.max),) * 7)
THURSDAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
FAR = THURSDAY + timedelta(days=30)
DAYS = st.integers(min_value=1, max_value=60).map(lambda days: timedelta(days=days))


def test_a_hold_lasts_as_long_as_the_organisation_says() -> None:
    assert holds.begun(ALWAYS, THURSDAY, FAR).until == THURSDAY + timedelta(days=14)


def test_a_hold_that_would_reach_the_opening_window_lasts_until_the_late_limit() -> None:
    hold = holds.begun(ALWAYS, THURSDAY, MONDAY)
    assert hold.until == ALWAYS.lapses_at(MONDAY)
    assert holds.warn_at(ALWAYS, hold, MONDAY) is None


def test_a_hold_counts_from_the_day_on_which_the_family_may_promise() -> None:
    starts = THURSDAY + timedelta(days=100)
    assert holds.begun(ALWAYS, THURSDAY, starts).since == ALWAYS.may_promise_from(starts)


def test_nothing_lapses_unwarned_and_a_late_warning_leaves_as_much_time() -> None:
    hold = holds.begun(ALWAYS, THURSDAY, FAR)
    late = hold.until + timedelta(days=3)
    assert not holds.has_lapsed(hold, late)
    after = holds.warned(ALWAYS, hold, late)
    assert after.until == late + timedelta(days=2)
    assert not holds.has_lapsed(after, after.until - timedelta(seconds=1))
    assert holds.has_lapsed(after, after.until)


def test_a_silent_family_is_reminded_every_three_days() -> None:
    hold = holds.begun(ALWAYS, THURSDAY, FAR)
    first = holds.next_reminder(ALWAYS, hold, FAR)
    assert first == THURSDAY + timedelta(days=3)
    second = holds.next_reminder(ALWAYS, replace(hold, reminded_at=first), FAR)
    assert second == THURSDAY + timedelta(days=6)


@pytest.mark.pitfall(37)
def test_a_weekend_between_asking_and_mondays_session_brings_the_reminder_forward() -> None:
    hold = holds.begun(WEEKDAYS, THURSDAY, MONDAY)
    reminder = holds.next_reminder(WEEKDAYS, hold, MONDAY)
    assert reminder == datetime(2026, 11, 27, 17, tzinfo=UTC)  # Friday, before they close


@pytest.mark.pitfall(37)
def test_hours_are_counted_on_a_weekend_as_on_any_other_day() -> None:
    asked = datetime(2026, 11, 28, 10, tzinfo=UTC)  # a Saturday
    hold = holds.begun(ALWAYS, asked, FAR)
    warned = replace(hold, warned_at=None, reminded_at=asked)
    assert holds.next_reminder(ALWAYS, warned, FAR) == asked + timedelta(hours=72)
    eve = holds.next_reminder(ALWAYS, holds.begun(ALWAYS, asked, MONDAY), MONDAY)
    assert eve == MONDAY - timedelta(hours=24)  # a Sunday


@pytest.mark.pitfall(37)
def test_reminders_about_tomorrow_go_out_first() -> None:
    saturday = datetime(2026, 11, 28, 10, tzinfo=UTC)
    soon = holds.goes_out_from(WEEKDAYS, saturday + timedelta(hours=30), saturday)
    later = holds.goes_out_from(WEEKDAYS, FAR, saturday)
    assert soon == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert later > soon


@given(ahead=DAYS, reminded=st.none() | DAYS, warned=st.none() | DAYS)
def test_a_session_is_looked_at_in_its_opening_window_at_the_latest(
    ahead: timedelta, reminded: timedelta | None, warned: timedelta | None
) -> None:
    starts = THURSDAY + ahead
    hold = replace(
        holds.begun(WEEKDAYS, THURSDAY, starts),
        reminded_at=None if reminded is None else THURSDAY + reminded,
        warned_at=None if warned is None else THURSDAY + warned,
    )
    assert holds.next_look(WEEKDAYS, hold, starts) <= WEEKDAYS.opens_at(starts)
    reminder = holds.next_reminder(WEEKDAYS, hold, starts)
    assert reminder is None or reminder > hold.last_told_at
    assert reminder is None or reminder < starts


@given(back=st.integers(min_value=0, max_value=20 * 24))
def test_what_is_brought_forward_falls_into_open_hours(back: int) -> None:
    wanted = FAR - timedelta(hours=back)
    found = last_opening(WEEKDAYS, wanted, after=THURSDAY)
    assert found is None or (THURSDAY < found <= wanted)
    assert found is None or WEEKDAYS.is_open_throughout(found, found)


@pytest.mark.parametrize(
    ("codes", "silence"),
    [
        ({"pledge_missing"}, [Silence.PROMISE]),
        ({"consent_missing", "pledge_missing"}, [Silence.CONSENT, Silence.PROMISE]),
        ({"agreement_outdated"}, [Silence.CONSENT]),
        ({"child_not_agreed"}, [Silence.CONSENT]),
        ({"consent_refused", "pledge_missing"}, []),
        ({"consent_decided_against"}, []),
        ({"rehearsal", "consent_missing"}, []),
        ({"adult_elsewhere"}, []),
    ],
)
def test_a_family_is_reminded_of_what_it_has_not_answered_and_never_after_a_no(
    codes: set[str], silence: list[Silence]
) -> None:
    assert list(holds.silent_about(codes)) == silence


def test_what_is_remembered_tells_when_the_family_last_heard() -> None:
    hold = Hold(THURSDAY, FAR)
    assert hold.last_told_at == THURSDAY
    assert replace(hold, reminded_at=MONDAY).last_told_at == MONDAY
