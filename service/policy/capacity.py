"""How many host accounts the booked sessions need at once (pitfall 43).

Each room takes an account of its own from some minutes before the session until some minutes after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.policy.session import Span


@dataclass(frozen=True)
class Peak:
    """The most accounts that are taken at one instant, and the first instant at which they are."""

    accounts: int
    at: datetime | None


def peak(spans: Iterable[Span], margin: timedelta) -> Peak:
    """The true peak of overlap, with the margin kept free on both sides of each session."""
    changes = sorted(
        change
        for span in spans
        for change in ((span.starts_at - margin, 1), (span.ends_at + margin, -1))
    )
    taken, most = 0, Peak(0, None)
    for at, change in changes:  # at one instant whoever leaves makes room first: -1 sorts before 1
        taken += change
        if taken > most.accounts:
            most = Peak(taken, at)
    return most
