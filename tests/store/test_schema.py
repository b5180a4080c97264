"""The database as migrated: nothing but what is declared, and every forbidden write refused by it."""

# ruff: noqa: S608 - names of our own tables, in statements that try to do harm

import asyncio
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from service.errors import Misconfigured
from service.policy.session import MOVES, SessionState
from service.store import fences, migrate
from service.store.outcomes import violated
from service.store.tables.base import APPEND_ONLY
from tests.store.rows import (
    AT,
    METADATA,
    OVERRIDE,
    ROWS,
    Row,
    admission,
    alert,
    assignment,
    clearance,
    cleared_child,
    consent,
    engagement,
    evidence,
    fill,
    insert,
    meeting,
    message,
    pledge,
    run,
    session,
    way_in,
)

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
Work = Callable[[sa.Connection], None]

APPEND_ONLY_TABLES = sorted(
    table.name for table in METADATA.sorted_tables if table.info.get(APPEND_ONLY)
)
NEVER_DELETED = sorted(str(row.__tablename__) for row in fences.NEVER_DELETED)


async def _prepare(url: str) -> None:
    await migrate.migrate(url)
    await run(url, fill, keep=True)


@pytest.fixture(scope="module")
def _sqlite_filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('schema') / 'chaperone.db'}"
    asyncio.run(_prepare(url))
    return url


@pytest.fixture(scope="module")
def _postgres_filled(postgres_server: Any) -> str:
    name = f"schema_{uuid.uuid4().hex}"
    postgres_server.psql(f"CREATE DATABASE {name}")
    url: str = postgres_server.get_uri(database=name)
    asyncio.run(_prepare(url))
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind with a row in every table; tests leave it as it is."""
    wanted = "_sqlite_filled" if request.param == "sqlite" else "_postgres_filled"
    url: str = request.getfixturevalue(wanted)
    return url


async def refusal(url: str, work: Work) -> str:
    """The name of the fence or constraint that refused the write."""
    with pytest.raises(sa.exc.IntegrityError) as refused:
        await run(url, work)
    return violated(refused.value, METADATA)


def sql(*statements: str) -> Work:
    """Statements, run one after the other."""

    def work(conn: sa.Connection) -> None:
        for statement in statements:
            conn.execute(sa.text(statement))

    return work


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


def test_every_append_only_table_has_a_row_to_try() -> None:
    assert set(APPEND_ONLY_TABLES) <= {table for table, _ in ROWS} | {"admissions"}


# --- ledgers ----------------------------------------------------------------------------------------


@pytest.mark.pitfall(58)
@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
async def test_a_ledger_cannot_be_changed(filled: str, table: str) -> None:
    column = next(iter(METADATA.tables[table].primary_key.columns)).name
    change = sql(f"UPDATE {table} SET {column} = {column}")
    assert await refusal(filled, change) == f"{table}_never_change"


@pytest.mark.pitfall(57)
@pytest.mark.parametrize("table", sorted({*APPEND_ONLY_TABLES, *NEVER_DELETED}))
async def test_evidence_cannot_be_deleted(filled: str, table: str) -> None:
    assert await refusal(filled, sql(f"DELETE FROM {table}")) == f"{table}_never_go"


# --- sessions ---------------------------------------------------------------------------------------


def way_to(state: SessionState) -> list[SessionState]:
    """The shortest chain of moves from booked to a state."""
    ways: dict[SessionState, list[SessionState]] = {SessionState.BOOKED: []}
    queue = [SessionState.BOOKED]
    while queue:
        here = queue.pop(0)
        for before, after in MOVES:
            if before is here and after not in ways:
                ways[after] = [*ways[here], after]
                queue.append(after)
    return ways[state]


def moving(*states: SessionState) -> Work:
    return sql(
        *(
            f"UPDATE sessions SET state = '{state.value}', reason = 'x' WHERE id = 'session_1'"
            for state in states
        )
    )


PAIRS = [(one, other) for one in SessionState for other in SessionState if one is not other]


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{one}-{other}" for one, other in PAIRS])
async def test_a_state_moves_by_the_table_or_not_at_all(
    filled: str, before: SessionState, after: SessionState
) -> None:
    work = moving(*way_to(before), after)
    if (before, after) in MOVES:
        await run(filled, work)
        return
    assert await refusal(filled, work) == "sessions_move_by_the_table"


@pytest.mark.parametrize("state", [s for s in SessionState if s is not SessionState.BOOKED])
async def test_a_session_begins_booked(filled: str, state: SessionState) -> None:
    def work(conn: sa.Connection) -> None:
        insert(conn, "sessions", session("session_9", state=state.value, reason="x"))

    assert await refusal(filled, work) == "sessions_begin_booked"


# --- writes that must not be possible ---------------------------------------------------------------


@dataclass(frozen=True)
class Forbidden:
    """A write, what has to be there first, and the name under which it is refused."""

    by: str
    table: str
    row: Row
    first: tuple[tuple[str, Row] | str, ...] = ()


CLOSED = "UPDATE meetings SET stage = 'closed', reason = 'x' WHERE id = 'meeting_1'"
OTHER_CLEARANCE = (
    ("clearances", clearance("clearance_2", session_id="session_2", host_id="host_2")),
    ("cleared_children", cleared_child("clearance_2")),
)

FORBIDDEN = {
    "a meeting without a clearance": Forbidden(
        "meetings_need_clearance", "meetings", meeting("m", clearance_id="nothing"), (CLOSED,)
    ),
    "a meeting under a clearance of no child": Forbidden(
        "meetings_need_clearance",
        "meetings",
        meeting("m", clearance_id="clearance_empty"),
        (CLOSED,),
    ),
    "a meeting under the clearance of another session": Forbidden(
        "meetings_need_clearance",
        "meetings",
        meeting("m", clearance_id="clearance_2"),
        (CLOSED, *OTHER_CLEARANCE),
    ),
    "a meeting on another host than was cleared": Forbidden(
        "meetings_need_clearance", "meetings", meeting("m", host_id="host_2"), (CLOSED,)
    ),
    "a meeting that begins open": Forbidden(
        "meetings_begin_intended",
        "meetings",
        meeting("m", stage="open", provider_id="9"),
        (CLOSED,),
    ),
    "a second live meeting": Forbidden("uq_meetings_live", "meetings", meeting("m")),
    "a meeting with a reference that was used": Forbidden(
        "uq_meetings_reference", "meetings", meeting("m", reference="REFmeeting_1"), (CLOSED,)
    ),
    "an admission to a closed meeting": Forbidden(
        "admissions_need_open_meeting", "admissions", admission("a"), (CLOSED,)
    ),
    "an admission to another session's meeting": Forbidden(
        "admissions_need_open_meeting", "admissions", admission("a", session_id="session_2")
    ),
    "a household without a child": Forbidden(
        "ck_admissions_households_name_the_child", "admissions", admission("a", child_id=None)
    ),
    "a tutor as their own second staff": Forbidden(
        "ck_clearances_two_different_staff",
        "clearances",
        clearance("c", second_staff_id="staff_1"),
    ),
    "a clearance without second staff": Forbidden(
        "nn_clearances_second_staff_id", "clearances", clearance("c", second_staff_id=None)
    ),
    "a clearance without a host": Forbidden(
        "nn_clearances_host_id", "clearances", clearance("c", host_id=None)
    ),
    **{
        f"a cleared child without {column}": Forbidden(
            f"nn_cleared_children_{column}",
            "cleared_children",
            cleared_child("clearance_empty", **{column: None}),
        )
        for column in ("consent_id", "pledge_id", "adult_id")
    },
    "a second current assignment": Forbidden(
        "uq_assignments_current", "assignments", assignment("a", staff_id="staff_3")
    ),
    "a release without a reason": Forbidden(
        "ck_assignments_released_with_reason",
        "assignments",
        assignment("a", session_id="session_2", released_at=AT),
    ),
    "a place in a ledger twice": Forbidden(
        "uq_consents_child_id_position", "consents", consent("c", 1)
    ),
    "a spoken word that nobody took down": Forbidden(
        "ck_consents_taken_down_by_a_person", "consents", consent("c", 2, route="phone")
    ),
    "a word taken down without evidence": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, route="phone", recorded_by="staff_1"),
    ),
    "a word by link that staff recorded": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, recorded_by="staff_1", evidence="x"),
    ),
    "a consent of an unknown kind": Forbidden(
        "ck_consents_kind_known", "consents", consent("c", 2, kind="perhaps")
    ),
    "a second standing promise": Forbidden("uq_pledges_standing", "pledges", pledge("p")),
    "a session that ends before it starts": Forbidden(
        "ck_sessions_starts_before_it_ends", "sessions", session("s", ends_at=AT)
    ),
    "a session without a purpose": Forbidden(
        "ck_sessions_purpose_stated", "sessions", session("s", purpose="  ")
    ),
    "a person in two sessions at once": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 119, 130)
    ),
    "a person in a session inside another": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 70, 80)
    ),
    "a check that its owner saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by="staff_1")
    ),
    "a check that nobody saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by=None)
    ),
    "an override of consent": Forbidden(
        "ck_overrides_code_may_be_overridden",
        "overrides",
        OVERRIDE | {"id": "o", "code": "consent_missing"},
    ),
    "an override without a reason": Forbidden(
        "ck_overrides_reason_stated", "overrides", OVERRIDE | {"id": "o", "reason": " "}
    ),
    "the same alert twice": Forbidden("uq_alerts_open", "alerts", alert("a")),
    "a closed alert without an outcome": Forbidden(
        "ck_alerts_closed_with_outcome", "alerts", alert("a", code="other", closed_at=AT)
    ),
    "a message to nobody": Forbidden(
        "ck_messages_to_a_parent_or_a_copy", "messages", message("m", parent_id=None)
    ),
    "a second way in for one person": Forbidden(
        "uq_ways_in_meeting_id_subject_id", "ways_in", way_in("w")
    ),
    "a second tree of one size": Forbidden(
        "pk_checkpoints", "checkpoints", {"size": 1, "note": "another", "at": AT}
    ),
    "an entry in two places": Forbidden(
        "uq_leaves_entry_id", "leaves", {"position": 1, "entry_id": 1}
    ),
}


@pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_the_database_refuses(filled: str, forbidden: Forbidden) -> None:
    def prepare(conn: sa.Connection) -> None:
        for step in forbidden.first:
            if isinstance(step, str):
                conn.execute(sa.text(step))
            else:
                insert(conn, *step)

    def work(conn: sa.Connection) -> None:
        prepare(conn)
        insert(conn, forbidden.table, forbidden.row)

    await run(filled, prepare)  # what comes first is allowed
    assert await refusal(filled, work) == forbidden.by


async def test_a_person_may_be_in_one_session_right_after_another(filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        insert(conn, "engagements", engagement("session_2", 120, 130))

    await run(filled, work)


@pytest.mark.parametrize("stage", ["closing", "closed", "failed"])
async def test_a_meeting_never_reopens(filled: str, stage: str) -> None:
    work = sql(
        f"UPDATE meetings SET stage = '{stage}', reason = 'x'", "UPDATE meetings SET stage = 'open'"
    )
    assert await refusal(filled, work) == "meetings_never_reopen"


@pytest.mark.parametrize("change", ["clearance_id = 'clearance_empty'", "session_id = 'session_2'"])
async def test_a_meeting_keeps_the_clearance_it_was_made_under(filled: str, change: str) -> None:
    work = sql(f"UPDATE meetings SET {change}")
    assert await refusal(filled, work) == "meetings_keep_clearance"


async def test_an_open_meeting_is_known_at_the_provider(filled: str) -> None:
    work = sql("UPDATE meetings SET provider_id = NULL")
    assert await refusal(filled, work) == "ck_meetings_open_is_known"


async def test_a_session_is_not_over_without_a_reason(filled: str) -> None:
    work = sql("UPDATE sessions SET state = 'cancelled' WHERE id = 'session_1'")
    assert await refusal(filled, work) == "ck_sessions_over_has_a_reason"


async def test_moving_an_engagement_onto_another_is_refused(filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        insert(conn, "engagements", engagement("session_2", 120, 130))
        table = METADATA.tables["engagements"]
        mine = table.c.session_id == "session_2"
        conn.execute(table.update().where(mine).values(taken_from=AT))

    assert await refusal(filled, work) == "no_overlap"


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
async def test_a_disabled_trigger_refuses_the_start(_postgres_filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        conn.execute(sa.text("ALTER TABLE consents DISABLE TRIGGER consents_never_go"))
        assert fences.missing(conn) == ("consents_never_go",)

    await run(_postgres_filled, work)


@pytest.mark.postgres
async def test_a_trigger_put_on_another_event_refuses_the_start(_postgres_filled: str) -> None:
    def work(conn: sa.Connection) -> None:
        conn.execute(sa.text("DROP TRIGGER consents_never_go ON consents"))
        conn.execute(
            sa.text(
                "CREATE TRIGGER consents_never_go BEFORE INSERT ON consents"
                " FOR EACH ROW WHEN (false) EXECUTE FUNCTION fence_consents_never_go()"
            )
        )
        assert fences.missing(conn) == ("consents_never_go",)

    await run(_postgres_filled, work)


@pytest.mark.postgres
async def test_emptying_a_ledger_at_once_is_refused(_postgres_filled: str) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        await run(_postgres_filled, sql("TRUNCATE statements"))


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
