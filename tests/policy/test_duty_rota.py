"""Who is on duty when: any day, across midnight, and across the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.policy.duty_rota import Channel, Designated, Standing, Turn, on_duty
from service.policy.people import StaffId

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = frozenset(range(7))
LEA, COR, DEE = StaffId("staff_lea"), StaffId("staff_cor"), StaffId("staff_dee")


def person(
    staff_id: StaffId, standing: Standing = Standing.LEAD, *, away: bool = False
) -> Designated:
    return Designated(staff_id, standing, (Channel.SMS,), away)


def turn(
    staff_id: StaffId = LEA,
    starts: str = "22:00",
    ends: str = "08:00",
    *,
    weekdays: frozenset[int] = EVERY_DAY,
    first_day: date = date(2026, 1, 1),
    last_day: date | None = None,
    place: int = 1,
) -> Turn:
    hours = (time.fromisoformat(starts), time.fromisoformat(ends))
    return Turn(staff_id, weekdays, *hours, first_day, last_day, place)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def is_on(one: Turn, at: datetime) -> bool:
    return one.runs_until(at, LONDON) is not None


def test_a_turn_holds_from_its_first_minute_to_the_last_before_its_end() -> None:
    day = turn(starts="09:00", ends="17:00")
    assert not is_on(day, local("2026-11-24T08:59"))
    assert is_on(day, local("2026-11-24T09:00"))
    assert is_on(day, local("2026-11-24T16:59"))
    assert not is_on(day, local("2026-11-24T17:00"))


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = turn(weekdays=frozenset({4}))
    assert is_on(friday_night, local("2026-11-27T23:00"))
    assert is_on(friday_night, local("2026-11-28T07:59")), "Saturday morning"
    assert not is_on(friday_night, local("2026-11-28T23:00")), "Saturday night is another turn"
    assert not is_on(friday_night, local("2026-11-27T07:00")), "nor is it Thursday's"


def test_hours_that_end_when_they_start_are_a_whole_day() -> None:
    whole = turn(starts="08:00", ends="08:00", weekdays=frozenset({5}))
    assert is_on(whole, local("2026-11-28T08:00")) and is_on(whole, local("2026-11-29T07:59"))
    assert not is_on(whole, local("2026-11-29T08:00"))


def test_a_turn_runs_through_its_first_and_last_day_and_no_other() -> None:
    swap = turn(first_day=date(2026, 11, 24), last_day=date(2026, 11, 24))
    assert not is_on(swap, local("2026-11-24T07:00"))
    assert is_on(swap, local("2026-11-24T23:00")) and is_on(swap, local("2026-11-25T07:00"))
    assert not is_on(swap, local("2026-11-25T23:00"))


@pytest.mark.pitfall(34)
@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 11), (date(2026, 3, 28), 9), (date(2026, 7, 1), 10)]
)
def test_the_clock_on_the_wall_counts_when_clocks_change(day: date, hours: int) -> None:
    span = turn().span_on(day, LONDON)
    assert span.ends_at - span.starts_at == timedelta(hours=hours)
    assert span.ends_at.astimezone(LONDON).time() == time(8)


def test_a_night_and_the_day_after_it_leave_no_gap_in_the_hour_that_comes_twice() -> None:
    night, day = turn(ends="01:30"), turn(starts="01:30", ends="22:00")
    at = local("2026-10-24T22:00")
    while at < local("2026-10-25T22:00"):
        assert is_on(night, at) or is_on(day, at), at
        at += timedelta(minutes=10)


def test_the_order_is_that_of_the_rota_and_then_of_standing() -> None:
    people = (person(DEE, Standing.COORDINATOR), person(COR, Standing.DEPUTY), person(LEA))
    turns = (turn(LEA, place=2), turn(COR, place=1), turn(DEE, place=1), turn(DEE, place=3))
    found = on_duty(people, turns, local("2026-11-24T23:00"), LONDON)
    assert [one.staff_id for one in found] == [COR, DEE, LEA]


def test_whoever_is_away_or_not_designated_any_more_is_not_on_duty() -> None:
    people = (person(LEA, away=True), person(COR))
    turns = (turn(LEA), turn(COR), turn(DEE))
    found = on_duty(people, turns, local("2026-11-24T23:00"), LONDON)
    assert [one.staff_id for one in found] == [COR]
