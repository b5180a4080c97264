"""The clock tick: APScheduler calls each reconciler at its period, and a commit can wake one at once.

APScheduler is a tick and nothing more: no job store, the same in every replica. A round that is
still running is not started twice in one process; a wake during it starts one more afterwards. A
round past its deadline is abandoned, and what it held comes again when the lease is over.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from service.policy.blindness import STALLED_AFTER
from service.reconcilers import (
    ask_agreement,
    call_off_sessions,
    check_providers,
    close_meetings,
    close_sessions,
    collect_attendance,
    count_designated,
    deliver_messages,
    deliver_notices,
    escalate_alerts,
    finish_openings,
    forget_old,
    keep_burned_watches,
    keep_watches,
    look_inside,
    move_sessions,
    open_meetings,
    review_policy,
    sequence_log,
    settle_placements,
    watch_concerns,
    watch_hooks,
    watch_live,
    withdraw_uncleared,
)
from service.reconcilers.rounds import Reconciler, Report
from service.store.watch.breaches import WATCHING
from service.workflows.deps import Deps
from service.workflows.watch import unwatched

log = logging.getLogger(__name__)

STOP_WITHIN = timedelta(seconds=3)
"""How long rounds under way may take to end by themselves when the service stops."""

LONGEST_REST = timedelta(seconds=1)
"""How long a reconciler that is woken again and again rests between two rounds, at the most."""

RECONCILERS: tuple[Reconciler, ...] = (
    sequence_log.RECONCILER,
    watch_live.RECONCILER,
    open_meetings.RECONCILER,
    finish_openings.RECONCILER,
    withdraw_uncleared.RECONCILER,
    close_meetings.RECONCILER,
    close_sessions.RECONCILER,
    collect_attendance.RECONCILER,
    keep_watches.RECONCILER,
    keep_burned_watches.RECONCILER,
    watch_hooks.RECONCILER,
    look_inside.RECONCILER,
    watch_concerns.RECONCILER,
    call_off_sessions.RECONCILER,
    move_sessions.RECONCILER,
    check_providers.RECONCILER,
    escalate_alerts.RECONCILER,
    deliver_notices.RECONCILER,
    deliver_messages.RECONCILER,
    ask_agreement.RECONCILER,
    review_policy.RECONCILER,
    count_designated.RECONCILER,
    settle_placements.RECONCILER,
    forget_old.RECONCILER,
)

BEAT = "beat"
BEAT_EVERY, BEAT_WITHIN = timedelta(seconds=15), timedelta(minutes=1)


class Rounds:
    """Runs every reconciler, on the tick and when woken; `heartbeats` tells when each last ended.

    As long as the watch over running rooms goes round, that is noted (`workflows.watch.unwatched`).
    """

    def __init__(self, deps: Deps, reconcilers: tuple[Reconciler, ...] = RECONCILERS) -> None:
        self._deps = deps
        self._reconcilers = {reconciler.name: reconciler for reconciler in reconcilers}
        if WATCHING in self._reconcilers:
            self._reconcilers[BEAT] = Reconciler(BEAT, BEAT_EVERY, BEAT_WITHIN, self._beat)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._stopping = False
        self._ticks = AsyncIOScheduler(timezone=UTC)
        self.heartbeats: dict[str, datetime] = {}

    def start(self) -> None:
        """Begin ticking. Call inside the event loop."""
        for reconciler in self._reconcilers.values():
            self._ticks.add_job(
                self._tick,
                IntervalTrigger(seconds=reconciler.period.total_seconds(), timezone=UTC),
                args=[reconciler.name],
                id=reconciler.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._ticks.start()
        for name in self._reconcilers:
            self.wake(name)

    async def _tick(self, name: str) -> None:
        # A coroutine, or APScheduler would call it in a thread, outside this loop.
        self.wake(name)

    def wake(self, name: str) -> None:
        """Start a round now, or right after the one that is running."""
        if name not in self._reconcilers or self._stopping:
            return
        if name in self._running:
            self._again.add(name)
            return
        self._running[name] = asyncio.create_task(self._round(name), name=f"round:{name}")

    async def _round(self, name: str) -> None:
        """Go round once, and again for as long as somebody woke it meanwhile.

        Between two rounds it rests for as long as the first took, so that no reconciler takes the whole
        processor from those who wait for an answer; a first wake never waits.
        """
        clock = asyncio.get_running_loop().time
        try:
            while True:
                self._again.discard(name)
                began = clock()
                await self._go_once(name)
                if name not in self._again:
                    return
                await asyncio.sleep(min(clock() - began, LONGEST_REST.total_seconds()))
        finally:
            del self._running[name]

    async def _go_once(self, name: str) -> None:
        reconciler = self._reconcilers[name]
        try:
            async with asyncio.timeout(reconciler.deadline.total_seconds()):
                await reconciler.run(self._deps)
            self.heartbeats[name] = self._deps.clock.now()
        except TimeoutError:
            log.warning("%s took too long and was abandoned", name)
        except Exception:
            log.exception("%s failed", name)

    async def _beat(self, deps: Deps) -> Report:
        watched_at = self.heartbeats.get(WATCHING)
        if watched_at is not None and deps.clock.now() - watched_at < STALLED_AFTER:
            await unwatched.beat(deps)
        return Report(looked_at=0, failed=0)

    async def stop(self) -> None:
        """Stop ticking and wait for the rounds that are running."""
        self._stopping = True
        if self._ticks.running:
            self._ticks.shutdown(wait=False)
        self._again.clear()
        running = list(self._running.values())
        if running:
            # What is cancelled keeps its claims until their lease is over, and nobody else looks.
            await asyncio.wait(running, timeout=STOP_WITHIN.total_seconds())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def late(self) -> tuple[str, ...]:
        """Reconcilers whose last round ended too long ago; used by `/readyz`."""
        now = self._deps.clock.now()
        return tuple(
            name
            for name, reconciler in self._reconcilers.items()
            if name not in self.heartbeats
            or now - self.heartbeats[name] > 3 * reconciler.period + reconciler.deadline
        )
