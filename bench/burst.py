"""Many sessions that start in the same minute: how soon all of them are open.

Each has people and a Zoom host of its own, and one meeting to be made. The whole service runs in
this process, its web part too, since Zoom tells it of every meeting; the emulated account is a
process of its own and keeps to the limits of the Business plan. Everything is due when the service
starts. The baseline is no program but arithmetic: the calls that were let through, label by label,
divided by what one second allows.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from aiohttp import web

from bench import busy_zoom
from bench.booking_postgres import postgres
from bench.cleared import fill
from bench.deployment import WEBHOOK_SECRET, Deployment, a_port, deploy, midday_zone, serving
from bench.measures import Row, at_most
from bench.organisation import stored
from integrations.zoom.emulator.api import API
from integrations.zoom.emulator.settings import EmulatorSettings
from service.app import Running, running
from service.ports import SystemClock
from service.store.tables import MeetingRow, MeetingStage, table_of
from service.store.transactions import Reader
from service.web.server import runner

SESSIONS = 1_000
FULL = 10_000
HIGHEST = 1.2
LOOK_EVERY = 1.0
GIVE_UP_AFTER = timedelta(minutes=3)
"""Without another meeting opened for so long, the rest never will be."""

MEETINGS = table_of(MeetingRow)
LABELS = {name: label for name, (_method, _path, label, _handler) in API.items()}


@dataclass(frozen=True)
class Told:
    """What the emulated account says afterwards."""

    calls: Counter[str]
    refused: int
    meetings: dict[str, str]
    copies: int

    @property
    def floor(self) -> float:
        """Seconds that the calls take at least: those of the label that takes longest."""
        return max(count / busy_zoom.PER_SECOND[label] for label, count in self.calls.items())


@dataclass(frozen=True)
class Burst:
    """How it went. `opened` are the provider's ids of the meetings that we hold for open."""

    seconds: float
    opened: frozenset[str]
    told: Told

    @property
    def orphans(self) -> int:
        """Meetings at the provider that no open meeting of ours names."""
        return len(self.told.meetings.keys() - self.opened)


async def measure(full: bool) -> list[Row]:
    """On SQLite."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        url = f"sqlite:///{Path(name) / 'bench.db'}"
        return [await _measured("burst", Path(name), url, FULL if full else SESSIONS)]


async def measure_on_postgres(full: bool) -> list[Row]:
    """On a real PostgreSQL that pip brings."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, postgres() as url:
        count = FULL if full else SESSIONS
        return [await _measured("burst on PostgreSQL", Path(name), url, count)]


async def _measured(name: str, folder: Path, url: str, count: int) -> Row:
    zoom_port = a_port()
    deployment = await _deployed(folder, url, zoom_port)
    async with stored(deployment.settings) as store:
        await fill(store, count, SystemClock().now())
    async with serving(_zoom(zoom_port, deployment, count), zoom_port, "/control/state"):
        burst = await _run(deployment, f"http://127.0.0.1:{zoom_port}", count)
    return _row(f"{name}, {count:,} sessions", count, burst)


async def _deployed(folder: Path, url: str, zoom_port: int) -> Deployment:
    zoom, usual = f"http://127.0.0.1:{zoom_port}", EmulatorSettings()
    more = {
        "ZOOM__ACCOUNT_ID": usual.account_id,
        "ZOOM__CLIENT_ID": usual.client_id,
        "ZOOM__CLIENT_SECRET": usual.client_secret,
        "ZOOM__BASE_URL": zoom,
        "ZOOM__TOKEN_URL": f"{zoom}/oauth/token",
        "ZOOM__LINK_ORIGINS": json.dumps([zoom]),
        "ZOOM__PLAN": busy_zoom.PLAN,
    }
    return await deploy(folder, url, zone=midday_zone(SystemClock().now()), more=more)


def _zoom(port: int, deployment: Deployment, hosts: int) -> tuple[str, ...]:
    hook = f"{deployment.settings.base_url}/hooks/zoom"
    told = ("--webhook-url", hook, "--webhook-secret", WEBHOOK_SECRET)
    command = (sys.executable, "-m", "bench.busy_zoom")
    return (*command, "--port", str(port), "--hosts", str(hosts), *told)


# --- the run ----------------------------------------------------------------------------------------


async def _run(deployment: Deployment, zoom: str, count: int) -> Burst:
    async with aiohttp.ClientSession(zoom) as account:
        # An app subscribes to the events it wants; ours does not want registrations.
        await account.post("/control/options", json={"sends_registrations": False})
        begun_at = SystemClock().now()
        async with _service(deployment) as service:
            last_at = await _all_open(service, begun_at, count)
            opened = await service.deps.store.read(_opened)
        told = await _told(account)
    return Burst((last_at - begun_at).total_seconds(), opened, told)


@asynccontextmanager
async def _service(deployment: Deployment) -> AsyncIterator[Running]:
    async with running(deployment.settings) as service:
        served = runner(service.app)
        await served.setup()
        await web.TCPSite(served, "127.0.0.1", deployment.port).start()
        try:
            yield service
        finally:
            await served.cleanup()


async def _all_open(service: Running, begun_at: datetime, count: int) -> datetime:
    """When the last one was opened; `RuntimeError` if that stops short of all."""
    last_at = begun_at
    while True:
        found, newest_at = await service.deps.store.read(_progress)
        last_at = newest_at or last_at
        if found >= count:
            return last_at
        if service.deps.clock.now() - last_at > GIVE_UP_AFTER:
            raise RuntimeError(f"{found} of {count} sessions were opened, and then no more")
        await asyncio.sleep(LOOK_EVERY)


_IS_OPEN = MEETINGS.c.stage == MeetingStage.OPEN.value


def _progress(reader: Reader) -> tuple[int, datetime | None]:
    query = sa.select(sa.func.count(), sa.func.max(MEETINGS.c.opened_at)).where(_IS_OPEN)
    found, newest_at = reader.conn.execute(query).one()
    return found, newest_at


def _opened(reader: Reader) -> frozenset[str]:
    query = sa.select(MEETINGS.c.provider_id).where(_IS_OPEN)
    return frozenset(reader.conn.execute(query).scalars())


# --- what came of it ----------------------------------------------------------------------------------


async def _told(account: aiohttp.ClientSession) -> Told:
    async with account.get("/control/calls") as answer:
        calls, refused = _let_through((await answer.json())["calls"])
    async with account.get("/control/state") as answer:
        held = (await answer.json())["meetings"]
    meetings = {str(one["id"]): one["topic"] for one in held}
    copies = len(meetings) - len(set(meetings.values()))
    return Told(calls, refused, meetings, copies)


def _let_through(calls: Iterable[dict[str, Any]]) -> tuple[Counter[str], int]:
    """How many calls of each label the account let through, and how many it refused.

    It refuses what goes beyond a label's limit in one second of its clock, and nothing else here.
    """
    asked = Counter((LABELS.get(one["name"], ""), one["at"][:19]) for one in calls)
    through: Counter[str] = Counter()
    for (label, _second), count in asked.items():
        if label:
            through[label] += min(count, busy_zoom.PER_SECOND[label])
    return through, sum(count for (label, _), count in asked.items() if label) - through.total()


def _row(name: str, count: int, burst: Burst) -> Row:
    told = burst.told
    target = at_most(HIGHEST, burst.seconds / told.floor)
    if told.copies or burst.orphans or len(burst.opened) != count:
        target["met"] = False
    labels = ", ".join(f"{label} {calls:,}" for label, calls in sorted(told.calls.items()))
    return Row(
        name,
        f"{burst.seconds:.1f} s",
        f"{told.floor:.1f} s (limits)",
        **target,  # type: ignore[arg-type]
        notes=(
            f"duplicates {told.copies}, orphans {burst.orphans}; calls let through: {labels}; "
            f"refused by the limits: {told.refused}",
        ),
    )
