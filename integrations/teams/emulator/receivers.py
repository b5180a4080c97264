"""How quick the receivers of notifications are, and what Graph makes of it.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from collections import deque
from datetime import datetime, timedelta

from integrations.teams.emulator.state import State

WINDOW = timedelta(minutes=10)
_JUDGED_FROM = 10  # answers; Microsoft names no smallest number
_SLOW_SHARE, _DROP_SHARE = 0.10, 0.15


class Receivers:
    """The answers of the last ten minutes, by address."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers: deque[tuple[datetime, str, float]] = deque()

    def note(self, url: str, took: float) -> None:
        """One answer, or none, after so many seconds."""
        self._answers.append((self._state.clock.now(), url, took))

    def is_slow(self, url: str) -> bool:
        """More than a tenth came too late: what is new waits ten minutes."""
        return self._share_over(url, self._state.settings.answer_within) > _SLOW_SHARE

    def is_dropping(self, url: str) -> bool:
        """Too many came far too late: what is new is lost."""
        return self._share_over(url, self._state.settings.retry_within) > _DROP_SHARE

    def _share_over(self, url: str, seconds: float) -> float:
        since = self._state.clock.now() - WINDOW
        while self._answers and self._answers[0][0] < since:
            self._answers.popleft()
        took = [took for _, to, took in self._answers if to == url]
        return sum(one >= seconds for one in took) / len(took) if len(took) >= _JUDGED_FROM else 0
