"""One tick over many stored sessions against the same due work over few: the price of what is due.

Most stored sessions are called off, the others lie ahead. The same number is due in both stores: their
cases are loaded, decided, found blocked, and put back, as on any day before a booking is complete.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.booking import PEOPLE
from bench.deployment import deploy
from bench.measures import Row, at_most, median
from bench.organisation import People, bring_in, offline, stored
from service.reconcilers.schedule import RECONCILERS
from service.settings import Settings
from service.workflows.deps import Deps

FEW = 10_000
MANY = 200_000
FULL = 1_000_000
DUE = 150
TICKS = 7
TO_COME = 10
"""One session in so many is still to come."""


@dataclass(frozen=True)
class Filled:
    """A store with many sessions."""

    path: Path
    deps: Deps


async def measure(full: bool) -> list[Row]:
    """Both stores take turns; the middle of each one's ticks is compared."""
    many = FULL if full else MANY
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        small, large = _folders(Path(name))
        few_settings = await _prepared(small, FEW)
        many_settings = await _prepared(large, many)
        async with stored(few_settings) as few_store, stored(many_settings) as many_store:
            few = Filled(small / "bench.db", offline(few_settings, few_store))
            lots = Filled(large / "bench.db", offline(many_settings, many_store))
            taken: dict[str, list[float]] = {"few": [], "many": []}
            for _ in range(TICKS):
                taken["many"].append(await _tick(lots))
                taken["few"].append(await _tick(few))
    ours, theirs = median(taken["many"]), median(taken["few"])
    return [
        Row(
            f"tick, {many:,} sessions",
            f"{ours * 1000:.0f} ms",
            f"{theirs * 1000:.0f} ms ({FEW:,})",
            **at_most(1.3, ours / theirs),  # type: ignore[arg-type]
            notes=(f"every reconciler once, {DUE} sessions due",),
        )
    ]


def _folders(parent: Path) -> tuple[Path, Path]:
    small, large = parent / "small", parent / "large"
    small.mkdir()
    large.mkdir()
    return small, large


async def _prepared(folder: Path, sessions: int) -> Settings:
    database = folder / "bench.db"
    deployment = await deploy(folder, f"sqlite:///{database}")
    async with stored(deployment.settings) as store:
        people = await bring_in(store, PEOPLE)
    _fill(database, people, sessions)
    return deployment.settings


async def _tick(filled: Filled) -> float:
    """Make the due ones due again, then time every reconciler once."""
    with closing(sqlite3.connect(filled.path)) as conn, conn:
        conn.execute(
            "UPDATE work SET due_at = ?, lease_until = NULL WHERE subject_id LIKE 'session_due%'",
            (_text(datetime.now(UTC) - timedelta(seconds=1)),),
        )
    begun = time.perf_counter()
    reports = [await reconciler.run(filled.deps) for reconciler in RECONCILERS]
    seconds = time.perf_counter() - begun
    if sum(report.looked_at for report in reports) < DUE or any(r.failed for r in reports):
        raise RuntimeError(f"not the expected work: {reports}")
    return seconds


# --- filling ----------------------------------------------------------------------------------------


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _fill(database: Path, people: People, sessions: int) -> None:
    """Rows straight into the tables, as the workflows would have left them."""
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.execute("PRAGMA foreign_keys=ON")
        conn.execute("BEGIN")
        conn.execute("UPDATE work SET due_at = '2999-01-01T00:00:00.000000Z'")
        conn.executemany(
            "INSERT INTO sessions (id, state, starts_at, ends_at, local_start, zone, purpose,"
            " tutor_id, provider, cover_mode, terms, opens_at, lapses_at, booked_by, created_at,"
            " version) VALUES (?, 'booked', ?, ?, 'x', 'Europe/London', 'Fractions', ?, 'none',"
            " 'throughout', 1, ?, ?, 'bench', ?, 1)",
            _sessions(people, sessions),
        )
        conn.execute(
            "INSERT INTO session_children SELECT id, substr(?, 1 + 38 * (rowid % ?), 38)"
            " FROM sessions",
            ("".join(child.ljust(38) for child in people.children), len(people.children)),
        )
        conn.execute(
            "UPDATE sessions SET state = 'cancelled', reason = 'x' WHERE id LIKE '%_off_%'"
        )
        conn.execute(
            "INSERT INTO work (subject_id, kind, due_at, fence, hurried, tries)"
            " SELECT id, 'open_meetings', opens_at, 0, 0, 0 FROM sessions WHERE state = 'booked'"
        )
        conn.execute("COMMIT")
        conn.execute("ANALYZE")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sessions(people: People, count: int) -> Iterator[tuple[str, ...]]:
    now = datetime.now(UTC)
    for number in range(count):
        due = number < DUE
        to_come = due or number % TO_COME == 0
        away = timedelta(minutes=20) if due else timedelta(hours=1 + number % 9000)
        starts = now + away if to_come else now - away
        word = "due" if due else "later" if to_come else "off"
        yield (
            f"session_{word}_{number:08d}",
            _text(starts),
            _text(starts + timedelta(minutes=45)),
            people.tutors[number % len(people.tutors)],
            _text(starts - timedelta(minutes=30)),
            _text(starts + timedelta(minutes=15)),
            _text(now - timedelta(days=1)),
        )
