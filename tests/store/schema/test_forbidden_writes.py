"""Every forbidden write is tried in raw SQL, and the database refuses it by name."""

# ruff: noqa: S608 - names of our own tables, in statements that try to do harm

import pytest
import sqlalchemy as sa

from service.policy.session import MOVES, SessionState
from service.store import fences
from service.store.tables.base import APPEND_ONLY
from tests.store.schema.everything import ROWS, insert
from tests.store.schema.forbidden import FORBIDDEN
from tests.store.schema.forbidden.write import Forbidden
from tests.store.schema.raw import Work, refusal, run, sql
from tests.store.schema.rows import AT, METADATA, engagement, session

APPEND_ONLY_TABLES = sorted(
    table.name for table in METADATA.sorted_tables if table.info.get(APPEND_ONLY)
)
NEVER_DELETED = sorted(str(row.__tablename__) for row in fences.NEVER_DELETED)


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
