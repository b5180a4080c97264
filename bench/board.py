"""From a webhook to the board: how long until somebody who follows sees what the provider told us.

Rooms are under way, and somebody follows all of them over server-sent events. Zoom tells of one more
device of a tutor, at a steady rate, whether or not we keep up; each room says how many devices its tutor
is on, so it shows which of the events it has in it. Timed from when an event was due to be sent.
"""

import asyncio
import hashlib
import hmac
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import live_rooms
from bench.booking_postgres import postgres
from bench.deployment import SERVE, WEBHOOK_SECRET, Deployment, Served, deploy, midday_zone, serving
from bench.load import post
from bench.machine import cpu_seconds
from bench.measures import Row, percentile
from bench.organisation import do, stored
from service.app import tokens_of
from service.audit.events import Entry, Event
from service.policy.people import Role, SessionId
from service.ports import SystemClock
from service.store.transactions import Tx
from service.web.sign_in import COOKIE, PAGES
from service.workflows.watch import supervising

ROOMS = 200
PER_SECOND = 200
SECONDS = 20
CLIENTS = 64
TARGET_SECONDS = 1.0
GIVE_UP_AFTER = 30.0
DEVICES = re.compile(r"on (\d+) devices")


@dataclass
class Seen:
    """What the board showed: by room, when it first told of so many devices."""

    first: dict[tuple[int, int], float] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)
    pieces: int = 0
    everything: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, data: str) -> None:
        """One piece that came over the line."""
        piece, now = json.loads(data), time.perf_counter()
        found = DEVICES.search(piece["html"]) if piece["key"].startswith("room-") else None
        if found is None:
            return
        self.pieces += 1
        number, count = int(piece["key"].rpartition("_")[2]), int(found[1])
        for each in range(self.newest.get(number, 1) + 1, count + 1):
            self.first[number, each] = now
        self.newest[number] = max(count, self.newest.get(number, 1))
        if len(self.first) == PER_SECOND * SECONDS:
            self.everything.set()


@dataclass(frozen=True)
class Run:
    """How it went: seconds from due to answered and from due to seen, for each event."""

    answered: list[float]
    seen: list[float]
    pieces: int
    cpu_share: float


def _event(room: int, count: int) -> bytes:
    """Zoom says that the tutor of a room is there on one more device."""
    now = datetime.now(UTC)
    who = {
        "user_id": f"{room}.{count}",
        "registrant_id": live_rooms.tutor_at_zoom(room),
        "join_time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    call = {"id": live_rooms.meeting_at_zoom(room), "uuid": live_rooms.occurrence_of(room)}
    event = {
        "event": "meeting.participant_joined",
        "event_ts": int(now.timestamp() * 1000),
        "payload": {"object": {**call, "participant": who}},
    }
    body, stamp = json.dumps(event).encode(), str(int(now.timestamp()))
    signed = hmac.new(WEBHOOK_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {"x_zm_request_timestamp": stamp, "x_zm_signature": f"v0={signed.hexdigest()}"}
    return post("/hooks/zoom", body, **headers)


async def measure(_full: bool) -> list[Row]:
    """On SQLite, as it comes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        return [await _measured("board", Path(name), f"sqlite:///{name}/bench.db")]


async def measure_on_postgres(_full: bool) -> list[Row]:
    """On a PostgreSQL that shares the machine."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, postgres() as url:
        return [await _measured("board on PostgreSQL", Path(name), url)]


async def _measured(name: str, folder: Path, url: str) -> Row:
    deployment = await deploy(folder, url, zone=midday_zone(datetime.now(UTC)))
    async with stored(deployment.settings) as store:
        await live_rooms.fill(store, ROOMS, datetime.now(UTC))
        await do(store, _watch, ROOMS)
    run = await _run(deployment)
    p50, p99 = percentile(run.seen, 0.5), percentile(run.seen, 0.99)
    answered = [percentile(run.answered, share) * 1000 for share in (0.5, 0.99)]
    return Row(
        name,
        f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms",
        f"answered p50 {answered[0]:.0f} ms, p99 {answered[1]:.0f} ms",
        target=f"p99 <= {TARGET_SECONDS:g} s",
        met=p99 <= TARGET_SECONDS,
        notes=(
            f"{ROOMS} rooms, {PER_SECOND} events/s for {SECONDS} s; {run.pieces} pieces sent; "
            f"the server used {run.cpu_share:.0%} of a core. The baseline is the webhook's own answer.",
        ),
    )


def _watch(tx: Tx, rooms: int) -> None:
    """Each room is watched, as one that was opened by the service is: what is told of it has it looked
    at."""
    for number in range(rooms):
        supervising.begin(tx, SessionId(live_rooms.session_of(number)))
    tx.record(Entry(Event.MEETING_VERIFIED, "service", facts={"meetings": rooms}))


async def _run(deployment: Deployment) -> Run:
    seen = Seen()
    async with (
        serving(SERVE, deployment.port) as server,
        _following(deployment, server, seen) as ready,
    ):
        async with asyncio.timeout(GIVE_UP_AFTER):
            await ready.wait()
        used, begun = cpu_seconds(server.pid), time.perf_counter()
        due, answered = await _send(server)
        async with asyncio.timeout(GIVE_UP_AFTER):
            await seen.everything.wait()
        share = (cpu_seconds(server.pid) - used) / (time.perf_counter() - begun)
    return Run(answered, [seen.first[key] - at for key, at in due.items()], seen.pieces, share)


async def _send(server: Served) -> tuple[dict[tuple[int, int], float], list[float]]:
    """Send every event when it is due; answers when each was, and how long its answer took."""
    due: dict[tuple[int, int], float] = {}
    answered: list[float] = []
    waiting: asyncio.Queue[tuple[tuple[int, int], float] | None] = asyncio.Queue()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while (given := await waiting.get()) is not None:
            key, at = given
            writer.write(_event(*key))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 204"):
                raise RuntimeError(f"unexpected answer: {head[:100]!r}")
            answered.append(time.perf_counter() - at)
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for number in range(PER_SECOND * SECONDS):
        at = begun + number / PER_SECOND
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        key = (number % ROOMS, number // ROOMS + 2)
        due[key] = at
        waiting.put_nowait((key, at))
    for _ in clients:
        waiting.put_nowait(None)
    await asyncio.gather(*clients)
    return due, answered


@asynccontextmanager
async def _following(
    deployment: Deployment, server: Served, seen: Seen
) -> AsyncIterator[asyncio.Event]:
    """Somebody follows the board; set once the whole of it has come."""
    tokens = tokens_of(deployment.settings, SystemClock())
    cookie = tokens.mint("staff_bench", frozenset({Role.DSL}), timedelta(hours=1), PAGES)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**20)
    head = f"GET /live/events HTTP/1.1\r\nHost: bench\r\nCookie: {COOKIE}={cookie}\r\n\r\n"
    writer.write(head.encode())
    ready = asyncio.Event()

    async def read() -> None:
        name = b""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                name = line[7:].strip()
                if name == b"seen":
                    ready.set()
            elif line.startswith(b"data: ") and name == b"piece":
                seen.take(line[6:].decode())

    reading = asyncio.create_task(read())
    try:
        yield ready
    finally:
        reading.cancel()
        writer.close()
