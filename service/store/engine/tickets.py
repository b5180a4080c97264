"""Callers of the writer thread: each waits in its event loop for an answer that is stored."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from service.store.engine.attempts import Job, Result

log = logging.getLogger(__name__)


@dataclass
class Ticket:
    """A caller waiting in its event loop, and what its job came to."""

    job: Job[Any, Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Result]"
    outcome: Result | Exception | None = None


def answer(tickets: Iterable[Ticket], committed: Callable[[Result], None]) -> None:
    """Hand every caller its outcome, in its own event loop; `committed` is called for each stored."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
    for ticket in tickets:
        by_loop.setdefault(ticket.loop, []).append(ticket)
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_deliver, theirs, committed)
        except RuntimeError:
            log.warning("a caller's event loop closed before its answer")


def _deliver(tickets: list[Ticket], committed: Callable[[Result], None]) -> None:
    for ticket in tickets:
        outcome = ticket.outcome
        if isinstance(outcome, Result):
            committed(outcome)
        if ticket.future.done() or outcome is None:
            continue
        if isinstance(outcome, Result):
            ticket.future.set_result(outcome)
        else:
            ticket.future.set_exception(outcome)
