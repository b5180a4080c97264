"""Ticks: a growing number that says "something was recorded", for pages that follow along."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

log = logging.getLogger(__name__)

CHANNEL = "chaperone_changes"
PAUSE_SECONDS = 0.05
RECONNECT_SECONDS = 1.0


class Ticks:
    """Counts commits that recorded something, in one event loop, and tells whoever follows."""

    def __init__(self) -> None:
        self._number = 0
        self._closed = False
        self._next = asyncio.Event()

    def tick(self) -> None:
        """Something was recorded."""
        self._number += 1
        self._tell()

    def close(self) -> None:
        """End every follower."""
        self._closed = True
        self._tell()

    def follow(self) -> AsyncIterator[int]:
        """Numbers above the present one, ever growing; a slow follower skips to the newest."""
        return self._from(self._number)

    async def _from(self, seen: int) -> AsyncIterator[int]:
        while True:
            following = self._next
            if self._number > seen:
                seen = self._number
                yield seen
            elif self._closed:
                return
            else:
                await following.wait()

    def _tell(self) -> None:
        told, self._next = self._next, asyncio.Event()
        told.set()


class Hints:
    """Tells other replicas on the same PostgreSQL that something was recorded, and hears them.

    Sent after the commit, at most once per pause, on a connection of its own: a NOTIFY inside the
    transaction takes a lock that would put all commits in single file.
    https://www.postgresql.org/docs/current/sql-notify.html
    """

    def __init__(self, url: sa.URL, heard: Callable[[], None]) -> None:
        self._address = _connect_arguments(url)
        self._heard = heard
        self._given = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, in the running event loop."""
        self._task = asyncio.create_task(self._keep_talking(), name="store-hints")

    def give(self) -> None:
        """Let the others know, soon."""
        self._given.set()

    async def close(self) -> None:
        """Stop. A hint not yet sent is lost, which a hint may be."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep_talking(self) -> None:
        while True:
            try:
                await self._talk()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("the connection for hints was lost", exc_info=True)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _talk(self) -> None:
        conn = await asyncpg.connect(**self._address)
        own = conn.get_server_pid()

        def hear(_conn: object, sender: int, _channel: str, _payload: object) -> None:
            if sender != own:
                self._heard()

        try:
            await conn.add_listener(CHANNEL, hear)
            conn.add_termination_listener(lambda _conn: self._given.set())
            while True:
                await self._given.wait()
                self._given.clear()
                await conn.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            conn.terminate()


def _connect_arguments(url: sa.URL) -> dict[str, Any]:
    dialect: Any = PGDialect_asyncpg
    arguments: dict[str, Any] = dialect().create_connect_args(url)[1]
    return arguments
