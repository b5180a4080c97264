"""The time an emulator lives by."""

from datetime import UTC, datetime, timedelta


class EmulatorClock:
    """The machine's time moved by an offset; or, if told an instant, standing still at it."""

    def __init__(self, standing_at: datetime | None = None) -> None:
        self._standing_at = standing_at
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The emulator's present, aware, UTC."""
        return (self._standing_at or datetime.now(UTC)) + self._offset

    def advance(self, by: timedelta) -> None:
        """Let time pass at once."""
        self._offset += by

    def stand_at(self, instant: datetime) -> None:
        """Stop at an instant."""
        self._standing_at, self._offset = instant.astimezone(UTC), timedelta(0)
