"""Presence ribbons: where on the picture of a room each person's time lies.

One ribbon per person over the planned time. In the room, waiting and unknown are told apart by the
pattern and the height of a bar, never by colour alone; the template beside it says the same in words.
Only numbers are worked out here: words and shapes are the template's (`ribbons.html`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from service.policy.board import Seat
from service.policy.room import Stay
from service.policy.session import Session, Span

WIDTH = 600
"""Of the picture, in its own units; the names stand to the left of it."""

ROW = 22
LEAST = 3
"""The shortest bar that is drawn: somebody who came for a second was there."""

AROUND = timedelta(minutes=15)
"""What is shown before the planned start and after the planned end."""


class Pattern(StrEnum):
    """How a bar is filled."""

    INSIDE = "inside"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Bar:
    """One stretch of one person: from `x`, so wide. `open_ended`: it goes on as far as we know."""

    pattern: Pattern
    x: float
    width: float
    open_ended: bool

    @property
    def is_low(self) -> bool:
        """Whether it is drawn lower than the others: somebody waits."""
        return self.pattern is Pattern.WAITING

    @property
    def is_crossed(self) -> bool:
        """Whether it is drawn crossed: somebody unknown is in the room."""
        return self.pattern is Pattern.UNKNOWN


@dataclass(frozen=True)
class Ribbon:
    """One person's row. `y` is its upper edge. `times` says the same in figures: from when to when
    they were in; what is open goes on."""

    seat: Seat
    y: int
    bars: tuple[Bar, ...]
    times: str


@dataclass(frozen=True)
class Drawing:
    """The picture of one room. `now_x` is None where now lies outside of it."""

    ribbons: tuple[Ribbon, ...]
    start_x: float
    end_x: float
    now_x: float | None

    @property
    def height(self) -> int:
        """Of all ribbons together."""
        return ROW * len(self.ribbons)


def draw(session: Session, seats: tuple[Seat, ...], now: datetime, zone: tzinfo) -> Drawing:
    """The picture of a room at an instant, its times as a clock in the zone shows them. Whoever was
    there outside the planned time widens it."""
    frame = frame_of(session, seats, now)
    scale = _Scale(frame)
    return Drawing(
        ribbons=tuple(
            Ribbon(seat, ROW * number, tuple(_bars(seat, scale, now)), _times(seat, zone))
            for number, seat in enumerate(seats)
        ),
        start_x=scale.x(session.starts_at),
        end_x=scale.x(session.ends_at),
        now_x=scale.x(now) if frame.starts_at <= now < frame.ends_at else None,
    )


def frame_of(session: Session, seats: tuple[Seat, ...], now: datetime) -> Span:
    """The time that the picture spans: the planned time with a little around it, and every stay."""
    stays = [stay for seat in seats for stay in (*seat.person.stays, *seat.person.waits)]
    begun = [stay.since for stay in stays]
    ended = [stay.until or now for stay in stays]
    return Span(
        min([session.starts_at - AROUND, *begun]),
        max([session.ends_at + AROUND, *ended, *begun]),
    )


@dataclass(frozen=True)
class _Scale:
    frame: Span

    def x(self, instant: datetime) -> float:
        whole = (self.frame.ends_at - self.frame.starts_at).total_seconds()
        share = (instant - self.frame.starts_at).total_seconds() / whole
        return round(WIDTH * min(max(share, 0.0), 1.0), 1)


def _bars(seat: Seat, scale: _Scale, now: datetime) -> Iterator[Bar]:
    inside = Pattern.UNKNOWN if seat.place is None else Pattern.INSIDE
    for wait in seat.person.waits:
        yield _bar(Pattern.WAITING, wait, scale, now)
    for stay in seat.person.stays:
        yield _bar(inside, stay, scale, now)


def _times(seat: Seat, zone: tzinfo) -> str:
    return ", ".join(
        f"{_clock(stay.since, zone)}–{_clock(stay.until, zone) if stay.until else ''}"
        for stay in seat.person.stays
    )


def _clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


def _bar(pattern: Pattern, stay: Stay, scale: _Scale, now: datetime) -> Bar:
    # A provider's clock may be a little ahead of ours.
    until = stay.until if stay.until is not None else max(now, stay.since)
    x = min(scale.x(stay.since), WIDTH - LEAST)
    width = max(round(scale.x(until) - x, 1), LEAST)
    return Bar(pattern, x, width, stay.is_open)
