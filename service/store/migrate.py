"""Brings a database to the newest schema, puts the fences up, and checks both at every start."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from service.errors import Misconfigured
from service.store import fences, schema
from service.store.house import House
from service.store.tables import InstallationRow, table_of
from service.store.who_is_who import contacts

INSTALLATION = table_of(InstallationRow)
MIGRATIONS = Path(__file__).parent / "migrations"

Work = Callable[[sa.Connection], None]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(conn: sa.Connection) -> None:
    """Migrate and fence in one transaction: both databases can roll schema changes back."""
    schema.declared(SQLModel.metadata)
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
    fences.install(conn)
    fences.check(conn)


async def migrate(url: str, house: House | None = None) -> None:
    """Bring the database at the address to the newest schema, and with the keys of its house also what
    was digested in an older form. Safe to run again."""

    def run(conn: sa.Connection) -> None:
        _upgrade(conn)
        if house is not None:
            contacts.digest_anew(conn, house)

    await _run(url, run)


async def check(url: str, *, mode: str, origin: str, now: datetime) -> None:
    """Refuse to start on an old schema, a missing fence, or another installation's data.

    The first start writes down mode and log origin; later ones must agree (pitfall 71).
    """

    def run(conn: sa.Connection) -> None:
        _must_be_newest(conn)
        fences.check(conn)
        _must_be_ours(conn, mode, origin, now)

    await _run(url, run)


def _must_be_newest(conn: sa.Connection) -> None:
    current = MigrationContext.configure(conn).get_current_revision()
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if current != newest:
        raise Misconfigured("The database has not the newest schema. Run `chaperone migrate`.")


def _must_be_ours(conn: sa.Connection, mode: str, origin: str, now: datetime) -> None:
    row = conn.execute(sa.select(INSTALLATION)).one_or_none()
    if row is None:
        conn.execute(INSTALLATION.insert().values(id=1, mode=mode, origin=origin, created_at=now))
        return
    if row.mode != mode:
        raise Misconfigured(
            f"This database belongs to mode {row.mode}; it cannot be opened in mode {mode}."
        )
    if row.origin != origin:
        raise Misconfigured("This database belongs to another audit log (CHAPERONE_LOG_KEY).")


async def _run(url: str, work: Work) -> None:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        _run_on_file(address, work)
        return
    engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as conn:
            await conn.run_sync(work)
    finally:
        await engine.dispose()


def _run_on_file(address: sa.URL, work: Work) -> None:
    engine = sa.create_engine(address.set(drivername="sqlite"))

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    @sa.event.listens_for(engine, "begin")
    def _begun(conn: sa.Connection) -> None:
        # The driver would begin only at the first write and commit before DDL.
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as conn:
            work(conn)
    finally:
        engine.dispose()
