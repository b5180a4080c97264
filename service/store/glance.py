"""One reading of the database from outside the service, which may be running or not."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from service.errors import ChaperoneError, Misconfigured
from service.ports import Clock
from service.store.house import House
from service.store.transactions import Reader, Tx, open_store

R = TypeVar("R")


async def glance(url: str, clock: Clock, house: House, fn: Callable[[Reader], R]) -> R:
    """Run a reading function once. On SQLite it needs no part in the file's lock, as it changes
    nothing. `Misconfigured` if there is no such database."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "")
        return await asyncio.to_thread(_in_file, path, clock, house, fn)
    store = await open_store(
        url, clock=clock, house=house, write_entries=_nothing, write_refusal=_nobody
    )
    try:
        return await store.read(fn)
    finally:
        await store.close()


def _in_file(path: Path, clock: Clock, house: House, fn: Callable[[Reader], R]) -> R:
    if not path.is_file():
        raise Misconfigured("There is no database yet: run `chaperone migrate`.")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)

    engine = sa.create_engine("sqlite://", creator=connect)
    try:
        with engine.connect() as conn:
            return fn(Reader(conn, clock.now(), "sqlite", house))
    except sa.exc.OperationalError as error:
        raise Misconfigured("The database has no tables yet: run `chaperone migrate`.") from error
    finally:
        engine.dispose()


def _nothing(_tx: Tx, _entries: Sequence[object]) -> None:
    """A reading records nothing."""


def _nobody(_tx: Tx, _error: ChaperoneError, _command: str) -> None:
    """A reading refuses nobody."""
