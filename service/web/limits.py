"""How often somebody may try."""

import math
from datetime import timedelta

from service.errors import TooMany
from service.ports import Clock

MOST_KEYS = 100_000


class Limiter:
    """At most `tries` at once for each key, then one more every `per / tries`.

    Counts live in this process: with n replicas a caller gets up to n times as many tries, and a
    restart forgets. Where that is too much, as for a PIN, count in the database as well. The method is
    the generic cell rate algorithm (ITU-T I.371): one number per key, the time when it is as if unused.
    """

    def __init__(
        self, clock: Clock, *, tries: int, per: timedelta, most_keys: int = MOST_KEYS
    ) -> None:
        self._clock = clock
        self._interval = per.total_seconds() / tries
        self._burst = per.total_seconds()
        self._most_keys = most_keys
        self._unused_at: dict[str, float] = {}

    def check(self, key: str) -> None:
        """Count one try, or raise `TooMany` with `retry_after_seconds` and count nothing."""
        now = self._clock.now().timestamp()
        after = max(self._unused_at.get(key, now), now) + self._interval
        # A millisecond for rounding: sums of intervals are not exact.
        wait = after - now - self._burst
        if wait > 0.001:
            raise TooMany(details={"retry_after_seconds": math.ceil(wait)})
        self._make_room(key, now)
        self._unused_at[key] = after

    def _make_room(self, key: str, now: float) -> None:
        if key in self._unused_at or len(self._unused_at) < self._most_keys:
            return
        self._unused_at = {one: at for one, at in self._unused_at.items() if at > now}
        if len(self._unused_at) >= self._most_keys:
            # Forgetting a key in use would give an attacker new tries, so newcomers wait.
            raise TooMany(details={"retry_after_seconds": math.ceil(self._burst)})
