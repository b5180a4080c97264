"""What the database itself forbids, whatever the program does.

Unique rules, checks and foreign keys stand with the tables. Here is the rest: ledgers that only
grow, moves between states, one person in one place at a time, no meeting without a clearance. The
conditions come from `policy`, so that no rule is written twice. Fences are installed after every
migration and compared with the live database at every start; a missing one refuses the start,
because some migrations drop triggers without a word (tried: Alembic's batch mode on SQLite).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.errors import Misconfigured
from service.policy.session import MOVES
from service.store import tables
from service.store.tables.base import APPEND_ONLY

NEVER_DELETED = (
    tables.SessionRow,
    tables.MeetingRow,
    tables.AlertRow,
    tables.AlertNoticeRow,
    tables.DesignationRow,
    tables.DutyTurnRow,
    tables.BreachRow,
    tables.MessageRow,
    tables.PledgeRow,
    tables.AssignmentRow,
    tables.AbsenceRow,
    tables.DutyRow,
    tables.HandOverRow,
    tables.ClearanceRow,
    tables.DeputyRow,
    tables.ProviderOutageRow,
    tables.SlipRow,
    tables.SecondDeviceRow,
)
"""Rows that change but never go: evidence outlives what it is about (pitfall 57)."""


@dataclass(frozen=True)
class Fence:
    """One forbidden change: on which table, at which statement, under which condition."""

    name: str
    table: str
    event: str
    forbidden_when: str


def _append_only() -> Iterator[Fence]:
    for table in SQLModel.metadata.sorted_tables:
        if table.info.get(APPEND_ONLY):
            yield Fence(f"{table.name}_never_change", table.name, "UPDATE", "1 = 1")
            yield Fence(f"{table.name}_never_go", table.name, "DELETE", "1 = 1")


def _never_deleted() -> Iterator[Fence]:
    for row in NEVER_DELETED:
        table = SQLModel.metadata.tables[str(row.__tablename__)]
        if not table.info.get(APPEND_ONLY):
            yield Fence(f"{table.name}_never_go", table.name, "DELETE", "1 = 1")


def _state_moves() -> Fence:
    allowed = " OR ".join(
        f"(OLD.state = '{one.value}' AND NEW.state = '{other.value}')" for one, other in MOVES
    )
    return Fence(
        "sessions_move_by_the_table",
        "sessions",
        "UPDATE",
        f"OLD.state <> NEW.state AND NOT ({allowed})",
    )


CLEARANCE_OF_MEETING = (
    "NOT EXISTS (SELECT 1 FROM clearances c JOIN cleared_children k ON k.clearance_id = c.id"
    " WHERE c.id = NEW.clearance_id AND c.session_id = NEW.session_id AND c.host_id = NEW.host_id)"
)


def _emptied() -> Iterator[Fence]:
    """PostgreSQL can empty a table without a row trigger seeing it."""
    for fence in (*_append_only(), *_never_deleted()):
        if fence.event == "DELETE":
            yield Fence(f"{fence.table}_never_emptied", fence.table, "TRUNCATE", "1 = 1")


FENCES: tuple[Fence, ...] = (
    *_append_only(),
    *_never_deleted(),
    _state_moves(),
    Fence("sessions_begin_booked", "sessions", "INSERT", "NEW.state <> 'booked'"),
    Fence("meetings_need_clearance", "meetings", "INSERT", CLEARANCE_OF_MEETING),
    Fence("meetings_begin_intended", "meetings", "INSERT", "NEW.stage <> 'intended'"),
    Fence(
        "meetings_keep_clearance",
        "meetings",
        "UPDATE",
        "OLD.clearance_id <> NEW.clearance_id OR OLD.session_id <> NEW.session_id",
    ),
    Fence(
        "meetings_never_reopen",
        "meetings",
        "UPDATE",
        "NEW.stage = 'open' AND OLD.stage NOT IN ('intended', 'open')",
    ),
    Fence(
        "admissions_need_open_meeting",
        "admissions",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM meetings m WHERE m.id = NEW.meeting_id"
        " AND m.session_id = NEW.session_id AND m.stage = 'open')",
    ),
    Fence(
        "concerns_leave_no_number_out",
        "concerns",
        "INSERT",
        "NEW.number <> 1 + (SELECT COUNT(*) FROM concerns c WHERE c.desk = NEW.desk)",
    ),
)

POSTGRES_FENCES = (*FENCES, *_emptied())

OVERLAP = "no_overlap"
"""The name both databases give to "one subject, two overlapping sessions"."""

_SQLITE_OVERLAP = tuple(
    Fence(
        f"{OVERLAP}_{event.lower()}",
        "engagements",
        event,
        "EXISTS (SELECT 1 FROM engagements e WHERE e.subject_id = NEW.subject_id"
        " AND e.session_id <> NEW.session_id"
        " AND e.taken_from < NEW.taken_until AND NEW.taken_from < e.taken_until)",
    )
    for event in ("INSERT", "UPDATE")
)


def _message(fence: Fence) -> str:
    return OVERLAP if fence in _SQLITE_OVERLAP else fence.name


def _sqlite_trigger(fence: Fence) -> str:
    return (
        f"CREATE TRIGGER {fence.name} BEFORE {fence.event} ON {fence.table}"
        f" WHEN {fence.forbidden_when} BEGIN SELECT RAISE(ABORT, '{_message(fence)}'); END"
    )


# Bits of pg_trigger.tgtype: row 1, before 2, insert 4, delete 8, update 16, truncate 32.
_POSTGRES_TYPE = {"INSERT": 7, "DELETE": 11, "UPDATE": 19, "TRUNCATE": 34}


def _postgres_body(fence: Fence) -> str:
    kept = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(fence.event, "NEW")
    return (
        f" BEGIN IF {fence.forbidden_when} THEN RAISE EXCEPTION '{fence.name}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{fence.name}'; END IF; RETURN {kept}; END "
    )


_POSTGRES_OVERLAP = (
    "EXCLUDE USING gist (subject_id WITH =, tstzrange(taken_from, taken_until) WITH &&)"
)


def install(conn: sa.Connection) -> None:
    """Put every fence in place, anew. Part of the migration's transaction."""
    if conn.dialect.name == "sqlite":
        for fence in FENCES + _SQLITE_OVERLAP:
            conn.execute(sa.text(f"DROP TRIGGER IF EXISTS {fence.name}"))
            conn.execute(sa.text(_sqlite_trigger(fence)))
        return
    for fence in POSTGRES_FENCES:
        _install_on_postgres(conn, fence)
    conn.execute(sa.text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
    conn.execute(sa.text(f"ALTER TABLE engagements DROP CONSTRAINT IF EXISTS {OVERLAP}"))
    conn.execute(sa.text(f"ALTER TABLE engagements ADD CONSTRAINT {OVERLAP} {_POSTGRES_OVERLAP}"))


def _install_on_postgres(conn: sa.Connection, fence: Fence) -> None:
    each = "STATEMENT" if fence.event == "TRUNCATE" else "ROW"
    for statement in (
        f"CREATE OR REPLACE FUNCTION fence_{fence.name}() RETURNS trigger"
        f" LANGUAGE plpgsql AS $fence${_postgres_body(fence)}$fence$",
        f"DROP TRIGGER IF EXISTS {fence.name} ON {fence.table}",
        f"CREATE TRIGGER {fence.name} BEFORE {fence.event} ON {fence.table}"
        f" FOR EACH {each} EXECUTE FUNCTION fence_{fence.name}()",
    ):
        conn.execute(sa.text(statement))


def missing(conn: sa.Connection) -> tuple[str, ...]:
    """The names of fences and constraints that the live database lacks or has otherwise."""
    if conn.dialect.name == "sqlite":
        return tuple(_missing_on_sqlite(conn))
    return tuple(_missing_on_postgres(conn))


def check(conn: sa.Connection) -> None:
    """Refuse to go on while a fence is missing: better no service than one that fails open."""
    lacking = missing(conn)
    if lacking:
        raise Misconfigured(
            "The database lacks protections that must be there: "
            f"{', '.join(lacking)}. Run `chaperone migrate`."
        )


def _declared_constraints() -> Iterator[tuple[str, str]]:
    for table in SQLModel.metadata.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, sa.CheckConstraint | sa.UniqueConstraint):
                yield table.name, str(constraint.name)
        for index in table.indexes:
            if index.unique:
                yield table.name, str(index.name)


def _missing_on_sqlite(conn: sa.Connection) -> Iterator[str]:
    rows = conn.execute(sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master")).all()
    triggers = {row.name: row.sql for row in rows if row.type == "trigger"}
    for fence in FENCES + _SQLITE_OVERLAP:
        if triggers.get(fence.name) != _sqlite_trigger(fence):
            yield fence.name
    table_sql = {row.name: row.sql for row in rows if row.type == "table"}
    indexes = {row.name for row in rows if row.type == "index"}
    for table, name in _declared_constraints():
        if name not in indexes and f"CONSTRAINT {name} " not in table_sql.get(table, ""):
            yield name


def _missing_on_postgres(conn: sa.Connection) -> Iterator[str]:
    triggers = {
        (row.tgname, row.relname): (row.tgtype, row.prosrc)
        for row in conn.execute(
            sa.text(
                "SELECT t.tgname, c.relname, t.tgtype, p.prosrc FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
                " AND c.relnamespace = current_schema()::regnamespace"
            )
        )
    }
    for fence in POSTGRES_FENCES:
        wanted = (_POSTGRES_TYPE[fence.event], _postgres_body(fence))
        if triggers.get((fence.name, fence.table)) != wanted:
            yield fence.name
    names = {
        row.conname: row.definition
        for row in conn.execute(
            sa.text(
                "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint"
                " WHERE connamespace = current_schema()::regnamespace"
            )
        )
    }
    if names.get(OVERLAP) != _POSTGRES_OVERLAP:
        yield OVERLAP
    indexes = {
        row.indexname
        for row in conn.execute(
            sa.text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
        )
    }
    for _table, name in _declared_constraints():
        if name not in names and name not in indexes:
            yield name
