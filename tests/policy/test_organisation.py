"""Permitted hours, windows, and the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.organisation import BOUNDS, Hours, Organisation, Windows, next_opening
from tests.builders import ENDS, ORGANISATION, STARTS

EVERY_DAY = replace(ORGANISATION, hours=(Hours(time(8), time(20)),) * 7)
FORWARD = date(2027, 3, 28)
BACK = date(2026, 10, 25)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def is_open(starts: datetime, ends: datetime, organisation: Organisation = EVERY_DAY) -> bool:
    return organisation.is_open_throughout(starts, ends)


@pytest.mark.parametrize(
    ("starts", "ends", "inside"),
    [
        (at(STARTS.date(), 8), at(STARTS.date(), 9), True),
        (at(STARTS.date(), 19), at(STARTS.date(), 20), True),
        (at(STARTS.date(), 7, 59), at(STARTS.date(), 9), False),
        (at(STARTS.date(), 19), at(STARTS.date(), 20, 1), False),
    ],
)
def test_a_session_must_start_and_end_inside_the_hours(
    starts: datetime, ends: datetime, inside: bool
) -> None:
    assert is_open(starts, ends) is inside


def test_a_closed_weekday_and_a_closed_day_are_closed() -> None:
    sunday = timedelta(days=5)
    assert not is_open(STARTS + sunday, ENDS + sunday, ORGANISATION)
    assert not is_open(STARTS, ENDS, replace(EVERY_DAY, closed_days=frozenset({STARTS.date()})))


@pytest.mark.pitfall(36)
def test_a_session_over_local_midnight_is_outside_whatever_the_hours() -> None:
    always = replace(ORGANISATION, hours=(Hours(time.min, time.max),) * 7)
    summer = date(2026, 7, 1)
    assert is_open(at(summer, 21), at(summer, 22, 59), always)
    assert not is_open(at(summer, 22, 30), at(summer, 23, 15), always)
    # Midnight UTC is one o'clock in London then: that is one local day.
    assert is_open(at(summer, 23, 30), at(summer + timedelta(days=1), 0, 15), always)


@pytest.mark.pitfall(34)
@pytest.mark.parametrize(
    ("day", "opens"), [(FORWARD, 7), (BACK, 8), (date(2027, 3, 27), 8), (date(2026, 10, 24), 7)]
)
def test_hours_are_local_on_the_days_clocks_change(day: date, opens: int) -> None:
    assert is_open(at(day, opens), at(day, opens + 1))
    assert not is_open(at(day, opens) - timedelta(minutes=1), at(day, opens + 1))
    assert next_opening(EVERY_DAY, at(day, 1)) == at(day, opens)


def test_windows_are_counted_from_the_start() -> None:
    assert ORGANISATION.opens_at(STARTS) == STARTS - timedelta(minutes=30)
    assert ORGANISATION.lapses_at(STARTS) == STARTS + timedelta(minutes=15)
    assert ORGANISATION.check_in_opens_at(STARTS) == STARTS - timedelta(minutes=20)


@pytest.mark.parametrize("name", sorted(BOUNDS))
@pytest.mark.parametrize("edge", ["least", "most"])
def test_a_window_outside_its_safe_range_is_refused_and_its_edges_are_not(
    name: str, edge: str
) -> None:
    bound = BOUNDS[name]
    last, step = getattr(bound, edge), -1 if edge == "least" else 1
    assert Windows(**{name: last}).problems() == ()
    (problem,) = Windows(**{name: last + step}).problems()
    assert (problem.field, problem.code) == (f"windows.{name}", "out_of_bounds")
    assert str(bound.least) in problem.sentence
    assert str(bound.most) in problem.sentence


def test_every_default_lies_inside_its_range() -> None:
    assert Windows().problems() == ()


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.pitfall(34)
@given(INSTANTS)
def test_messages_wait_for_the_first_open_instant_and_no_longer(instant: datetime) -> None:
    found = next_opening(ORGANISATION, instant)
    assert found >= instant
    assert is_open(found, found, ORGANISATION)
    if found > instant:
        just_before = found - timedelta(microseconds=1)
        assert not is_open(just_before, just_before, ORGANISATION)
        assert not is_open(instant, instant, ORGANISATION)


def test_an_organisation_that_never_opens_waits_a_year_rather_than_for_ever() -> None:
    closed = replace(ORGANISATION, hours=(None,) * 7)
    assert next_opening(closed, STARTS) == STARTS + timedelta(days=366)
