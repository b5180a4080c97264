"""Connections to one SQLite file: how they are opened, and the pool that reads.

https://www.sqlite.org/pragma.html and https://www.sqlite.org/wal.html say what the settings do.
"""

import asyncio
import queue
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from service.errors import Misconfigured, NotReady
from service.store.engine.attempts import Hooks
from service.store.tx import Reader

P = ParamSpec("P")
R = TypeVar("R")

Connect = Callable[[Path], sqlite3.Connection]

READERS = 4
BUSY_SECONDS = 5.0
CACHED_STATEMENTS = 512

# Conditions of the machine, not mistakes in a statement: https://www.sqlite.org/rescode.html
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


def connect_file(path: Path) -> sqlite3.Connection:
    """A bare connection that leaves BEGIN, COMMIT and ROLLBACK to us."""
    return sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENTS,
    )


@dataclass(frozen=True)
class Link:
    """One connection, as the driver and as SQLAlchemy see it.

    SQLAlchemy is never told of a transaction's end: to it, one begins at the first statement and
    lasts until the link is closed. That costs nothing per transaction.
    """

    driver: sqlite3.Connection
    conn: sa.Connection

    def keep_begun(self) -> None:
        """After a function tried to commit by itself: outside a transaction SQLAlchemy answers a
        failing statement with a ROLLBACK of its own."""
        ended = self.conn.get_transaction()
        if self.conn.in_transaction():
            return
        if ended is not None:
            ended.close()
        self.conn.begin()

    def close(self) -> None:
        """Close both; an open transaction is rolled back."""
        for step in (self.conn.invalidate, self.conn.close, self.driver.close):
            try:
                step()
            except (sqlite3.Error, sa.exc.SQLAlchemyError):
                continue


def open_link(path: Path, connect: Connect, prepare: Callable[[sa.Engine], None]) -> Link:
    """Open the file with the settings that our promises rest on; `prepare` sees the engine first."""
    driver = connect(path)
    for setting in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        driver.execute(f"PRAGMA {setting}")
    if driver.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
        driver.close()
        raise Misconfigured("The database file must be on a disk that allows SQLite's WAL.")
    engine = sa.create_engine(
        "sqlite://", creator=lambda: driver, poolclass=sa.pool.StaticPool, hide_parameters=True
    )
    prepare(engine)
    conn = engine.connect()
    conn.begin()
    return Link(driver, conn)


def passing(error: BaseException) -> bool:
    """Whether this is a condition of the machine (full disk, lock, I/O) and not a bug of ours."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return isinstance(original, sqlite3.Error) and code is not None and code & 0xFF in _PASSING


class FileReaders:
    """A few threads that read beside the writer, each read on one unchanging view of the file."""

    def __init__(self, path: Path, hooks: Hooks) -> None:
        self._path = path
        self._hooks = hooks
        self._closed = False
        self._idle: queue.SimpleQueue[Link] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    async def read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run the function in a reading thread."""
        if self._closed:
            raise NotReady("The store is closed.")
        work = partial(self._read, fn, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """Wait for running reads, then close the connections."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        while not self._idle.empty():
            self._idle.get().close()

    def _read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        link = self._take()
        try:
            link.driver.execute("BEGIN")
            value = fn(self._hooks.begin_reading(link.conn, "sqlite"), *args, **kwargs)
            link.driver.rollback()
        except Exception as error:
            link.close()
            if passing(error):
                raise NotReady("The database cannot be read at the moment.") from error
            raise
        self._idle.put(link)
        return value

    def _take(self) -> Link:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            link = open_link(self._path, connect_file, _no_rules)
            link.driver.execute("PRAGMA query_only=ON")
            return link


def _no_rules(_engine: sa.Engine) -> None:
    """A reading function needs none: the driver refuses its writes."""
