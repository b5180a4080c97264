"""Statements straight to the database, past everything of ours but what the database itself holds."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from service.store.outcomes import violated
from tests.store.schema.rows import METADATA

R = TypeVar("R")
Work = Callable[[sa.Connection], None]


def sql(*statements: str) -> Work:
    """Statements, run one after the other."""

    def work(conn: sa.Connection) -> None:
        for statement in statements:
            conn.execute(sa.text(statement))

    return work


async def refusal(url: str, work: Work) -> str:
    """The name of the fence or constraint that refused the write."""
    with pytest.raises(sa.exc.IntegrityError) as refused:
        await run(url, work)
    return violated(refused.value, METADATA)


async def run(url: str, work: Callable[[sa.Connection], R], *, keep: bool = False) -> R:
    """Run a plain function in a transaction of its own; nothing of it stays unless said so."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _run_on_file(address, work, keep)
    engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as conn:
            answer = await conn.run_sync(work)
            await (conn.commit() if keep else conn.rollback())
            return answer
    finally:
        await engine.dispose()


def _run_on_file(address: sa.URL, work: Callable[[sa.Connection], R], keep: bool) -> R:
    engine = sa.create_engine(address.set(drivername="sqlite"))

    @sa.event.listens_for(engine, "connect")
    def _connected(driver: Any, _record: object) -> None:
        driver.isolation_level = None
        driver.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def _begun(conn: sa.Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as conn:
            answer = work(conn)
            if keep:
                conn.commit()
            else:
                conn.rollback()
            return answer
    finally:
        engine.dispose()
