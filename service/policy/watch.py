"""Who is in the room, worked out from what the provider told us (pitfalls 47 and 48).

People are told apart by the provider's ids alone. A person is in from a "joined" until the "left" of
the same connection, or until the call ended. Signals may come late, doubled or out of order: the
order in which things happened counts, never the order in which we heard of them.
"""

from collections.abc import Iterable
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
    ordered = sorted(signs, key=lambda sign: (sign.at, sign.seen is not Seen.JOINED))
    ended_at: dict[str, datetime] = {}
    for sign in ordered:
        if sign.seen is Seen.ENDED:
            ended_at[sign.occurrence] = sign.at
    left = {(sign.occurrence, sign.connection) for sign in ordered if sign.seen is Seen.LEFT}
    inside = {
        sign.who
        for sign in ordered
        if sign.seen is Seen.JOINED
        and (sign.occurrence, sign.connection) not in left
        and sign.occurrence not in ended_at
    }
    occurrences = {sign.occurrence for sign in ordered}
    return Roster(
        call_started=any(sign.seen in (Seen.STARTED, Seen.JOINED) for sign in ordered),
        call_ended=bool(occurrences) and occurrences <= set(ended_at),
        inside=frozenset(inside),
        ever_inside=frozenset(sign.who for sign in ordered if sign.seen is Seen.JOINED),
    )
