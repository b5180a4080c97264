"""The watch over many running rooms: how much of one core it takes while nothing is wrong.

Every room is looked at once, by the reconciler itself, and held against every rule; nothing is found.
What that costs is spread over the time in which each room is looked at once.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench import live_rooms
from bench.deployment import deploy
from bench.measures import Row, at_most
from bench.organisation import do, offline, stored
from service.audit.events import Entry, Event
from service.policy.people import SessionId
from service.ports import SystemClock
from service.reconcilers import watch_live
from service.settings import Settings
from service.store import work
from service.store.transactions import Reader, Store, Tx
from service.store.watch import breaches
from service.workflows.watch.supervising import LOOK_EVERY

ROOMS = 500
FULL = 2_000
OF_A_CORE = 0.25


async def measure(full: bool) -> list[Row]:
    """CPU time of one look at each of many rooms, as a share of one core at 2,000 rooms."""
    rooms = FULL if full else ROOMS
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        deployment = await deploy(folder, f"sqlite:///{folder / 'bench.db'}")
        async with stored(deployment.settings) as store:
            await live_rooms.fill(store, rooms, SystemClock().now())
            seconds = await _one_look_each(store, deployment.settings, rooms)
    share = seconds / rooms * FULL / LOOK_EVERY.total_seconds()
    return [
        Row(
            f"watch, {FULL:,} rooms",
            f"{share:.3f} of a core",
            f"{OF_A_CORE} of a core",
            **at_most(1.0, share / OF_A_CORE),  # type: ignore[arg-type]
            notes=(
                f"{seconds / rooms * 1000:.1f} ms of CPU a look, measured over {rooms:,} rooms; "
                f"each is looked at every {LOOK_EVERY.total_seconds():.0f} s",
            ),
        )
    ]


async def _one_look_each(store: Store, settings: Settings, rooms: int) -> float:
    await do(store, _all_due, rooms)
    deps = offline(settings, store)
    looked_at, begun = 0, time.process_time()
    while looked_at < rooms:
        report = await watch_live.RECONCILER.run(deps)
        if report.failed or not report.looked_at:
            raise RuntimeError("a look failed")
        looked_at += report.looked_at
    seconds = time.process_time() - begun
    if await store.read(_found, rooms):
        raise RuntimeError("something was found wrong, so this measures something else")
    return seconds


def _all_due(tx: Tx, rooms: int) -> None:
    for number in range(rooms):
        session_id = SessionId(live_rooms.session_of(number))
        work.put(tx, breaches.errand(session_id), breaches.WATCHING, tx.now - timedelta(seconds=1))
    tx.record(Entry(Event.MEETING_VERIFIED, "service", facts={"meetings": rooms}))


def _found(reader: Reader, rooms: int) -> int:
    ids = (SessionId(live_rooms.session_of(number)) for number in range(rooms))
    return sum(len(breaches.of_session(reader, session_id)) for session_id in ids)
