"""Which designated people are on duty when, so that alerts reach at least two of them (POL-11).

Turns are told by the clock on the wall where the organisation is, and stay so when clocks change: a
night from 22:00 to 08:00 is an hour longer in autumn. Nobody who is off duty is ever rung.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.policy.people import StaffId
from service.policy.session import Span

ENOUGH = 2
"""How many designated people an organisation must have, and an alert must reach (POL-11)."""

DAY = timedelta(days=1)


class Standing(StrEnum):
    """As what somebody is designated. Leads and deputies hear of what nobody answered."""

    LEAD = "lead"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"


class Channel(StrEnum):
    """How somebody is reached. The page shows who was asked; e-mail waits; only an SMS rings."""

    PAGE = "page"
    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True)
class Designated:
    """A designated person who may act today. `channels`: the one to be tried first comes first.

    `away`: absent at the moment, and so off duty whatever the rota says.
    """

    staff_id: StaffId
    standing: Standing
    channels: tuple[Channel, ...]
    away: bool = False


@dataclass(frozen=True)
class Turn:
    """Weekly hours in which somebody is on duty, local time, from `first_day` to `last_day` or on.

    `weekdays` are those on which it begins, Monday is 0. A turn that ends when it starts, or earlier,
    ends on the next day. `place` 1 is reached first.
    """

    staff_id: StaffId
    weekdays: frozenset[int]
    starts: time
    ends: time
    first_day: date
    last_day: date | None
    place: int

    def span_on(self, day: date, zone: ZoneInfo) -> Span:
        """The turn that begins on this day. A time that the clocks skip counts as the hour before."""
        ends_on = day if self.starts < self.ends else day + DAY
        starts_at = datetime.combine(day, self.starts, zone).astimezone(UTC)
        # Where clocks show the end twice, the later one counts: nobody is left without.
        ends_at = datetime.combine(ends_on, self.ends.replace(fold=1), zone).astimezone(UTC)
        return Span(starts_at, ends_at)

    def begins_on(self, day: date) -> bool:
        """Whether the turn begins on this day."""
        return (
            day.weekday() in self.weekdays
            and self.first_day <= day
            and (self.last_day is None or day <= self.last_day)
        )

    def runs_until(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Until when the person is on duty by this turn; None if not at this instant."""
        today = at.astimezone(zone).date()
        for day in (today, today - DAY):
            span = self.span_on(day, zone)
            if self.begins_on(day) and span.starts_at <= at < span.ends_at:
                return span.ends_at
        return None


RANK = {Standing.LEAD: 0, Standing.DEPUTY: 1, Standing.COORDINATOR: 2}


def on_duty(
    people: Iterable[Designated], turns: Iterable[Turn], at: datetime, zone: ZoneInfo
) -> tuple[Designated, ...]:
    """Who is on duty at an instant, in the order in which they are reached."""
    known = {one.staff_id: one for one in people if not one.away}
    places: dict[StaffId, int] = {}
    for turn in turns:
        if turn.staff_id in known and turn.runs_until(at, zone) is not None:
            places[turn.staff_id] = min(turn.place, places.get(turn.staff_id, turn.place))
    order = sorted(places, key=lambda one: (places[one], RANK[known[one].standing], one))
    return tuple(known[one] for one in order)
