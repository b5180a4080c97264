"""The tick: rounds come again and again, once at a time, and a hung one is abandoned."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from service.reconcilers.rounds import Reconciler, Report
from service.reconcilers.schedule import RECONCILERS, Rounds
from service.workflows.deps import Deps
from tests.clock import HeldClock

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SOON = timedelta(milliseconds=20)
NEVER = timedelta(hours=1)


class Watched:
    """A reconciler whose rounds a test can follow."""

    def __init__(self, work: Callable[[], Awaitable[None]] | None = None) -> None:
        self.began: asyncio.Queue[int] = asyncio.Queue()
        self._work = work
        self._count = 0

    async def run(self, _deps: Deps) -> Report:
        """One round."""
        self._count += 1
        self.began.put_nowait(self._count)
        if self._work is not None:
            await self._work()
        return Report(looked_at=0, failed=0)

    async def next(self) -> int:
        """The number of the next round that begins; the test fails if none does."""
        return await asyncio.wait_for(self.began.get(), timeout=10)


@asynccontextmanager
async def ticking(
    watched: Watched, period: timedelta, deadline: timedelta = NEVER
) -> AsyncIterator[tuple[Rounds, HeldClock]]:
    clock = HeldClock(NOW)
    parts: dict[str, Any] = dict.fromkeys(
        (
            "store",
            "organisation",
            "providers",
            "signal_sources",
            "watchers",
            "checkups",
            "messenger",
            "texter",
            "base_url",
        )
    )
    rounds = Rounds(
        cast(Deps, Deps(clock=clock, **parts)),
        (Reconciler("watched", period, deadline, watched.run),),
    )
    rounds.start()
    try:
        yield rounds, clock
    finally:
        await rounds.stop()


async def test_rounds_come_by_the_tick_alone() -> None:
    watched = Watched()
    async with ticking(watched, SOON):
        assert [await watched.next() for _ in range(4)] == [1, 2, 3, 4]


async def test_a_wake_starts_a_round_at_once() -> None:
    watched = Watched()
    async with ticking(watched, NEVER) as (rounds, _):
        assert await watched.next() == 1  # at the start
        await asyncio.sleep(0)
        rounds.wake("watched")
        assert await watched.next() == 2


async def test_a_wake_during_a_round_starts_exactly_one_more_afterwards() -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    watched = Watched(wait)
    async with ticking(watched, NEVER) as (rounds, _):
        assert await watched.next() == 1
        for _ in range(5):
            rounds.wake("watched")
        assert watched.began.empty()
        gate.set()
        assert await watched.next() == 2
        await asyncio.sleep(0.01)
        assert watched.began.empty()


async def test_a_hung_round_is_abandoned_and_the_next_one_comes() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    watched = Watched(hang)
    async with ticking(watched, SOON, deadline=timedelta(milliseconds=30)) as (rounds, _):
        assert [await watched.next() for _ in range(3)] == [1, 2, 3]
        assert rounds.heartbeats == {}


async def test_a_failing_round_is_no_heartbeat_and_does_not_stop_the_tick() -> None:
    async def fail() -> None:
        raise RuntimeError("a bug")

    watched = Watched(fail)
    async with ticking(watched, SOON) as (rounds, _):
        assert [await watched.next() for _ in range(3)] == [1, 2, 3]
        assert rounds.late() == ("watched",)


async def test_a_reconciler_that_has_not_gone_round_for_long_is_late() -> None:
    watched = Watched()
    minute = timedelta(minutes=1)
    async with ticking(watched, minute, deadline=minute) as (rounds, clock):
        await watched.next()
        await asyncio.sleep(0.01)
        assert rounds.late() == ()
        clock.advance(4 * minute)
        assert rounds.late() == ()
        clock.advance(timedelta(seconds=1))
        assert rounds.late() == ("watched",)


async def test_an_unknown_name_wakes_nobody() -> None:
    watched = Watched()
    async with ticking(watched, NEVER) as (rounds, _):
        await watched.next()
        rounds.wake("nobody")
        await asyncio.sleep(0.01)
        assert watched.began.empty()


def test_every_reconciler_has_a_name_of_its_own() -> None:
    names = [reconciler.name for reconciler in RECONCILERS]
    assert len(set(names)) == len(names)
