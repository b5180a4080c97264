"""The embedded engine: one writer thread, and readers beside it, over one SQLite file.

Waiting transactions share one commit, a savepoint each. What is promised: nothing is acknowledged
before its COMMIT has succeeded; a transaction is never stored twice; when the disk fails us so that
we cannot know, the answer is `commit_unsure`, never a guess.

SQLite's own rules on what ends a transaction: https://www.sqlite.org/lang_transaction.html
"""

import asyncio
import logging
import queue
import threading
import uuid
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from service.errors import NotReady
from service.store.engine.attempts import Hooks, Job, Result, carry_out, write_down_refusal
from service.store.engine.marks import last_mark, mark, require_marks
from service.store.engine.sqlite_files import Connect, FileReaders, Link, open_link, passing
from service.store.engine.tickets import Ticket, answer
from service.store.outcomes import Refused, StoreBug, commit_unsure
from service.store.rules import enforce, under_rules
from service.store.tx import Reader

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

BATCH_SIZE = 64


class _Fate(Enum):
    """What became of a batch."""

    STORED = "stored"
    GONE = "gone"
    UNKNOWN = "unknown"


class _BatchGone(Exception):
    """The driver is no longer in a transaction: nothing of this batch is stored."""


class SqliteEngine:
    """Runs jobs on one file. `committed` is called in the caller's loop for each stored job."""

    def __init__(
        self, path: Path, hooks: Hooks, committed: Callable[[Result], None], connect: Connect
    ) -> None:
        self._hooks = hooks
        self._committed = committed
        self._path = path
        self._connect = connect
        self._link: Link | None = self._open()
        self._waiting: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._closed = False
        self._readers = FileReaders(path, hooks)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def transact(self, job: Job[Any, Any]) -> Result:
        """Queue the job and wait for its commit. Cancelling a job that has begun does not undo it."""
        if self._closed:
            raise NotReady("The store is closed. Nothing was changed.")
        loop = asyncio.get_running_loop()
        ticket = Ticket(job, loop, loop.create_future())
        self._waiting.put(ticket)
        return await ticket.future

    async def read(
        self, fn: Callable[Concatenate[Reader, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading function on a connection beside the writer."""
        return await self._readers.read(fn, *args, **kwargs)

    async def close(self) -> None:
        """Finish what is waiting, then close every connection."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)
        await self._readers.close()

    # --- the writer thread ----------------------------------------------------------------------

    def _serve(self) -> None:
        while (tickets := self._next_batch()) is not None:
            self._settle([ticket for ticket in tickets if not ticket.future.cancelled()])
            answer(tickets, self._committed)
        self._drop()

    def _next_batch(self) -> list[Ticket] | None:
        ticket = self._waiting.get()
        if ticket is None:
            return None
        tickets = [ticket]
        while len(tickets) < BATCH_SIZE and not self._waiting.empty():
            following = self._waiting.get()
            if following is None:
                self._waiting.put(None)
                break
            tickets.append(following)
        return tickets

    def _settle(self, tickets: list[Ticket]) -> None:
        """Give every ticket an outcome that is true on disk."""
        fate = self._run(tickets) if tickets else _Fate.STORED
        if fate is _Fate.STORED:
            return
        if fate is _Fate.GONE and len(tickets) > 1:
            for ticket in tickets:
                self._settle([ticket])
            return
        for ticket in tickets:
            ticket.outcome = NotReady() if fate is _Fate.GONE else commit_unsure()

    def _run(self, tickets: list[Ticket]) -> _Fate:
        batch = uuid.uuid4().hex
        try:
            link = self._begin()
            for ticket in tickets:
                ticket.outcome = self._attempt(link, ticket.job)
            mark(link, batch)
        except Exception:
            log.warning("a batch of %d was undone before its commit", len(tickets), exc_info=True)
            self._drop()
            return _Fate.GONE
        try:
            link.driver.commit()
        except Exception:
            log.warning("the commit of a batch of %d failed", len(tickets), exc_info=True)
            self._drop()
            return self._find_out(batch)
        return _Fate.STORED

    def _find_out(self, batch: str) -> _Fate:
        """Whether a batch whose COMMIT failed is stored.

        Its mark tells. Without the mark the batch is not visible, but its pages may lie finished in
        the write-ahead log, where recovery after a crash would find them. One more commit writes
        over them; only then is the batch surely gone and may be run again.
        """
        try:
            link = self._begin()
            if last_mark(link) == batch:
                link.driver.rollback()
                return _Fate.STORED
            mark(link, uuid.uuid4().hex)
            link.driver.commit()
        except Exception:
            log.exception("could not find out whether a batch was stored")
            self._drop()
            return _Fate.UNKNOWN
        return _Fate.GONE

    def _begin(self) -> Link:
        if self._link is None:
            self._link = self._open()
        self._link.driver.execute("BEGIN IMMEDIATE")
        return self._link

    def _open(self) -> Link:
        link = open_link(self._path, self._connect, prepare=enforce)
        require_marks(link)
        return link

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    # --- one job of a batch ---------------------------------------------------------------------

    def _attempt(self, link: Link, job: Job[Any, Any]) -> Result | Exception:
        link.driver.execute("SAVEPOINT job")
        tx = self._hooks.begin(link.conn, "sqlite", job.by)
        try:
            with under_rules(tx):
                result = carry_out(job, tx, self._hooks)
            if isinstance(result.answer, Refused):
                _undo(link)
                result = self._refuse(link, job, result.answer)
        except BaseException as error:  # whatever it is, this thread must live on
            _undo(link)
            _release(link)
            return _told(error)
        _release(link)
        return result

    def _refuse(self, link: Link, job: Job[Any, Any], refused: Refused) -> Result:
        tx = self._hooks.begin(link.conn, "sqlite", job.by)
        with under_rules(tx):
            return write_down_refusal(job, tx, refused, self._hooks)


def _told(error: BaseException) -> Exception:
    """What the caller hears of it: nothing was changed, or it is a bug."""
    if isinstance(error, Exception) and not passing(error):
        return error
    told = NotReady() if passing(error) else StoreBug(f"A request raised {type(error).__name__}.")
    told.__cause__ = error
    return told


def _undo(link: Link) -> None:
    """Back to where the job began; a full disk may have undone the whole batch instead."""
    if not link.driver.in_transaction:
        raise _BatchGone
    while (nested := link.conn.get_nested_transaction()) is not None:
        nested.close()
    link.keep_begun()
    link.driver.execute("ROLLBACK TO job")


def _release(link: Link) -> None:
    if not link.driver.in_transaction:
        raise _BatchGone
    link.driver.execute("RELEASE job")
