"""The rules a request function is held to.

They stand in the engine's events, so they hold whatever the function calls: every statement of an
attempt is seen before it runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.sql.dml import UpdateBase

from service.store.outcomes import (
    OwnTransactionControl,
    UncheckedStatement,
    UnlistedTable,
    WorkAfterFailure,
)
from service.store.tx import PLUMBING, RECORD, Tx, target

_under_way: dict[sa.Connection, Tx] = {}


@contextmanager
def under_rules(tx: Tx) -> Iterator[Tx]:
    """While this lasts, every statement on the connection of `tx` is held to the rules."""
    conn = tx.conn
    _under_way[conn] = tx
    try:
        yield tx
    finally:
        del _under_way[conn]
        tx.close()


def enforce(engine: sa.Engine) -> None:
    """Hold every attempt that runs on this engine to the rules."""
    sa.event.listen(engine, "before_cursor_execute", _before_statement)
    sa.event.listen(engine, "handle_error", _after_failure)
    sa.event.listen(engine, "rollback_savepoint", _after_savepoint_undone)
    sa.event.listen(engine, "commit", _before_ending)
    sa.event.listen(engine, "rollback", _before_ending)


def _before_statement(
    conn: sa.Connection, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool
) -> None:
    tx = _under_way.get(conn)
    if tx is None:
        return
    if tx.failed:
        raise WorkAfterFailure("A statement failed before this one.")
    compiled = context.compiled
    if compiled is not None and not context.is_text:
        tx.changed |= _records_written(compiled)
    elif not text.lstrip().upper().startswith("SELECT"):
        raise UncheckedStatement("Only Core statements may change anything.")


_written_by: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def _records_written(compiled: Any) -> frozenset[str]:
    known = _written_by.get(compiled)
    if known is None:
        known = _written_by[compiled] = frozenset(_find_records(compiled.statement))
    return known


def _find_records(statement: Any) -> Iterator[str]:
    if isinstance(statement, sa.schema.ExecutableDDLElement):
        raise UncheckedStatement("The schema changes by migrations only.")
    for part in sa.sql.visitors.iterate(statement):
        if not isinstance(part, UpdateBase):
            continue
        kind = target(part).info.get("kind")
        if kind not in (RECORD, PLUMBING):
            raise UnlistedTable(target(part).name)
        if kind == RECORD:
            yield target(part).name


def _after_failure(context: sa.engine.ExceptionContext) -> None:
    tx = _under_way.get(context.connection) if context.connection is not None else None
    if tx is not None:
        tx.failed = True


def _after_savepoint_undone(conn: sa.Connection, _name: str, _context: None) -> None:
    tx = _under_way.get(conn)
    if tx is not None:
        tx.failed = False


def _before_ending(conn: sa.Connection) -> None:
    # A commit inside a shared SQLite batch would store the half-done work of others as well.
    if conn in _under_way:
        raise OwnTransactionControl("The store commits; a request function must not.")
