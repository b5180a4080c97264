"""Who is in the room, worked out from what the provider told us (pitfalls 47 and 48).

People are told apart by the provider's ids alone. A person is in from a "joined" until the "left" of
the same connection, until they were sent back to the waiting room, or until the call ended. Signals
may come late, doubled or out of order: the order in which things happened counts, never the order
in which we heard of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Seen(StrEnum):
    """What happened to one connection, or to the call."""

    STARTED = "started"
    WAITING = "waiting"
    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"


@dataclass(frozen=True)
class Sign:
    """One thing that happened in a meeting. `who` is a registrant, `HOST`, or `UNKNOWN`."""

    seen: Seen
    at: datetime
    occurrence: str
    connection: str = ""
    who: str = ""


ENDED_BY_PEOPLE_ALONE = frozenset({"teams"})
"""Providers whose running calls nobody outside can end: people inside must be asked to (pitfall 54)."""

SILENT_ON_CHANGES = frozenset({"teams"})
"""Providers that do not tell us when somebody changes a meeting's settings: we look ourselves."""

HOST = "host"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Roster:
    """The room as far as the provider's word goes."""

    call_started: bool
    call_ended: bool
    inside: frozenset[str]
    ever_inside: frozenset[str]


def fold(signs: Iterable[Sign]) -> Roster:
    """The room after all these signs, in whatever order they came."""
    ordered = sorted(signs, key=_when)
    ended_at = {sign.occurrence: sign.at for sign in ordered if sign.seen is Seen.ENDED}
    return Roster(
        call_started=any(sign.seen in (Seen.STARTED, Seen.JOINED) for sign in ordered),
        call_ended=_all_ended(ordered, ended_at),
        inside=frozenset(sign.who for sign in _still_inside(ordered, ended_at)),
        ever_inside=frozenset(sign.who for sign in ordered if sign.seen is Seen.JOINED),
    )


@dataclass(frozen=True)
class Arrival:
    """Somebody came in and stayed; for how long the room had been without such a person before."""

    at: datetime
    gap: timedelta


def arrival(signs: Iterable[Sign], who: str, since: datetime) -> Arrival | None:
    """The first connection of `who` that joined from `since` on and is still inside, if any.

    The gap is nothing while another connection of `who` was inside, or none had ever been.
    """
    inside: dict[tuple[str, str], Arrival] = {}
    left: set[tuple[str, str]] = set()  # a "left" may stand before its "joined" within one instant
    emptied_at: datetime | None = None
    for sign in sorted(signs, key=lambda sign: (*_when(sign), sign.occurrence, sign.connection)):
        place = (sign.occurrence, sign.connection)
        if sign.seen is Seen.JOINED and sign.who == who and place not in left:
            gap = sign.at - emptied_at if emptied_at and not inside else timedelta(0)
            inside.setdefault(place, Arrival(sign.at, gap))
            continue
        if sign.seen is Seen.JOINED and sign.who == who and not inside:
            emptied_at = sign.at
        left |= {place} if sign.seen is Seen.LEFT else set()
        gone = {place} if sign.seen in (Seen.LEFT, Seen.WAITING) else set()
        if sign.seen is Seen.ENDED:
            gone = {one for one in inside if one[0] == sign.occurrence}
        if inside and inside.keys() <= gone:
            emptied_at = sign.at
        inside = {one: came for one, came in inside.items() if one not in gone}
    fitting = [came for came in inside.values() if came.at >= since]
    return min(fitting, key=lambda came: came.at, default=None)


def _when(sign: Sign) -> tuple[datetime, bool, str, str]:
    """The order of happening; within one instant people wait before they are let in."""
    return (sign.at, sign.seen is Seen.JOINED, sign.seen.value, sign.who)


def _all_ended(ordered: list[Sign], ended_at: dict[str, datetime]) -> bool:
    """Whether every call of the meeting is over. A provider may give all its calls one name, so a
    start after the end is a new call."""
    begun = [sign for sign in ordered if sign.seen in (Seen.STARTED, Seen.JOINED)]
    occurrences = {sign.occurrence for sign in ordered}
    return (
        bool(occurrences)
        and occurrences <= set(ended_at)
        and all(sign.at <= ended_at[sign.occurrence] for sign in begun)
    )


def _still_inside(ordered: list[Sign], ended_at: dict[str, datetime]) -> Iterator[Sign]:
    """The "joined" of everyone whom nothing later has taken out again."""
    last: dict[tuple[str, str], Sign] = {}
    left_at = {
        (sign.occurrence, sign.connection): sign.at for sign in ordered if sign.seen is Seen.LEFT
    }
    for sign in ordered:
        if sign.seen in (Seen.JOINED, Seen.WAITING):
            last[sign.occurrence, sign.connection] = sign
    for place, sign in last.items():
        over = sign.occurrence in ended_at and sign.at <= ended_at[sign.occurrence]
        gone = place in left_at and sign.at <= left_at[place]
        if sign.seen is Seen.JOINED and not gone and not over:
            yield sign
