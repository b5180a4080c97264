"""A durable booking request over HTTP, 32 at once: ours against the same thing written by hand.

Server and clients are processes of their own. Ours is `chaperone serve` as in production, background
work included; the baseline has none. Both start from copies of one loaded database. Runs alternate,
and a ratio is that of two neighbouring runs, so that a busy machine hits both.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.deployment import SERVE, Deployment, deploy, put_fresh, serving
from bench.load import Load, post, send
from bench.measures import Row, at_least, at_most, median
from bench.organisation import People, bring_in, stored
from service.app import tokens_of
from service.policy.people import Role
from service.ports import SystemClock

CLIENTS = 32
PEOPLE = 64
"""Tutors, children and hosts: twice the clients, so that requests at once never meet."""

WARM_UP = 128
MEASURED = 640
ROUNDS = 3
BASELINE = (sys.executable, "-m", "bench.baseline_booking")

OF_BOOKINGS = (
    "SELECT {} FROM entries e LEFT JOIN entry_payloads p ON p.entry_uid = e.uid"
    " WHERE kind NOT LIKE 'alert.%' AND kind NOT LIKE 'notice.%' AND kind NOT LIKE 'organisation.%'"
)
COMPARED = {
    **{
        table: f"SELECT count(*) FROM {table}"
        for table in ("sessions", "session_children", "engagements", "links", "messages")
    },
    "entries": OF_BOOKINGS.format("count(*)"),
    "entry_payloads": OF_BOOKINGS.format("count(p.entry_uid)"),
    "pseudonym_keys": OF_BOOKINGS.format("count(DISTINCT scope)"),
}
"""Where both must leave equally many rows for equally many bookings. Our background work may raise an
alert meanwhile, since there is no provider, and tell somebody of it; and a start notes what the organisation
has set. That is no part of a booking."""


def requests_for(deployment: Deployment, people: People, first: int, count: int) -> list[bytes]:
    """Bookings that never meet: in each hour from tomorrow on, every tutor and child once."""
    tokens = tokens_of(deployment.settings, SystemClock())
    signed = [tokens.mint(tutor, [Role.TUTOR], timedelta(hours=2)) for tutor in people.tutors]
    tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    made = []
    for number in range(first, first + count):
        slot, who = divmod(number, len(people.tutors))
        body = {
            "tutor_id": people.tutors[who],
            "children": [people.children[who]],
            "starts_at": (tomorrow + timedelta(hours=slot)).isoformat(),
            "duration_minutes": 30,
            "purpose": "Fractions and how to add them",
            "provider": "zoom",
        }
        authorization = f"Bearer {signed[who]}"
        made.append(post("/v1/sessions", json.dumps(body).encode(), Authorization=authorization))
    return made


async def run(deployment: Deployment, people: People, command: Sequence[str]) -> Load:
    """Start a server, warm it up, and measure."""
    async with serving(command, deployment.port) as server:
        await send(server, requests_for(deployment, people, 0, WARM_UP), CLIENTS, 201)
        return await send(server, requests_for(deployment, people, WARM_UP, MEASURED), CLIENTS, 201)


class Contest:
    """Runs either server on a fresh copy of the loaded file, and counts the rows it left."""

    def __init__(self, deployment: Deployment, people: People, loaded: Path, used: Path) -> None:
        self.deployment, self.people = deployment, people
        self.loaded, self.used = loaded, used
        self.rows: dict[str, dict[str, int]] = {}

    async def ours(self, *more: str) -> Load:
        """`chaperone serve`."""
        return await self._run("ours", (*SERVE, *more))

    async def baseline(self, *more: str) -> Load:
        """The hand-written server."""
        port = str(self.deployment.port)
        command = (*BASELINE, "--database", str(self.used), "--port", port, *more)
        return await self._run("baseline", command)

    async def _run(self, name: str, command: Sequence[str]) -> Load:
        put_fresh(self.loaded, self.used)
        load = await run(self.deployment, self.people, command)
        with closing(sqlite3.connect(self.used)) as conn:
            self.rows[name] = {
                what: conn.execute(query).fetchone()[0] for what, query in COMPARED.items()
            }
        return load


async def measure(_full: bool) -> list[Row]:
    """Throughput and p99 on SQLite, with their targets."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        used, loaded = folder / "bench.db", folder / "loaded.db"
        deployment = await deploy(folder, f"sqlite:///{used}")
        async with stored(deployment.settings) as store:
            people = await bring_in(store, PEOPLE)
        await asyncio.to_thread(put_fresh, used, loaded)
        return await _contest(Contest(deployment, people, loaded, used))


async def _contest(contest: Contest) -> list[Row]:
    plain, thread = await contest.baseline(), await contest.baseline("--thread")
    best = () if plain.per_second >= thread.per_second else ("--thread",)
    pairs = []
    for _ in range(ROUNDS):
        pairs.append((await contest.ours(), await contest.baseline(*best)))
    if contest.rows["ours"] != contest.rows["baseline"]:
        raise RuntimeError(f"not the same work: {contest.rows}")
    alone = await contest.ours("--web-only")
    return [*_rows(pairs), _without_background(alone, pairs[-1][1], best, plain, thread)]


def _rows(pairs: list[tuple[Load, Load]]) -> list[Row]:
    speed = median([ours.per_second / theirs.per_second for ours, theirs in pairs])
    tail = median([ours.ms(0.99) / theirs.ms(0.99) for ours, theirs in pairs])
    ours, theirs = pairs[len(pairs) // 2]
    return [
        Row("booking", _speed(ours), _speed(theirs), **at_least(0.5, speed)),  # type: ignore[arg-type]
        Row("booking p99", _tail(ours), _tail(theirs), **at_most(5, tail)),  # type: ignore[arg-type]
    ]


def _without_background(
    ours: Load, theirs: Load, best: tuple[str, ...], plain: Load, thread: Load
) -> Row:
    form = "one writing thread" if best else "SQL in the event loop"
    return Row(
        "booking --web-only",
        _speed(ours),
        _speed(theirs),
        ours.per_second / theirs.per_second,
        notes=(
            f"the baseline is the faster of its two forms, {form}: "
            f"{plain.per_second:.0f}/s in the loop, {thread.per_second:.0f}/s with a thread",
            f"processor time each: {ours.cpu_ms:.1f} ms to {theirs.cpu_ms:.1f} ms",
        ),
    )


def _speed(load: Load) -> str:
    return f"{load.per_second:.0f}/s"


def _tail(load: Load) -> str:
    return f"{load.ms(0.99):.0f} ms (p50 {load.ms(0.5):.0f})"
