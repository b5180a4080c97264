"""One row in every table of records: a session that was opened, with everything it rests on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from service.store import schema

R = TypeVar("R")
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
STARTS, ENDS = AT + timedelta(hours=1), AT + timedelta(hours=2)
DAY = date(2026, 1, 1)
SEALED = b"sealed"

METADATA = schema.declared(SQLModel.metadata)

Row = dict[str, Any]


def staff(staff_id: str) -> Row:
    """A member of staff."""
    return {
        "id": staff_id,
        "name_sealed": SEALED,
        "account_sealed": SEALED,
        "account_domain": "tuition.example",
        "contact_keys": "[]",
        "created_at": AT,
        "version": 1,
    }


def session(session_id: str, **changes: Any) -> Row:
    """A booked session."""
    return {
        "id": session_id,
        "state": "booked",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "local_start": "2026-11-24T16:00",
        "zone": "Europe/London",
        "purpose": "Fractions",
        "tutor_id": "staff_1",
        "provider": "zoom",
        "host_id": "host_1",
        "cover_mode": "throughout",
        "terms": 1,
        "opens_at": AT,
        "lapses_at": STARTS,
        "booked_by": "staff_1",
        "created_at": AT,
        "version": 1,
    } | changes


def clearance(clearance_id: str, **changes: Any) -> Row:
    """A clearance of the first session."""
    return {
        "id": clearance_id,
        "session_id": "session_1",
        "terms": 1,
        "tutor_id": "staff_1",
        "second_staff_id": "staff_2",
        "host_id": "host_1",
        "at": AT,
    } | changes


def cleared_child(clearance_id: str, **changes: Any) -> Row:
    """What a child's clearance rests on."""
    return {
        "clearance_id": clearance_id,
        "child_id": "child_1",
        "consent_id": "consent_1",
        "pledge_id": "pledge_1",
        "adult_id": "parent_1",
    } | changes


def meeting(meeting_id: str, **changes: Any) -> Row:
    """An intended meeting of the first session."""
    return {
        "id": meeting_id,
        "session_id": "session_1",
        "clearance_id": "clearance_1",
        "host_id": "host_1",
        "provider": "zoom",
        "host_account": "hostA",
        "reference": f"REF{meeting_id}",
        "stage": "intended",
        "intended_at": AT,
    } | changes


def engagement(session_id: str, starts: int, ends: int, **changes: Any) -> Row:
    """A tutor taken for some minutes counted from `AT`."""
    return {
        "session_id": session_id,
        "subject_id": "staff_1",
        "taken_as": "tutor",
        "taken_from": AT + timedelta(minutes=starts),
        "taken_until": AT + timedelta(minutes=ends),
    } | changes


def assignment(assignment_id: str, **changes: Any) -> Row:
    """The second member of staff of the first session."""
    return {
        "id": assignment_id,
        "session_id": "session_1",
        "staff_id": "staff_2",
        "assigned_by": "staff_1",
        "assigned_at": AT,
    } | changes


def consent(consent_id: str, position: int, **changes: Any) -> Row:
    """A yes by link."""
    return {
        "id": consent_id,
        "child_id": "child_1",
        "position": position,
        "purpose": "take_part",
        "giver_id": "parent_1",
        "kind": "given",
        "route": "link",
        "at": AT,
        "policy_version": "v1",
        "wording": "I agree.",
        "language": "en",
    } | changes


def pledge(pledge_id: str, **changes: Any) -> Row:
    """A promise by link."""
    return {
        "id": pledge_id,
        "session_id": "session_1",
        "child_id": "child_1",
        "adult_id": "parent_1",
        "terms": 1,
        "mode": "in_the_room",
        "route": "link",
        "made_at": AT,
    } | changes


def admission(admission_id: str, **changes: Any) -> Row:
    """The child's household is let in."""
    return {
        "id": admission_id,
        "session_id": "session_1",
        "meeting_id": "meeting_1",
        "place": "household",
        "subject_id": "child_1",
        "child_id": "child_1",
        "second_staff_presence": "by_provider",
        "at": AT,
    } | changes


def evidence(evidence_id: str, **changes: Any) -> Row:
    """A background check, seen by a colleague."""
    return {
        "id": evidence_id,
        "staff_id": "staff_1",
        "kind": "background_check",
        "seen_on": DAY,
        "seen_by": "staff_2",
        "at": AT,
    } | changes


def alert(alert_id: str, **changes: Any) -> Row:
    """An open alert."""
    return {
        "id": alert_id,
        "subject_id": "session_1",
        "session_id": "session_1",
        "code": "overran",
        "times": 1,
        "opened_at": AT,
        "last_at": AT,
    } | changes


def message(message_id: str, **changes: Any) -> Row:
    """A message to a parent."""
    return {
        "id": message_id,
        "once_key": message_id,
        "template": "session_off",
        "parent_id": "parent_1",
        "subject": "A session does not take place",
        "text_sealed": SEALED,
        "created_at": AT,
    } | changes


def way_in(way_in_id: str, **changes: Any) -> Row:
    """The household's way in."""
    return {
        "id": way_in_id,
        "meeting_id": "meeting_1",
        "place": "household",
        "subject_id": "child_1",
        "door_code": "ABC234",
        "registrant_id": "reg_1",
        "url_sealed": SEALED,
    } | changes


def signal(signal_id: str, **changes: Any) -> Row:
    """The call started."""
    return {
        "id": signal_id,
        "digest": signal_id,
        "provider": "zoom",
        "provider_id": "81",
        "meeting_id": "meeting_1",
        "kind": "started",
        "occurrence": "u1",
        "registrant_id": "",
        "account_id": "",
        "connection": "",
        "new_role": "",
        "as_host": False,
        "happened_at": AT,
        "received_at": AT,
    } | changes


def statement(statement_id: str, **changes: Any) -> Row:
    """The tutor's statement."""
    return {
        "id": statement_id,
        "session_id": "session_1",
        "witness": "tutor",
        "witness_id": "staff_1",
        "took_place": "yes",
        "adult_present": "yes",
        "second_staff_present": "yes",
        "route": "link",
        "jws": "a.b.c",
        "made_at": AT,
    } | changes


def parent(parent_id: str) -> Row:
    """A parent."""
    return {
        "id": parent_id,
        "name_sealed": SEALED,
        "contact_keys": "[]",
        "language": "en",
        "created_at": AT,
        "version": 1,
    }


def child(child_id: str) -> Row:
    """A child."""
    return {
        "id": child_id,
        "name_sealed": SEALED,
        "born_on": DAY,
        "ledger_position": 1,
        "created_at": AT,
        "version": 1,
    }


HOST: Row = {
    "provider": "zoom",
    "account_domain": "tuition.example",
    "created_at": AT,
    "version": 1,
}
POLICY: Row = {
    "version": "v1",
    "position": 1,
    "owner": "The board",
    "text": "Be kind.",
    "review_on": DAY,
    "asks_fresh_agreement": False,
    "published_at": AT,
}
NOMINATION: Row = {
    "id": "nomination_1",
    "child_id": "child_1",
    "position": 1,
    "giver_id": "parent_1",
    "adult_id": "parent_1",
    "named": True,
    "route": "link",
    "at": AT,
}
CHECK_IN: Row = {
    "id": "checkin_1",
    "session_id": "session_1",
    "child_id": "child_1",
    "adult_id": "parent_1",
    "terms": 1,
    "route": "link",
    "at": AT,
}
STAFF_CHECK_IN: Row = {
    "id": "staffcheckin_1",
    "session_id": "session_1",
    "staff_id": "staff_2",
    "place": "second_staff",
    "in_the_room": True,
    "at": AT,
}
SIGHTING: Row = {
    "id": "sighting_1",
    "session_id": "session_1",
    "child_id": "child_1",
    "staff_id": "staff_2",
    "result": "seen",
    "at": AT,
}
OVERRIDE: Row = {
    "id": "override_1",
    "session_id": "session_1",
    "code": "outside_hours",
    "staff_id": "staff_9",
    "reason": "Exam",
    "expires_at": ENDS,
    "at": AT,
}
ENTRY: Row = {"id": 1, "uid": "entry_1", "kind": "session.booked", "leaf": b"{}", "at": AT}

ROWS: list[tuple[str, Row]] = [
    *(("staff", staff(f"staff_{n}")) for n in (1, 2, 3)),
    *(("parents", parent(f"parent_{n}")) for n in (1, 2)),
    *(("children", child(f"child_{n}")) for n in (1, 2)),
    *(("hosts", HOST | {"id": f"host_{n}", "account": f"host{n}"}) for n in (1, 2)),
    ("policies", POLICY),
    ("staff_evidence", evidence("evidence_1")),
    ("sessions", session("session_1")),
    ("sessions", session("session_2")),
    ("session_children", {"session_id": "session_1", "child_id": "child_1"}),
    ("engagements", engagement("session_1", 60, 120)),
    ("assignments", assignment("assignment_1")),
    ("consents", consent("consent_1", 1)),
    ("nominations", NOMINATION),
    ("pledges", pledge("pledge_1")),
    ("check_ins", CHECK_IN),
    ("staff_check_ins", STAFF_CHECK_IN),
    ("sightings", SIGHTING),
    ("overrides", OVERRIDE),
    ("clearances", clearance("clearance_1")),
    ("cleared_children", cleared_child("clearance_1")),
    ("clearances", clearance("clearance_empty")),
    ("meetings", meeting("meeting_1")),
    ("ways_in", way_in("wayin_1")),
    ("signals", signal("signal_1")),
    ("alerts", alert("alert_1")),
    ("messages", message("message_1")),
    ("statements", statement("statement_1")),
    ("entries", ENTRY),
    ("leaves", {"position": 0, "entry_id": 1}),
    ("tree_nodes", {"level": 0, "position": 0, "hash": b"x" * 32}),
    ("checkpoints", {"size": 1, "note": "note", "at": AT}),
]


def insert(conn: sa.Connection, table: str, row: Row) -> None:
    """Write one row past everything but the database itself."""
    conn.execute(METADATA.tables[table].insert().values(row))


def fill(conn: sa.Connection) -> None:
    """Write every row, open the meeting, and let the household in."""
    for table, row in ROWS:
        insert(conn, table, row)
    conn.execute(sa.text("UPDATE meetings SET stage = 'open', provider_id = '81'"))
    insert(conn, "admissions", admission("admission_1"))


async def run(url: str, work: Callable[[sa.Connection], R], *, keep: bool = False) -> R:
    """Run a plain function in a transaction of its own; nothing of it stays unless said so."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _run_on_file(address, work, keep)
    engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as conn:
            answer = await conn.run_sync(work)
            await (conn.commit() if keep else conn.rollback())
            return answer
    finally:
        await engine.dispose()


def _run_on_file(address: sa.URL, work: Callable[[sa.Connection], R], keep: bool) -> R:
    engine = sa.create_engine(address.set(drivername="sqlite"))

    @sa.event.listens_for(engine, "connect")
    def _connected(driver: Any, _record: object) -> None:
        driver.isolation_level = None
        driver.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def _begun(conn: sa.Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as conn:
            answer = work(conn)
            if keep:
                conn.commit()
            else:
                conn.rollback()
            return answer
    finally:
        engine.dispose()
