"""What the board says of a room: who is there of those who must be, and which room comes first.

The board shows coordinators and leads what stands; it decides nothing. Rooms with something wrong come
first, then those that are under way, then those that come next (POL-02, POL-03, POL-11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.policy.admission import Place
from service.policy.room import Person, Stay
from service.policy.session import OVER, Session, SessionState, Span

SHOWN_AFTER_END = timedelta(minutes=30)
SHOWN_BEFORE_START = timedelta(hours=3)
"""Which rooms are "now and next": those whose planned time touches this stretch, and all that run."""


def now_and_next(now: datetime) -> Span:
    """The stretch of time whose sessions the board shows."""
    return Span(now - SHOWN_AFTER_END, now + SHOWN_BEFORE_START)


class Standing(StrEnum):
    """How it stands with one person of a room at this instant."""

    LATER = "later"
    """Not expected yet."""
    MISSING = "missing"
    """Expected by now, and never seen."""
    WAITING = "waiting"
    INSIDE = "inside"
    GONE = "gone"
    """Was in, and is not any more."""
    ABSENT = "absent"
    """It is over, and they were never seen."""


@dataclass(frozen=True)
class Seat:
    """One place in a room: of the second staff, the tutor, a household, or of everybody unknown.

    `name` is a first name, or the first letter of a child's.
    """

    place: Place | None
    name: str
    person: Person
    standing: Standing

    @property
    def since(self) -> datetime | None:
        """Since when it has been so, where that is known."""
        return self.person.inside_since or self.person.waiting_since or self.person.left_at


def standing(person: Person, session: Session, now: datetime) -> Standing:
    """How it stands with a person who belongs to the session."""
    if person.is_inside:
        return Standing.INSIDE
    if person.waiting_since is not None:
        return Standing.WAITING
    if person.left_at is not None:
        return Standing.GONE
    if session.state in OVER:
        return Standing.ABSENT
    return Standing.MISSING if now >= session.starts_at else Standing.LATER


def together(people: Iterable[Person]) -> Person:
    """Several people as one: whoever is unknown has one place on the board."""
    those = tuple(people)
    stays = (stay for one in those for stay in one.stays)
    waits = (wait for one in those for wait in one.waits)
    return Person("", _in_order(stays), _in_order(waits))


def _in_order(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    return tuple(sorted(stays, key=lambda stay: (stay.since, stay.connection)))


def place_in_line(session: Session, alerts: int, *, immediate: bool) -> str:
    """Where a room stands on the board, as text that sorts: alerts first, then what runs, then by
    start."""
    wrong = "0" if immediate else ("1" if alerts else "2")
    runs = "0" if session.state is SessionState.LIVE else "1"
    over = "1" if session.state in OVER else "0"
    return f"{wrong}{over}{runs}{session.starts_at:%Y%m%d%H%M}{session.session_id}"
