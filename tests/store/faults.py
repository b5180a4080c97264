"""Ways to make the database fail, and to make many callers meet in one batch."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from service.store.transactions import Store, Tx
from tests.store.toy import (
    SOMEONE,
    Scribble,
    scribble,
)


class Faulty(sqlite3.Connection):
    """A real connection whose commits fail as its script says, one word per commit, then work.

    "before": the disk fails and nothing is stored. "after": it is stored, and we are not told.
    """

    script: list[str]

    def commit(self) -> None:
        """Commit, or fail on one side of it."""
        fault = self.script.pop(0) if self.script else "no"
        if fault == "before":
            raise sqlite3.OperationalError("disk I/O error")
        super().commit()
        if fault == "after":
            raise sqlite3.OperationalError("disk I/O error")


def faulty(script: list[str]) -> Callable[[Path], sqlite3.Connection]:
    """A `connect` whose connections share one script."""

    def connect(path: Path) -> sqlite3.Connection:
        driver = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, factory=Faulty
        )
        driver.script = script
        return driver

    return connect


async def together(store: Store, jobs: Iterable[Awaitable[Any]]) -> list[Any]:
    """Run jobs in one batch, by holding the writer until all of them wait."""
    held, release = threading.Event(), threading.Event()

    def hold(_tx: Tx, _command: None) -> None:
        held.set()
        release.wait(5)

    first = asyncio.ensure_future(store.transact(hold, None, by=SOMEONE))
    await asyncio.to_thread(held.wait, 5)
    waiting = [asyncio.ensure_future(job) for job in jobs]
    for _ in range(3):
        await asyncio.sleep(0)
    release.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


def scribbles(store: Store, sizes: list[int]) -> list[Awaitable[Any]]:
    """One plumbing row of each size."""
    return [
        store.transact(scribble, Scribble(f"s{n}", size), by=SOMEONE)
        for n, size in enumerate(sizes)
    ]
