"""A series keeps the time on the wall, whatever the clocks do (pitfall 34)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.policy.series import MOST_OCCURRENCES, Weekly, occurrences


def wall(text: str) -> datetime:
    """A time on the wall."""
    return datetime.fromisoformat(text)


LONDON = "Europe/London"
AUTUMN = wall("2026-10-12T16:00")


@pytest.mark.pitfall(34)
def test_the_wall_clock_stays_and_the_instant_moves_with_the_clocks() -> None:
    found = occurrences(Weekly(AUTUMN, LONDON, count=4))
    assert [one.local_start[11:16] for one in found] == ["16:00"] * 4
    assert [one.at.hour for one in found if one.at] == [15, 15, 16, 16]


@pytest.mark.pitfall(34)
@pytest.mark.parametrize(
    ("first", "code", "number"),
    [
        (wall("2027-03-14T01:30"), "no_such_local_time", 3),
        (wall("2026-10-11T01:30"), "ambiguous_local_time", 3),
    ],
)
def test_a_time_that_clocks_skip_or_show_twice_names_its_occurrence(
    first: datetime, code: str, number: int
) -> None:
    found = occurrences(Weekly(first, LONDON, count=4))
    refused = [(one.number, one.problem.code) for one in found if one.problem]
    assert refused == [(number, code)]
    assert [one.at is None for one in found] == [one.problem is not None for one in found]


def test_until_a_day_includes_the_day() -> None:
    week = timedelta(days=7)
    last = (AUTUMN + 2 * week).date()
    assert len(occurrences(Weekly(AUTUMN, LONDON, until=last))) == 3
    assert len(occurrences(Weekly(AUTUMN, LONDON, until=last - timedelta(days=1)))) == 2


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"count": 1, "until": date(2026, 12, 1)},
        {"count": 0},
        {"count": MOST_OCCURRENCES + 1},
        {"until": date(2026, 10, 11)},
        {"until": date(2028, 1, 1)},
    ],
)
def test_too_few_too_many_or_unclear_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        occurrences(Weekly(AUTUMN, LONDON, **more))  # type: ignore[arg-type]


def test_the_end_of_the_calendar_is_no_mistake_of_ours() -> None:
    assert len(occurrences(Weekly(wall("9999-12-20T12:00"), LONDON, count=26))) == 2


def test_an_unknown_zone_is_wrong_for_the_whole_series() -> None:
    with pytest.raises(InvalidInput):
        occurrences(Weekly(AUTUMN, "Mars/One", count=2))


@given(
    st.datetimes(wall("2026-01-01T00:00"), wall("2030-01-01T00:00")),
    st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.integers(1, MOST_OCCURRENCES),
)
def test_each_occurrence_is_a_week_later_on_the_wall_and_in_order(
    first: datetime, zone: str, count: int
) -> None:
    found = occurrences(Weekly(first.replace(second=0, microsecond=0), zone, count=count))
    assert [one.number for one in found] == list(range(1, count + 1))
    local = [datetime.fromisoformat(one.local_start) for one in found]
    assert {after - before for before, after in pairwise(local)} <= {timedelta(days=7)}
    instants = [one.at for one in found if one.at is not None]
    assert instants == sorted(instants)
    assert all(at.tzinfo is UTC for at in instants)
