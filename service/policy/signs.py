"""What we were told of a meeting, folded into one picture of the room (pitfalls 47 and 48).

People are told apart by the provider's ids alone. A person is in from a "joined" until the "left" of
the same connection, until they were sent back to the waiting room, or until the call ended. Signals
may come late, doubled or out of order: the order in which things happened counts, never the order
in which we heard of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from service.policy.room import Person, Picture, Stay


class Seen(StrEnum):
    """What happened to one connection, or to the call."""

    STARTED = "started"
    WAITING = "waiting"
    WAITED = "waited"
    """The wait is over: let in, or gone."""
    JOINED = "joined"
    LEFT = "left"
    BREAKOUT = "breakout"
    ENDED = "ended"


class Manner(StrEnum):
    """What else was told of it: they came by telephone, or were put out by somebody."""

    PLAIN = ""
    BY_PHONE = "by_phone"
    PUT_OUT = "put_out"


@dataclass(frozen=True)
class Sign:
    """One thing that happened in a meeting. `who` is a registrant, `HOST`, or `UNKNOWN`."""

    seen: Seen
    at: datetime
    occurrence: str
    connection: str = ""
    who: str = ""
    manner: Manner = Manner.PLAIN


OUT_FIRST = {
    Seen.BREAKOUT: 0,
    Seen.WAITING: 1,
    Seen.WAITED: 2,
    Seen.STARTED: 3,
    Seen.JOINED: 4,
    Seen.LEFT: 5,
    Seen.ENDED: 6,
}
"""Within one instant people wait before they are let in, and come before they go."""


def fold(signs: Iterable[Sign]) -> Picture:
    """The room after all these signs, in whatever order they came and however often."""
    ordered = sorted(set(signs), key=_when)
    return Picture(
        people=tuple(sorted(_people(ordered), key=attrgetter("who"))),
        call_started=any(sign.seen in (Seen.STARTED, Seen.JOINED) for sign in ordered),
        call_ended=_all_ended(ordered),
        last_heard_at=ordered[-1].at if ordered else None,
    )


def _when(sign: Sign) -> tuple[datetime, int, str, str, str, str]:
    """The order of happening."""
    place = (sign.occurrence, sign.connection, sign.who, sign.manner.value)
    return (sign.at, OUT_FIRST[sign.seen], *place)


def _all_ended(ordered: list[Sign]) -> bool:
    """Whether every call of the meeting is over. A provider may give all its calls one name, so a
    start after the end is a new call."""
    ended_at = {sign.occurrence: sign.at for sign in ordered if sign.seen is Seen.ENDED}
    begun = [sign for sign in ordered if sign.seen in (Seen.STARTED, Seen.JOINED)]
    occurrences = {sign.occurrence for sign in ordered}
    return (
        bool(occurrences)
        and occurrences <= set(ended_at)
        and all(sign.at <= ended_at[sign.occurrence] for sign in begun)
    )


class _Connection:
    """One connection while its signs are read in order. Who it is, is said by its newest "joined"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: dict[str, Person] = {}
        self._inside: Sign | None = None
        self._waiting: Sign | None = None

    def take(self, sign: Sign) -> None:
        """Let one sign of this connection, or the end of its call, take effect."""
        match sign.seen:
            case Seen.JOINED:
                self._join(sign)
            case Seen.WAITING:
                self._put_out(sign, self._inside is not None and self._inside.at < sign.at)
                self._go(sign.at)
                self._waiting = self._waiting or sign
            case Seen.WAITED:
                self._stop_waiting(sign.at)
            case Seen.LEFT | Seen.ENDED:
                self._put_out(sign, sign.manner is Manner.PUT_OUT)
                self._go(sign.at)
                self._stop_waiting(sign.at)
            case Seen.BREAKOUT:
                one = self._person(self._inside or sign)
                self.found[one.who] = replace(one, breakout_at=one.breakout_at or sign.at)

    def _join(self, sign: Sign) -> None:
        self._stop_waiting(sign.at)
        if self._inside is not None and self._inside.who != sign.who:
            self._go(sign.at)
        self._inside = self._inside or sign

    def _put_out(self, sign: Sign, was: bool) -> None:
        if was and self._inside is not None:
            one = self._person(self._inside)
            self.found[one.who] = replace(one, put_out_at=sign.at)

    def _go(self, at: datetime | None) -> None:
        if self._inside is not None:
            one, stay = self._person(self._inside), self._stay(self._inside, at)
            self.found[one.who] = replace(one, stays=(*one.stays, stay))
        self._inside = None

    def _stop_waiting(self, at: datetime | None) -> None:
        if self._waiting is not None:
            one, wait = self._person(self._waiting), self._stay(self._waiting, at)
            self.found[one.who] = replace(one, waits=(*one.waits, wait))
        self._waiting = None

    def close(self) -> None:
        """Nothing more was heard: what is open stays open."""
        self._go(None)
        self._stop_waiting(None)

    def _stay(self, sign: Sign, until: datetime | None) -> Stay:
        return Stay(sign.at, until, self.name, by_phone=sign.manner is Manner.BY_PHONE)

    def _person(self, sign: Sign) -> Person:
        return self.found.get(sign.who, Person(sign.who))


def _people(ordered: list[Sign]) -> Iterator[Person]:
    """Every person heard of, their connections together."""
    found: dict[str, list[Person]] = defaultdict(list)
    for connection in _connections(ordered):
        connection.close()
        for who, person in connection.found.items():
            found[who].append(person)
    for who, parts in found.items():
        yield Person(
            who,
            _in_order(stay for one in parts for stay in one.stays),
            _in_order(wait for one in parts for wait in one.waits),
            _latest(one.put_out_at for one in parts),
            _latest(one.breakout_at for one in parts),
        )


def _connections(ordered: list[Sign]) -> tuple[_Connection, ...]:
    """Every connection of every call."""
    found: dict[tuple[str, str], _Connection] = {}
    for sign in ordered:
        place = (sign.occurrence, sign.connection)
        if sign.seen is Seen.ENDED:
            for (occurrence, _), connection in found.items():
                if occurrence == sign.occurrence:
                    connection.take(sign)
        elif sign.seen is not Seen.STARTED:
            found.setdefault(place, _Connection("/".join(place))).take(sign)
    return tuple(found.values())


def _in_order(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    return tuple(sorted(stays, key=attrgetter("since", "connection")))


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in instants if at is not None), default=None)
