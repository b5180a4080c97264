"""What a request function is given, for the length of one attempt."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import uuid_utils
from sqlalchemy.sql.dml import UpdateBase

from service.errors import ChaperoneError
from service.policy.people import Actor
from service.store.house import House
from service.store.outcomes import OutOfOrderLock, TxOver, UncheckedStatement, violated

RECORD = "record"
PLUMBING = "plumbing"

R = TypeVar("R")


@dataclass(frozen=True)
class Reader:
    """What a reading function is given: one unchanging view of the database."""

    conn: sa.Connection
    now: datetime
    dialect: str
    house: House


class Tx:
    """What a request function is given, for the length of one attempt.

    `now` is one aware UTC instant per attempt. An attempt may be repeated from the start, with
    fresh `now`, ids and salts, so a function keeps nothing outside its own variables.
    """

    def __init__(
        self, conn: sa.Connection, *, now: datetime, by: Actor, dialect: str, house: House
    ) -> None:
        self.house = house
        self.now = now
        self.by = by
        self.dialect = dialect
        self.wakes: set[str] = set()
        self.entries: list[object] = []
        self.changed: set[str] = set()
        self.failed = False
        self._conn: sa.Connection | None = conn
        self._locked: sa.Table | None = None

    @property
    def conn(self) -> sa.Connection:
        """The Core connection of this attempt."""
        if self._conn is None:
            raise TxOver("This transaction is over.")
        return self._conn

    def new_id(self, prefix: str) -> str:
        """A fresh id: typed prefix and UUIDv7. Never a credential."""
        return f"{prefix}_{uuid_utils.uuid7().hex}"

    def salt(self) -> bytes:
        """32 fresh random bytes."""
        return os.urandom(32)

    def lock(self, table: sa.Table, ids: Iterable[str]) -> None:
        """Hold these rows against every other locker until the end of the transaction.

        Tables are locked in the order of their `info["lock_order"]`. On SQLite there is one writer,
        so only the order is checked.
        """
        self._keep_lock_order(table)
        wanted = sorted(set(ids))
        if self.dialect == "sqlite" or not wanted:
            return
        rows = sa.select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.id)
        self.conn.execute(rows.with_for_update()).all()

    def record(self, entry: object) -> None:
        """Note an audit entry; it is written with the change, in the same transaction."""
        self.entries.append(entry)

    def wake(self, name: str) -> None:
        """Wake this reconciler once the transaction is stored."""
        self.wakes.add(name)

    def try_write(self, statement: UpdateBase, rows: Any = None) -> str | None:
        """Run one statement so that its refusal undoes it alone: the name of the constraint that
        refused it, or None when it is written. See `violated` for the names."""
        # SQLite undoes one refused statement by itself (https://www.sqlite.org/lang_conflict.html,
        # ABORT); PostgreSQL, and a statement run for several rows, need a savepoint.
        alone = self.dialect == "sqlite" and not isinstance(rows, list)
        before = frozenset(self.changed)
        try:
            with nullcontext() if alone else self.conn.begin_nested():
                self.conn.execute(statement, rows)
        except sa.exc.IntegrityError as error:
            self.failed = False
            # What was refused changed nothing, so it asks for no entry either.
            self.changed &= before
            return violated(error, target(statement).metadata)
        return None

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A trial: whatever is written inside is undone at the end, with its entries and wakes.

        Rows locked inside are let go again, so several trials may follow each other in any order.
        """
        entries, wakes, changed, locked = self.entries, self.wakes, self.changed, self._locked
        self.entries, self.wakes, self.changed = [], set(), set()
        savepoint = self.conn.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
            self.failed = False
            self.entries, self.wakes, self.changed = entries, wakes, changed
            self._locked = locked

    def next_step(self) -> None:
        """Begin another command of a list, whose locks start at the first table again.

        What it locks should be held by then, as everything a list names is. Where it is not, two lists
        may wait for each other in a ring; the database ends one, and it is re-run.
        """
        self._locked = None

    def attempt(self, part: Callable[[], R]) -> R | ChaperoneError:
        """Do one part of the work so that its refusal undoes that part alone: what it answers, or the
        error it was refused with. Whatever it recorded, and whoever it would have woken, goes too."""
        entries, changed, wakes = list(self.entries), set(self.changed), set(self.wakes)
        try:
            with self.conn.begin_nested():
                return part()
        except ChaperoneError as error:
            self.entries, self.changed, self.wakes = entries, changed, wakes
            return error

    def close(self) -> None:
        """The attempt is over: whoever kept this object finds it dead."""
        self._conn = None

    def _keep_lock_order(self, table: sa.Table) -> None:
        before, self._locked = self._locked, table
        if table.info.get("lock_order") is None:
            raise OutOfOrderLock(f"{table.name} has no lock_order.")
        if before is None or before is table:
            return
        if table.info["lock_order"] <= before.info["lock_order"]:
            raise OutOfOrderLock(f"{table.name} is locked after {before.name}.")


def target(statement: UpdateBase) -> sa.Table:
    """The table a statement writes."""
    table = statement.table
    if not isinstance(table, sa.Table):
        raise UncheckedStatement("Only tables can be written.")
    return table
