"""Local times on the days when clocks change (pitfall 34)."""

# ruff: noqa: DTZ001, DTZ901 - local times without an offset are what this is about

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.policy.times import own_clock, resolve_local, told, zone_named

LONDON = "Europe/London"


def refusal(local: datetime, zone: str = LONDON) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        resolve_local(local, zone)
    return refused.value.fields[0].field, refused.value.fields[0].code


@pytest.mark.pitfall(34)
def test_a_time_that_clocks_skip_is_refused() -> None:
    assert refusal(datetime(2027, 3, 28, 1, 30)) == ("starts_at", "no_such_local_time")


@pytest.mark.pitfall(34)
def test_a_time_that_clocks_show_twice_is_refused() -> None:
    assert refusal(datetime(2026, 10, 25, 1, 30)) == ("starts_at", "ambiguous_local_time")


@pytest.mark.pitfall(34)
@pytest.mark.parametrize(
    ("local", "instant"),
    [
        (datetime(2027, 3, 28, 0, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (datetime(2027, 3, 28, 2, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 59), datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 16, 0), datetime(2026, 7, 1, 15, 0, tzinfo=UTC)),
    ],
)
def test_the_times_beside_the_change_are_resolved(local: datetime, instant: datetime) -> None:
    assert resolve_local(local, LONDON) == instant


def test_a_time_with_its_offset_is_not_a_local_time() -> None:
    assert refusal(datetime(2026, 7, 1, 16, tzinfo=UTC))[1] == "offset_not_wanted"


@pytest.mark.parametrize(
    "name", ["", "Atlantis/Centre", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b"]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        zone_named(name)
    assert refused.value.fields[0].code == "unknown_zone"
    assert refusal(datetime(2026, 7, 1, 16), name) == ("zone", "unknown_zone")


@pytest.mark.parametrize("local", [datetime.min, datetime.max])
def test_a_date_beyond_the_calendar_is_refused(local: datetime) -> None:
    zones = {"Asia/Tokyo": datetime.min, "America/New_York": datetime.max}
    zone = next(name for name, edge in zones.items() if edge == local)
    assert refusal(local, zone)[1] == "out_of_range"


ZONES = ["Europe/London", "Africa/Casablanca", "Australia/Lord_Howe", "America/New_York", "UTC"]


@pytest.mark.pitfall(34)
@given(
    local=st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2060, 1, 1)),
    zone=st.sampled_from(ZONES),
)
def test_an_instant_is_found_exactly_when_one_clock_reading_means_one_instant(
    local: datetime, zone: str
) -> None:
    place = ZoneInfo(zone)
    # By search, without PEP 495: which instants near by read as this local time?
    offsets = {
        (local.replace(tzinfo=UTC) + timedelta(hours=hours)).astimezone(place).utcoffset()
        for hours in range(-26, 27)
    }
    wall = local.replace(tzinfo=UTC)
    found = {wall - offset for offset in offsets if offset is not None}
    true = {one for one in found if one.astimezone(place).replace(tzinfo=None) == local}
    if len(true) == 1:
        assert resolve_local(local, zone) == true.pop()
        return
    code = refusal(local, zone)[1]
    assert code == ("ambiguous_local_time" if true else "no_such_local_time")


NEW_YORK, HOME = ZoneInfo("America/New_York"), ZoneInfo(LONDON)


@pytest.mark.pitfall(35)
@pytest.mark.parametrize(
    ("instant", "theirs"),
    [
        (datetime(2027, 3, 12, 16, tzinfo=UTC), "11:00"),  # neither has moved the clocks
        (datetime(2027, 3, 19, 16, tzinfo=UTC), "12:00"),  # New York alone has
        (datetime(2027, 4, 2, 15, tzinfo=UTC), "11:00"),  # both have
    ],
)
def test_both_clocks_are_told_in_the_weeks_in_which_only_one_has_changed(
    instant: datetime, theirs: str
) -> None:
    said = told(instant, HOME, NEW_YORK)
    assert "16:00 (Europe/London)" in said
    assert f"{theirs} (America/New_York)" in said


@pytest.mark.pitfall(35)
def test_one_clock_is_told_where_both_show_the_same() -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert told(summer, HOME, ZoneInfo("Europe/Lisbon")) == told(summer, HOME)
    assert own_clock(summer, HOME, None) is None
    assert own_clock(summer, HOME, NEW_YORK) is NEW_YORK
