"""A fence that is missing, or is there in name only, refuses the start."""

import re

import pytest
import sqlalchemy as sa

from service.errors import Misconfigured
from service.store import fences
from tests.store.schema.raw import Work, refusal, run, sql
from tests.store.schema.rows import METADATA

# --- a missing fence refuses the start ----------------------------------------------------------------


def dropping(fence: fences.Fence) -> Work:
    def work(conn: sa.Connection) -> None:
        where = "" if conn.dialect.name == "sqlite" else f" ON {fence.table}"
        conn.execute(sa.text(f"DROP TRIGGER {fence.name}{where}"))
        with pytest.raises(Misconfigured) as refused:
            fences.check(conn)
        assert f" {fence.name}." in refused.value.sentence

    return work


@pytest.mark.parametrize("fence", fences.FENCES, ids=lambda fence: fence.name)
async def test_a_dropped_fence_is_named_and_refuses_the_start(
    filled: str, fence: fences.Fence
) -> None:
    await run(filled, dropping(fence))


@pytest.mark.parametrize("fence", fences.FENCES, ids=lambda fence: fence.name)
async def test_a_fence_that_was_made_harmless_refuses_the_start(
    filled: str, fence: fences.Fence
) -> None:
    def work(conn: sa.Connection) -> None:
        if conn.dialect.name == "sqlite":
            conn.execute(sa.text(f"DROP TRIGGER {fence.name}"))
            conn.execute(
                sa.text(
                    f"CREATE TRIGGER {fence.name} BEFORE {fence.event} ON {fence.table}"
                    " WHEN 1 = 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
                )
            )
        else:
            conn.execute(
                sa.text(
                    f"CREATE OR REPLACE FUNCTION fence_{fence.name}() RETURNS trigger"
                    " LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$"
                )
            )
        assert fences.missing(conn) == (fence.name,)

    await run(filled, work)


@pytest.mark.postgres
async def test_a_disabled_trigger_refuses_the_start(postgres_filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        conn.execute(sa.text("ALTER TABLE consents DISABLE TRIGGER consents_never_go"))
        assert fences.missing(conn) == ("consents_never_go",)

    await run(postgres_filled, work)


@pytest.mark.postgres
async def test_a_trigger_put_on_another_event_refuses_the_start(postgres_filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        conn.execute(sa.text("DROP TRIGGER consents_never_go ON consents"))
        conn.execute(
            sa.text(
                "CREATE TRIGGER consents_never_go BEFORE INSERT ON consents"
                " FOR EACH ROW WHEN (false) EXECUTE FUNCTION fence_consents_never_go()"
            )
        )
        assert fences.missing(conn) == ("consents_never_go",)

    await run(postgres_filled, work)


EMPTIED = [fence for fence in fences.POSTGRES_FENCES if fence.event == "TRUNCATE"]


@pytest.mark.postgres
@pytest.mark.parametrize("fence", EMPTIED, ids=lambda fence: fence.name)
async def test_a_dropped_fence_against_emptying_refuses_the_start(
    postgres_filled: str, fence: fences.Fence
) -> None:
    await run(postgres_filled, dropping(fence))


@pytest.mark.pitfall(57)
@pytest.mark.postgres
async def test_no_ledger_can_be_emptied_at_once(postgres_filled: str) -> None:
    assert {fence.table for fence in EMPTIED} == {
        fence.table for fence in fences.FENCES if fence.event == "DELETE"
    }
    for fence in EMPTIED:
        work = sql(f"TRUNCATE {fence.table} CASCADE")
        assert (await refusal(postgres_filled, work)).endswith("_never_emptied")


async def test_a_dropped_overlap_rule_refuses_the_start(filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        if conn.dialect.name == "sqlite":
            conn.execute(sa.text("DROP TRIGGER no_overlap_insert"))
            conn.execute(sa.text("DROP TRIGGER no_overlap_update"))
            assert fences.missing(conn) == ("no_overlap_insert", "no_overlap_update")
            return
        conn.execute(sa.text("ALTER TABLE engagements DROP CONSTRAINT no_overlap"))
        assert fences.missing(conn) == ("no_overlap",)

    await run(filled, work)


UNIQUE_INDEXES = sorted(
    str(index.name) for table in METADATA.sorted_tables for index in table.indexes if index.unique
)


@pytest.mark.parametrize("index", UNIQUE_INDEXES)
async def test_a_dropped_unique_index_refuses_the_start(filled: str, index: str) -> None:
    def work(conn: sa.Connection) -> None:
        conn.execute(sa.text(f"DROP INDEX {index}"))
        assert fences.missing(conn) == (index,)

    await run(filled, work)


CONSTRAINTS = sorted(
    (table.name, str(constraint.name))
    for table in METADATA.sorted_tables
    for constraint in table.constraints
    if isinstance(constraint, sa.CheckConstraint | sa.UniqueConstraint)
)


@pytest.mark.parametrize(("table", "name"), CONSTRAINTS, ids=[name for _, name in CONSTRAINTS])
async def test_a_dropped_constraint_refuses_the_start(filled: str, table: str, name: str) -> None:
    def work(conn: sa.Connection) -> None:
        if conn.dialect.name == "sqlite":
            _strip(conn, table, name)
        else:
            conn.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"))
        assert fences.missing(conn) == (name,)

    await run(filled, work)


def _strip(conn: sa.Connection, table: str, name: str) -> None:
    """Take one constraint's name out of a table's own text, as a careless rebuild would."""
    conn.exec_driver_sql("PRAGMA writable_schema=ON")
    was = conn.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"),
        {"table": table},
    ).scalar_one()
    now = re.sub(rf"CONSTRAINT {name} ", "", was)
    assert now != was
    conn.execute(
        sa.text("UPDATE sqlite_master SET sql = :now WHERE type = 'table' AND name = :table"),
        {"now": now, "table": table},
    )
