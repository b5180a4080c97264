"""What every table shares: named constraints, the two kinds of tables, and column shorthands.

*Records* are what inspectors ask about: a change to one without an audit entry is refused by the
engine. *Plumbing* is how the service remembers its own work, and may be changed freely.
`lock_order` is the fixed order in which a transaction locks rows, so that two never wait for each
other in a ring.
"""

from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from service.store.columns import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

APPEND_ONLY = "append_only"


def record(lock_order: int | None = None, *, append_only: bool = False) -> dict[str, Any]:
    """Table options of a record; an append-only one is guarded by triggers (`store.fences`)."""
    return {"info": {"kind": "record", "lock_order": lock_order, APPEND_ONLY: append_only}}


def plumbing(*, append_only: bool = False) -> dict[str, Any]:
    """Table options of plumbing."""
    return {"info": {"kind": "plumbing", "lock_order": None, APPEND_ONLY: append_only}}


def one_of(column: str, values: object) -> CheckConstraint:
    """A column holds one of an enumeration's values."""
    allowed = ", ".join(f"'{value.value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def holds(name: str, condition: str) -> CheckConstraint:
    """A named condition on each row."""
    return CheckConstraint(condition, name=name)


def unique(*columns: str) -> UniqueConstraint:
    """No two rows share these columns."""
    return UniqueConstraint(*columns)


def at_most_one(name: str, *columns: str, where: str) -> Index:
    """No two rows share these columns among those that meet the condition."""
    from sqlalchemy import text

    return Index(
        name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )


def found_by(name: str, *columns: str, where: str | None = None) -> Index:
    """An index for one query, narrowed to the rows that query looks at."""
    from sqlalchemy import text

    if where is None:
        return Index(name, *columns)
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


INSTANT: Any = UtcDateTime
"""Column type of an instant; SQLModel wants a class."""
