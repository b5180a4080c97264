"""A clock that a test holds in its hand."""

from datetime import datetime, timedelta

from service.ports import Clock


class HeldClock(Clock):
    """Stands still until moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by

    def set(self, instant: datetime) -> None:
        """Stand at another instant."""
        self._now = instant
