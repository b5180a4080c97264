"""Who is in the room, worked out from what the provider told us (pitfalls 47 and 48).

People are told apart by the provider's ids alone. A person is in from a "joined" until the "left" of
the same connection, until they were sent back to the waiting room, or until the call ended. Signals
may come late, doubled or out of order: the order in which things happened counts, never the order
in which we heard of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
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
    left = {(sign.occurrence, sign.connection) for sign in ordered if sign.seen is Seen.LEFT}
    for sign in ordered:
        if sign.seen in (Seen.JOINED, Seen.WAITING):
            last[sign.occurrence, sign.connection] = sign
    for place, sign in last.items():
        over = sign.occurrence in ended_at and sign.at <= ended_at[sign.occurrence]
        if sign.seen is Seen.JOINED and place not in left and not over:
            yield sign
