"""The PostgreSQL engine: asyncpg under SQLAlchemy, READ COMMITTED, explicit row locks.

Error classes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from service.errors import Misconfigured, NotReady
from service.store.engine.attempts import Hooks, Job, Result, carry_out, write_down_refusal
from service.store.outcomes import Overtaken, Refused, commit_unsure
from service.store.rules import enforce, under_rules
from service.store.tx import Reader

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 8
POOL_SIZE = 10
POOL_SECONDS = 5
CONNECT_SECONDS = 5
PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.1

_SERVER_SETTINGS = {
    "application_name": "chaperone",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
}
_CLASHED = ("40001", "40P01")
# Connection, resources and operator classes, and a lock waited for too long.
_PASSING = ("08", "53", "57", "55P03")
# A COMMIT that fails like this was surely rolled back.
_ROLLED_BACK = ("40", "23")


class _Again(Exception):
    """The attempt clashed with another and was rolled back: run it again from the start."""


class PostgresEngine:
    """Runs jobs on one PostgreSQL database. `committed` is called for each stored job."""

    def __init__(self, url: sa.URL, hooks: Hooks, committed: Callable[[Result], None]) -> None:
        self._hooks = hooks
        self._committed = committed
        self._closed = False
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            isolation_level="READ COMMITTED",
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            hide_parameters=True,
            connect_args={"timeout": CONNECT_SECONDS, "server_settings": _SERVER_SETTINGS},
        )
        enforce(self._engine.sync_engine)
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    async def start(self) -> None:
        """Refuse to start against a database that cannot be reached."""
        try:
            async with self._engine.connect():
                pass
        except (OSError, sa.exc.SQLAlchemyError) as error:
            await self.close()
            raise Misconfigured("The PostgreSQL database cannot be reached.") from error

    async def transact(self, job: Job[Any, Any]) -> Result:
        """Attempt the job until it no longer clashes, at most `ATTEMPTS` times."""
        self._must_be_open()
        for number in range(ATTEMPTS):
            try:
                return await self._once(job)
            except _Again:
                await asyncio.sleep(_pause(number))
        raise NotReady("Too many were changing the same thing. Nothing was changed.")

    async def read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading function on one unchanging view of the database."""
        self._must_be_open()

        def work(conn: sa.Connection) -> R:
            return fn(self._hooks.begin_reading(conn, "postgresql"), *args, **kwargs)

        try:
            async with self._reading.connect() as conn:
                return await conn.run_sync(work)
        except Exception as error:
            if _passing(error):
                raise NotReady("The database cannot be read at the moment.") from error
            raise

    async def close(self) -> None:
        """Close every connection."""
        self._closed = True
        await self._engine.dispose()

    def _must_be_open(self) -> None:
        if self._closed:
            raise NotReady("The store is closed. Nothing was changed.")

    async def _once(self, job: Job[Any, Any]) -> Result:
        try:
            async with self._engine.connect() as conn:
                return await conn.run_sync(self._attempt, job)
        except Exception as error:
            if _state(error) in _CLASHED:
                raise _Again from error
            if _passing(error):
                raise NotReady from error
            raise

    def _attempt(self, conn: sa.Connection, job: Job[Any, Any]) -> Result:
        conn.begin()
        tx = self._hooks.begin(conn, "postgresql", job.by)
        with under_rules(tx):
            result = carry_out(job, tx, self._hooks)
        if isinstance(result.answer, Refused):
            if isinstance(result.answer.error, Overtaken):
                raise _Again
            conn.rollback()
            conn.begin()
            result = self._refuse(conn, job, result.answer)
        _commit(conn)
        self._committed(result)
        return result

    def _refuse(self, conn: sa.Connection, job: Job[Any, Any], refused: Refused) -> Result:
        tx = self._hooks.begin(conn, "postgresql", job.by)
        with under_rules(tx):
            return write_down_refusal(job, tx, refused, self._hooks)


def _pause(number: int) -> float:
    return random.uniform(0, min(PAUSE_SECONDS * 2**number, LONGEST_PAUSE_SECONDS))


def _commit(conn: sa.Connection) -> None:
    try:
        conn.commit()
    except Exception as error:
        if (_state(error) or "").startswith(_ROLLED_BACK):
            raise
        # If the connection dies here, the server may have finished the COMMIT before or may not.
        raise commit_unsure() from error


def _state(error: BaseException) -> str | None:
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return getattr(original, "sqlstate", None)


def _passing(error: BaseException) -> bool:
    if isinstance(error, OSError | sa.exc.TimeoutError):
        return True
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return True
    return (_state(error) or "").startswith(_PASSING)
