"""Who is in the room: the picture that everything told of a meeting folds into (`service.policy.signs`).

A "left" that never came is not "stayed for ever": the end of the call, a later look of our own and
the watch (`service.policy.watch`) bound it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

HOST = "host"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stay:
    """One connection in the call. `until` is empty while it is there, as far as we know."""

    since: datetime
    until: datetime | None
    connection: str
    by_phone: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing was heard of its end."""
        return self.until is None


@dataclass(frozen=True)
class Person:
    """One person of a meeting, by id: when they were in, when they waited, and what befell them.

    `put_out_at`: they were removed, or sent to the waiting room. `breakout_at`: they were seen in a
    breakout room, where nobody watches (pitfall 50).
    """

    who: str
    stays: tuple[Stay, ...] = ()
    waits: tuple[Stay, ...] = ()
    put_out_at: datetime | None = None
    breakout_at: datetime | None = None

    @property
    def devices(self) -> int:
        """On how many connections they are in."""
        return sum(stay.is_open for stay in self.stays)

    @property
    def is_inside(self) -> bool:
        """Whether at least one connection is in the call."""
        return self.devices > 0

    @property
    def inside_since(self) -> datetime | None:
        """Since when the oldest open connection has been in, if any is."""
        return min((stay.since for stay in self.stays if stay.is_open), default=None)

    @property
    def waiting_since(self) -> datetime | None:
        """Since when they have waited to be let in; nobody waits who is in on another device."""
        if self.is_inside:
            return None
        return min((wait.since for wait in self.waits if wait.is_open), default=None)

    @property
    def left_at(self) -> datetime | None:
        """When the last connection went, if they were in and no connection is any more."""
        if self.is_inside:
            return None
        return max((stay.until for stay in self.stays if stay.until), default=None)


NOBODY = Person("")


@dataclass(frozen=True)
class Picture:
    """The room as far as the provider's word goes. People stand in the order of their ids."""

    people: tuple[Person, ...] = ()
    call_started: bool = False
    call_ended: bool = False
    last_heard_at: datetime | None = None

    def person(self, who: str) -> Person:
        """The person of that id; nobody in particular if none was heard of."""
        return next((one for one in self.people if one.who == who), NOBODY)

    def in_since(self, who: str, let_in_at: datetime | None) -> datetime | None:
        """Since when somebody has been in by the provider's word; where it never spoke of them, since
        the door let them in. None once they were seen to go, or were never let in."""
        person = self.person(who)
        if person.stays or person.waits:
            return person.inside_since
        return None if self.call_ended else let_in_at

    @property
    def inside(self) -> frozenset[str]:
        """Who is in the call."""
        return frozenset(one.who for one in self.people if one.is_inside)

    @property
    def ever_inside(self) -> frozenset[str]:
        """Who was in the call at any time."""
        return frozenset(one.who for one in self.people if one.stays)


@dataclass(frozen=True)
class Arrival:
    """Somebody came in and stayed; for how long the room had been without such a person before."""

    at: datetime
    gap: timedelta


def arrival(picture: Picture, who: str, since: datetime) -> Arrival | None:
    """The first connection of `who` that joined from `since` on and is still inside, if any.

    The gap is nothing while another connection of `who` was inside, or none had ever been.
    """
    stays = picture.person(who).stays
    fitting = [stay for stay in stays if stay.is_open and stay.since >= since]
    came = min(fitting, key=attrgetter("since"), default=None)
    if came is None:
        return None
    before = [stay for stay in stays if stay is not came and stay.since <= came.since]
    ends = [stay.until for stay in before if stay.until is not None and stay.until < came.since]
    if not before or len(ends) < len(before):
        return Arrival(came.since, timedelta(0))
    return Arrival(came.since, came.since - max(ends))
