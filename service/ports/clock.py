"""Where time comes from."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; tests hold one in their hand."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)
