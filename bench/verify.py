"""Verifying the log: every leaf streamed out of the store and through the tree, against hashing alone.

The baseline hashes the same leaves and their tree's nodes in a bare loop, from memory. Each leaf is
about as long as a real one. Runs in processes of their own, to see how much memory it takes.
"""

import json
import multiprocessing
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from bench.deployment import deploy
from bench.machine import memory
from bench.measures import Row, at_least
from bench.organisation import stored
from service.audit.tree import CompactRange, leaf_hash

ENTRIES = 200_000
FULL = 1_000_000
PAGE = 4096
LEAF = (
    '{"actor":"%032x","at":"2026-11-24T15:00:00.000000Z","commitment":"%064x","facts":{"kind":'
    '"joined"},"kind":"signal.received","subjects":{"scope":"%032x"},"version":1}'
)


async def measure(full: bool) -> list[Row]:
    """Entries per second, and peak memory."""
    count = FULL if full else ENTRIES
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        database = Path(name) / "bench.db"
        deployment = await deploy(Path(name), f"sqlite:///{database}")
        async with stored(deployment.settings):
            pass
        _fill(database, count)
        ours = _apart(_verify, database)
        bare = _apart(_hash, database)
        small = _apart(_verify, database, count // 10)
    if ours["root"] != bare["root"]:
        raise RuntimeError("the two did not hash the same log")
    return [
        Row(
            f"verify {count:,} entries",
            f"{count / ours['seconds']:,.0f}/s",
            f"{count / bare['seconds']:,.0f}/s",
            **at_least(0.5, bare["seconds"] / ours["seconds"]),  # type: ignore[arg-type]
            notes=(
                f"peak memory {ours['peak']:.0f} MB; for a tenth of the log {small['peak']:.0f} MB",
            ),
        )
    ]


def _fill(database: Path, count: int) -> None:
    """Entries and their places, straight into the tables."""
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.execute("BEGIN")
        at = "2026-11-24T15:00:00.000000Z"
        conn.executemany(
            "INSERT INTO entries (id, uid, kind, scope, leaf, at)"
            " VALUES (?, ?, 'signal.received', 'session_bench', ?, ?)",
            ((n, f"entry_{n}", (LEAF % (n, n, n)).encode(), at) for n in range(1, count + 1)),
        )
        conn.executemany(
            "INSERT INTO leaves (position, entry_id) VALUES (?, ?)",
            ((number, number + 1) for number in range(count)),
        )
        conn.execute("COMMIT")


def _apart(work, database: Path, limit: int = -1):  # type: ignore[no-untyped-def]
    """What `work` reports, from a fresh process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_report, args=(work, database, limit, theirs))
    process.start()
    told = ours.recv()
    process.join()
    return json.loads(told)


def _report(work, database: Path, limit: int, pipe) -> None:  # type: ignore[no-untyped-def]
    seconds, root = work(database, limit)
    told = {"seconds": seconds, "root": root.hex(), "peak": memory("self", "VmHWM")}
    pipe.send(json.dumps(told))


def _leaves(database: Path, limit: int) -> Iterator[bytes]:
    """Leaf bytes by place, a page at a time."""
    with closing(sqlite3.connect(database)) as conn:
        rows = conn.execute(
            "SELECT e.leaf FROM leaves l JOIN entries e ON e.id = l.entry_id"
            " ORDER BY l.position LIMIT ?",
            (limit,),
        )
        while page := rows.fetchmany(PAGE):
            for (leaf,) in page:
                yield leaf


def _verify(database: Path, limit: int) -> tuple[float, bytes]:
    begun = time.perf_counter()
    tree = CompactRange()
    tree.extend(map(leaf_hash, _leaves(database, limit)))
    return time.perf_counter() - begun, tree.root()


def _hash(database: Path, limit: int) -> tuple[float, bytes]:
    leaves = list(_leaves(database, limit))
    begun = time.perf_counter()
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        # One without a partner moves up as it is (RFC 9162 section 2.1.1).
        level = above + level[-1:] if len(level) % 2 else above
    return time.perf_counter() - begun, level[0]
