"""The mark each SQLite batch leaves, so that after a failed COMMIT we can look instead of guess."""

import sqlite3

import sqlalchemy as sa
from sqlalchemy.schema import conv

from service.errors import Misconfigured
from service.store.engine.sqlite_files import Link
from service.store.tx import PLUMBING

MARKS = "store_batches"


def declare_marks(metadata: sa.MetaData) -> sa.Table:
    """The plumbing table in which each batch leaves its mark: one row, the last batch committed."""
    return sa.Table(
        MARKS,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.CheckConstraint("id = 1", name=conv(f"ck_{MARKS}_one_row")),
        info={"kind": PLUMBING},
    )


def mark(link: Link, batch: str) -> None:
    """Leave the batch's mark, in the batch's own transaction."""
    link.driver.execute("INSERT OR REPLACE INTO store_batches (id, batch) VALUES (1, ?)", (batch,))


def last_mark(link: Link) -> str | None:
    """The last batch committed."""
    row = link.driver.execute("SELECT batch FROM store_batches WHERE id = 1").fetchone()
    return None if row is None else row[0]


def require_marks(link: Link) -> None:
    """Refuse a file without our tables."""
    try:
        last_mark(link)
    except sqlite3.OperationalError as error:
        link.close()
        raise Misconfigured("The database has no tables yet: run `chaperone migrate`.") from error
