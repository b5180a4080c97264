"""The store: a transaction is a plain function, on SQLite or PostgreSQL.

`await store.transact(request_session, command, by=actor)` runs `request_session(tx, command)` as one
transaction together with its audit entries. The function is ordinary and synchronous; it touches
nothing but `tx` and may be run more than once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

import sqlalchemy as sa
from filelock import FileLock, Timeout

from service.errors import ChaperoneError, Misconfigured
from service.policy.people import Actor
from service.ports import Clock
from service.store.changes import Hints, Ticks
from service.store.engine.attempts import Hooks, Job, Result
from service.store.engine.marks import declare_marks
from service.store.engine.postgres import PostgresEngine
from service.store.engine.sqlite import SqliteEngine
from service.store.engine.sqlite_files import Connect, connect_file
from service.store.house import House
from service.store.outcomes import Done, Refused, StoreBug, violated
from service.store.tx import PLUMBING, RECORD, Reader, Tx

__all__ = [
    "PLUMBING",
    "RECORD",
    "Done",
    "Reader",
    "Refused",
    "Store",
    "StoreBug",
    "Tx",
    "database_now",
    "declare_marks",
    "open_store",
    "violated",
]

C = TypeVar("C")
R = TypeVar("R")
P = ParamSpec("P")

Closing = Callable[[], Awaitable[None]]


class Engine(Protocol):
    """What `Store` needs of a database."""

    async def transact(self, job: Job[C, R]) -> Result: ...

    async def read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R: ...

    async def close(self) -> None: ...


class Store:
    """Every change and every reading of the database goes through here. Made by `open_store`."""

    def __init__(self, engine: Engine, ticks: Ticks, closing: Closing) -> None:
        self._engine = engine
        self._ticks = ticks
        self._closing = closing

    async def transact(
        self, request: Callable[[Tx, C], R], command: C, *, by: Actor
    ) -> Done[R] | Refused:
        """Run the function atomically with its entries; returns only after COMMIT.

        Raises `NotReady` when the database cannot do it: nothing was changed, except that the code
        `commit_unsure` means it may have been. Any other exception is a bug, and nothing is stored.
        """
        result = await self._engine.transact(Job(request, command, by))
        return cast("Done[R] | Refused", result.answer)

    async def do(self, request: Callable[[Tx, C], R], command: C, *, by: Actor) -> R:
        """The same; answers what the function returned, and raises the error it was refused with.

        A caller for whom a refusal is no bug names the error: nothing refused is overlooked.
        """
        outcome = await self.transact(request, command, by=by)
        if isinstance(outcome, Refused):
            raise outcome.error
        return outcome.value

    async def read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading function on one unchanging view. Raises `NotReady` if that cannot be had."""
        return await self._engine.read(fn, *args, **kwargs)

    def changes(self) -> AsyncIterator[int]:
        """A growing number after each commit, from this call on, that recorded something.

        Hints, not a log: several commits may share one number, and one of another replica may be
        missed, so also look now and then. Ends when the store is closed.
        """
        return self._ticks.follow()

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""
        self._ticks.close()
        await self._engine.close()
        await self._closing()


def database_now(tx: Tx | Reader) -> datetime:
    """The database's own clock, for leases: aware UTC, past the start of the transaction.

    SQLite has one process per file, so there the process's clock is the database's.
    """
    if tx.dialect == "sqlite":
        return tx.now
    moment = tx.conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return cast(datetime, moment).astimezone(UTC)


async def open_store(
    url: str,
    *,
    clock: Clock,
    house: House,
    write_entries: Callable[[Tx, Sequence[object]], None],
    write_refusal: Callable[[Tx, ChaperoneError, str], None],
    on_wake: Callable[[frozenset[str]], None] | None = None,
    connect: Connect = connect_file,
) -> Store:
    """Open `sqlite:///path` or `postgresql://…`, whose tables exist already. `house` is handed to every
    function.

    `write_entries` runs in every transaction that recorded something, before its commit;
    `write_refusal` (error, name of the command's type) in place of a refused one. `on_wake` is
    called in the event loop after a commit. `connect` opens SQLite's writing connection; it is a
    parameter so that tests can make the disk fail.
    """
    hooks = Hooks(clock, house, write_entries, write_refusal)
    address = sa.make_url(url)
    match address.get_backend_name():
        case "sqlite":
            return await _open_file(address, hooks, on_wake, connect)
        case "postgresql":
            return await _open_server(address, hooks, on_wake)
    raise Misconfigured("The database address must begin with sqlite:/// or postgresql://.")


Wake = Callable[[frozenset[str]], None] | None


async def _open_file(address: sa.URL, hooks: Hooks, on_wake: Wake, connect: Connect) -> Store:
    path = Path(address.database or "")
    lock = await asyncio.to_thread(_lock, path)
    ticks = Ticks()
    committed = _after_commit(ticks.tick, on_wake)
    try:
        engine = await asyncio.to_thread(SqliteEngine, path, hooks, committed, connect)
    except BaseException:
        lock.release()
        raise
    return Store(engine, ticks, partial(asyncio.to_thread, lock.release))


def _lock(path: Path) -> FileLock:
    if not path.parent.is_dir() or path.name in ("", ":memory:"):
        raise Misconfigured("The SQLite address must name a file in an existing folder.")
    lock = FileLock(f"{path}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Misconfigured("Another process has this database file open.") from error
    return lock


async def _open_server(address: sa.URL, hooks: Hooks, on_wake: Wake) -> Store:
    ticks = Ticks()
    hints = Hints(address, ticks.tick)

    def recorded() -> None:
        ticks.tick()
        hints.give()

    engine = PostgresEngine(address, hooks, _after_commit(recorded, on_wake))
    await engine.start()
    hints.start()
    return Store(engine, ticks, hints.close)


def _after_commit(recorded: Callable[[], None], on_wake: Wake) -> Callable[[Result], None]:
    def committed(result: Result) -> None:
        if result.recorded:
            recorded()
        if result.wakes and on_wake is not None:
            # By the loop, so that a mistake in waking cannot spoil an answer that is stored.
            asyncio.get_running_loop().call_soon(on_wake, result.wakes)

    return committed
