"""One attempt at a request: the function, then its entries, or else the note that it refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from service.errors import ChaperoneError
from service.policy.people import Actor
from service.ports import Clock
from service.store.house import House
from service.store.outcomes import (
    ChangeWithoutEntry,
    Done,
    OwnTransactionControl,
    Refused,
    WorkAfterFailure,
)
from service.store.tx import Reader, Tx

C = TypeVar("C")
R = TypeVar("R")


@dataclass(frozen=True)
class Hooks:
    """What the rest of the house plugs into every transaction."""

    clock: Clock
    house: House
    write_entries: Callable[[Tx, Sequence[object]], None]
    write_refusal: Callable[[Tx, ChaperoneError, str], None]

    def begin(self, conn: sa.Connection, dialect: str, by: Actor) -> Tx:
        """A fresh `Tx` for one attempt, at the time of the clock."""
        return Tx(conn, now=self.clock.now(), by=by, dialect=dialect, house=self.house)

    def begin_reading(self, conn: sa.Connection, dialect: str) -> Reader:
        """A fresh `Reader`, at the time of the clock."""
        return Reader(conn, self.clock.now(), dialect, self.house)


@dataclass(frozen=True)
class Job(Generic[C, R]):
    """One request, ready to be attempted as often as it takes."""

    request: Callable[[Tx, C], R]
    command: C
    by: Actor


@dataclass(frozen=True)
class Result:
    """What a stored attempt came to. `recorded`: at least one entry was written."""

    answer: Done[Any] | Refused
    recorded: bool = False
    wakes: frozenset[str] = field(default_factory=frozenset)


def carry_out(job: Job[Any, Any], tx: Tx, hooks: Hooks) -> Result:
    """Run the function and write its entries. After `Refused` the caller must undo what it wrote."""
    try:
        value = job.request(tx, job.command)
    except ChaperoneError as error:
        return Result(Refused(error))
    _must_be_sound(tx)
    if tx.changed and not tx.entries:
        raise ChangeWithoutEntry(", ".join(sorted(tx.changed)))
    if tx.entries:
        hooks.write_entries(tx, tuple(tx.entries))
    _must_be_sound(tx)
    return Result(Done(value), bool(tx.entries), frozenset(tx.wakes))


def write_down_refusal(job: Job[Any, Any], tx: Tx, refused: Refused, hooks: Hooks) -> Result:
    """Store that the request was refused, in a transaction that holds nothing else of it."""
    hooks.write_refusal(tx, refused.error, type(job.command).__name__)
    if tx.entries:
        hooks.write_entries(tx, tuple(tx.entries))
    _must_be_sound(tx)
    return Result(refused, recorded=True, wakes=frozenset(tx.wakes))


def _must_be_sound(tx: Tx) -> None:
    # On PostgreSQL the COMMIT of a failed transaction rolls back *and reports success*.
    if tx.failed:
        raise WorkAfterFailure("A failed statement was swallowed.")
    if tx.conn.in_nested_transaction():
        raise OwnTransactionControl("A savepoint was left open.")
