"""What a transaction can come to: done, refused, not possible now, or a bug of ours.

Bugs are deliberately outside the tree of `service.errors`: nobody who calls us can mend them, and a
request function that trips over one must not look as if it had refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa

from service.errors import ChaperoneError, NotReady, StaleVersion

R = TypeVar("R")


@dataclass(frozen=True)
class Done(Generic[R]):
    """The change and its entries are stored; `value` is what the request function returned."""

    value: R


@dataclass(frozen=True)
class Refused:
    """The request function raised `error`: nothing it wrote is stored, its refusal entry is."""

    error: ChaperoneError


class Overtaken(StaleVersion):
    """What a request rests on was changed by another while it waited for the rows. It is attempted anew
    on the newest: nobody who makes a session safer is sent back because somebody else was faster."""


class StoreBug(Exception):
    """A request function broke a rule of the store. Nothing it wrote is stored."""


class ChangeWithoutEntry(StoreBug):
    """A table of records was changed and no entry was recorded in the same transaction."""


class UnlistedTable(StoreBug):
    """A table that is neither listed as a record nor as plumbing (`info["kind"]`) was changed."""


class UncheckedStatement(StoreBug):
    """A statement whose tables cannot be told, such as textual DML, was run in a transaction."""


class OwnTransactionControl(StoreBug):
    """A request function began to commit or roll back by itself, or left a savepoint open."""


class OutOfOrderLock(StoreBug):
    """Rows were locked against the fixed order of tables, which is how deadlocks are made."""


class WorkAfterFailure(StoreBug):
    """A statement failed outside a savepoint, and the request function carried on regardless."""


class TxOver(StoreBug):
    """A `Tx` or `Reader` was used after its request function had returned."""


def commit_unsure() -> NotReady:
    """The one `NotReady` that does not mean "nothing was changed": look before asking again."""
    return NotReady(
        "The database did not confirm this. It may or may not have been stored: look before "
        "repeating it.",
        code="commit_unsure",
    )


# --- which constraint said no -------------------------------------------------------------------

_SQLITE_SAID = re.compile(r"^(CHECK|UNIQUE|NOT NULL|FOREIGN KEY) constraint failed(?:: (.*))?$")
_WRITTEN_TABLE = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE)\s+"?(\w+)"?', re.IGNORECASE)
_NOT_NULL_VIOLATION = "23502"


def violated(error: sa.exc.IntegrityError, metadata: sa.MetaData) -> str:
    """The name of the constraint that refused a statement, the same on both databases.

    A trigger names itself: `RAISE(ABORT, '<name>')` on SQLite, `USING CONSTRAINT = '<name>'` on
    PostgreSQL. NOT NULL gives `nn_<table>_<column>`. SQLite does not say which foreign key failed:
    it is named when the written table has only one, otherwise the answer is "foreign_key".
    """
    cause = getattr(error.orig, "__cause__", None)
    if getattr(error.orig, "sqlstate", None) == _NOT_NULL_VIOLATION:
        return f"nn_{cause.table_name}_{cause.column_name}"  # type: ignore[union-attr]
    name = getattr(cause, "constraint_name", None)
    return name if name is not None else _sqlite_name(error, metadata)


def _sqlite_name(error: sa.exc.IntegrityError, metadata: sa.MetaData) -> str:
    said = _SQLITE_SAID.match(str(error.orig))
    if said is None:
        return str(error.orig)
    kind, rest = said[1], said[2] or ""
    if kind == "UNIQUE":
        return _unique_name(rest, metadata)
    if kind == "NOT NULL":
        return "nn_" + rest.replace(".", "_")
    return rest if kind == "CHECK" else _foreign_key_name(error.statement or "", metadata)


def _unique_name(rest: str, metadata: sa.MetaData) -> str:
    if rest.startswith("index "):
        return rest.removeprefix("index ").strip("'")
    pairs = [column.split(".", 1) for column in rest.split(", ")]
    table = metadata.tables.get(pairs[0][0])
    names = {pair[1] for pair in pairs}
    return rest if table is None else next(_named_unique(table, names), rest)


def _named_unique(table: sa.Table, columns: set[str]) -> Iterator[str]:
    kinds = sa.UniqueConstraint | sa.PrimaryKeyConstraint
    found = (*(c for c in table.constraints if isinstance(c, kinds)), *table.indexes)
    for item in found:
        unique = not isinstance(item, sa.Index) or item.unique
        if unique and item.name and {column.name for column in item.columns} == columns:
            yield str(item.name)


def _foreign_key_name(statement: str, metadata: sa.MetaData) -> str:
    written = _WRITTEN_TABLE.match(statement)
    table = metadata.tables.get(written[1]) if written else None
    keys = list(table.foreign_key_constraints) if table is not None else []
    return str(keys[0].name) if len(keys) == 1 else "foreign_key"
