"""When a room is watched by nobody's eyes but those inside it: blind supervision (POL-03, POL-11).

A quiet lesson is not a blind one: once everybody is in, a provider has nothing to say. A room is blind
when people may be in it and neither the provider's words nor a look of our own can tell us who.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DOUBT_AFTER = timedelta(minutes=10)
"""After how long without a word a look is taken more often, though silence is usual."""

STALLED_AFTER = timedelta(minutes=2)
"""After how long without a beat our own watch is known to have stood still."""


@dataclass(frozen=True)
class Sight:
    """What lets us see into one room.

    `expected_from`: from when on people may be inside (let in, and the start has come). `heard_at`:
    the provider's newest word of the call itself. `seen_at`: the newest look that showed everybody,
    or that nobody's call runs. `missed_at`: since when words are known to have been lost.
    """

    expected_from: datetime | None
    heard_at: datetime | None = None
    seen_at: datetime | None = None
    missed_at: datetime | None = None


def blind_since(sight: Sight) -> datetime | None:
    """Since when the room has been blind, None while it is seen or nobody is expected in it.

    Never heard of, and not seen since; or words were lost, and none has come since.
    """
    if sight.expected_from is None:
        return None
    if sight.heard_at is None:
        return max(sight.expected_from, sight.seen_at or sight.expected_from)
    if sight.missed_at is None or _at_or_after(sight.seen_at, sight.missed_at):
        return None
    if _at_or_after(sight.heard_at, sight.missed_at):
        return None
    return max(sight.missed_at, sight.expected_from)


def is_in_doubt(sight: Sight, now: datetime) -> bool:
    """Whether to look again soon: the room is blind, or has been silent for long."""
    if sight.expected_from is None:
        return False
    known_at = max(filter(None, (sight.heard_at, sight.seen_at)), default=sight.expected_from)
    return blind_since(sight) is not None or now - known_at >= DOUBT_AFTER


def _at_or_after(instant: datetime | None, since: datetime) -> bool:
    return instant is not None and instant >= since
