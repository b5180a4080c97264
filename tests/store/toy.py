"""Small tables and request functions for the tests of the store's engine."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from service.errors import ChaperoneError, Conflict
from service.policy.people import Actor, system
from service.store.columns import UtcDateTime
from service.store.house import House
from service.store.transactions import (
    PLUMBING,
    RECORD,
    Reader,
    Store,
    Tx,
    declare_marks,
    open_store,
)

METADATA = sa.MetaData()
declare_marks(METADATA)

COUNTERS = sa.Table(
    "counters",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False, default=0),
    sa.CheckConstraint("value >= 0", name="ck_counters_value"),
    info={"kind": RECORD, "lock_order": 1},
)
NOTES = sa.Table(
    "notes",
    METADATA,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("counter", sa.ForeignKey("counters.id", name="fk_notes_counter"), nullable=False),
    sa.Column("page", sa.Integer, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.UniqueConstraint("counter", "page", name="uq_notes_page"),
    info={"kind": RECORD, "lock_order": 2},
)
ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("said", sa.String, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    info={"kind": RECORD},
)
SCRATCH = sa.Table(
    "scratch",
    METADATA,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("body", sa.LargeBinary),
    info={"kind": PLUMBING},
)
STRAY = sa.Table("stray", METADATA, sa.Column("id", sa.String(60), primary_key=True))

NOBODY_WRITES_HERE = {
    "sqlite": [
        "CREATE TRIGGER tr_entries_frozen BEFORE UPDATE ON entries "
        "BEGIN SELECT RAISE(ABORT, 'tr_entries_frozen'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION freeze() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'frozen' USING ERRCODE = 'integrity_constraint_violation', "
        "CONSTRAINT = 'tr_entries_frozen'; END $$",
        "CREATE TRIGGER tr_entries_frozen BEFORE UPDATE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION freeze()",
    ],
}

SOMEONE: Actor = system("test")
HOUSE = cast("House", object())  # the engine hands it on and never looks inside


@dataclass
class HandClock:
    """A clock that moves only when told."""

    moment: datetime = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.moment

    def pass_by(self, span: timedelta) -> None:
        """Move on."""
        self.moment += span


@dataclass
class Heard:
    """What the store told the rest of the house."""

    wakes: list[frozenset[str]] = field(default_factory=list)


def make_tables(conn: sa.Connection) -> None:
    """The toy schema with its trigger."""
    METADATA.create_all(conn)
    for statement in NOBODY_WRITES_HERE[conn.dialect.name]:
        conn.exec_driver_sql(statement)


async def prepare(url: str) -> None:
    """Create the toy schema in an empty database."""
    if url.startswith("sqlite"):
        await asyncio.to_thread(_prepare_file, url)
        return
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:", 1))
    async with engine.begin() as conn:
        await conn.run_sync(make_tables)
    await engine.dispose()


def _prepare_file(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as conn:
        make_tables(conn)
    engine.dispose()


def write_entries(tx: Tx, entries: Sequence[object]) -> None:
    """One row per entry."""
    rows = [{"id": tx.new_id("ent"), "said": str(e), "recorded_at": tx.now} for e in entries]
    tx.conn.execute(sa.insert(ENTRIES), rows)


def write_refusal(tx: Tx, error: ChaperoneError, name: str) -> None:
    """One row per refusal."""
    write_entries(tx, [f"refused {name} {error.code}"])


async def open_toy(url: str, clock: HandClock, heard: Heard | None = None, **more: object) -> Store:
    """A store on the toy schema."""
    told = heard if heard is not None else Heard()
    return await open_store(
        url,
        clock=clock,
        house=HOUSE,
        write_entries=write_entries,
        write_refusal=write_refusal,
        on_wake=told.wakes.append,
        **more,  # type: ignore[arg-type]
    )


# --- request functions --------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """Make a counter."""

    name: str


@dataclass(frozen=True)
class Count:
    """Add one, by reading and writing back."""

    name: str


@dataclass(frozen=True)
class Scribble:
    """Write bytes that nobody audits."""

    name: str
    size: int = 10


def open_counter(tx: Tx, command: Open) -> str:
    """Insert a counter at nought."""
    tx.conn.execute(sa.insert(COUNTERS).values(id=command.name, value=0))
    tx.record(f"opened {command.name}")
    return command.name


def count(tx: Tx, command: Count) -> int:
    """Read, add, write: loses updates unless the lock holds."""
    tx.lock(COUNTERS, [command.name])
    mine = COUNTERS.c.id == command.name
    value: int = tx.conn.execute(sa.select(COUNTERS.c.value).where(mine)).scalar_one() + 1
    tx.conn.execute(sa.update(COUNTERS).where(mine).values(value=value))
    tx.record(f"counted {value}")
    return value


def count_and_refuse(tx: Tx, command: Count) -> int:
    """Write first, then think better of it."""
    count(tx, command)
    raise Conflict("Not today.")


def scribble(tx: Tx, command: Scribble) -> str:
    """One plumbing row of the size wanted."""
    row = {"id": command.name, "body": b"x" * command.size}
    tx.conn.execute(sa.insert(SCRATCH), row)
    return command.name


def stumble(tx: Tx, command: Scribble) -> str:
    """A bug after a write."""
    scribble(tx, command)
    raise ZeroDivisionError


# --- looking ------------------------------------------------------------------------------------


def value_of(reader: Reader, name: str) -> int:
    """What the counter says."""
    query = sa.select(COUNTERS.c.value).where(COUNTERS.c.id == name)
    return int(reader.conn.execute(query).scalar_one())


def scribbled(reader: Reader) -> set[str]:
    """The names of all plumbing rows."""
    return set(reader.conn.execute(sa.select(SCRATCH.c.id)).scalars())


def said(reader: Reader) -> list[str]:
    """Every entry in order of identity."""
    return list(reader.conn.execute(sa.select(ENTRIES.c.said).order_by(ENTRIES.c.id)).scalars())


def on_disk(path: Path) -> set[str]:
    """The plumbing rows as another program sees them in the file."""
    driver = sqlite3.connect(path)
    names = {row[0] for row in driver.execute("SELECT id FROM scratch")}
    driver.close()
    return names
