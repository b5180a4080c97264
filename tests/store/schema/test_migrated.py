"""The database as migrated: nothing but what is declared, and nobody else's."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from service.errors import Misconfigured
from service.store import fences, migrate
from tests.store.schema.raw import run, sql
from tests.store.schema.rows import METADATA

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


# --- migrated is declared ---------------------------------------------------------------------------


def differences(conn: sa.Connection) -> list[Any]:
    context = MigrationContext.configure(conn, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def test_a_migrated_database_is_what_the_tables_declare(filled: str) -> None:
    assert await run(filled, differences) == []


async def test_a_migrated_database_has_every_fence(filled: str) -> None:
    assert await run(filled, fences.missing) == ()


async def test_migrating_again_changes_nothing(filled: str) -> None:
    await migrate.migrate(filled)
    assert await run(filled, differences) == []
    assert await run(filled, fences.missing) == ()


def test_every_table_is_a_record_or_plumbing_and_has_named_constraints() -> None:
    for table in METADATA.sorted_tables:
        assert table.info["kind"] in ("record", "plumbing"), table.name
        for constraint in table.constraints:
            assert constraint.name, table.name


# --- whose database it is -----------------------------------------------------------------------------


async def start(url: str, mode: str = "demo", origin: str = "log.tuition.example") -> None:
    await migrate.check(url, mode=mode, origin=origin, now=NOW)


async def test_a_database_that_was_never_migrated_refuses_the_start(database_url: str) -> None:
    with pytest.raises(Misconfigured, match="chaperone migrate"):
        await start(database_url)


@pytest.mark.pitfall(71)
async def test_demo_and_production_never_share_a_database(database_url: str) -> None:
    await migrate.migrate(database_url)
    await start(database_url)
    await start(database_url)
    with pytest.raises(Misconfigured, match="mode demo"):
        await start(database_url, mode="production")
    with pytest.raises(Misconfigured, match="another audit log"):
        await start(database_url, origin="log.elsewhere.example")
    await start(database_url)


async def test_a_missing_fence_refuses_the_start(database_url: str) -> None:
    await migrate.migrate(database_url)
    await start(database_url)
    on = "" if database_url.startswith("sqlite") else " ON meetings"
    await run(database_url, sql(f"DROP TRIGGER meetings_need_clearance{on}"), keep=True)
    with pytest.raises(Misconfigured, match="meetings_need_clearance"):
        await start(database_url)
    await migrate.migrate(database_url)
    await start(database_url)
