"""Many rooms under way: sessions of `cleared` with an open meeting, and everybody in it.

The rows go straight into the tables, as the door and the webhooks would have left them.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bench import cleared
from bench.cleared import PER_TRANSACTION, Made, Part, Row, Rows
from bench.organisation import do
from service.audit.events import Entry, Event
from service.policy.session import SessionState
from service.store import tables
from service.store.meetings.meetings import MEETINGS
from service.store.sessions.sessions import SESSIONS
from service.store.transactions import Store, Tx
from service.store.work import WORK

BEGAN = timedelta(minutes=10)
LOOKED_AT_IN = timedelta(hours=1)
CONSENTS = tables.table_of(tables.ConsentRow)
PLEDGES = tables.table_of(tables.PledgeRow)
_EVIDENCE = (
    sa.select(CONSENTS.c.id.label("consent_id"), PLEDGES.c.id.label("pledge_id"))
    .join(PLEDGES, PLEDGES.c.child_id == CONSENTS.c.child_id)
    .where(CONSENTS.c.child_id == sa.bindparam("child"))
)

HOST_ACCOUNT = "hostAAAAAAAAAAAAAAAAAA"


async def fill(store: Store, count: int, now: datetime) -> None:
    """Store so many rooms that have been under way for ten minutes. No reconciler is due in them."""
    starts_at = await cleared.fill(store, count, now, -BEGAN)
    for first in range(0, count, PER_TRANSACTION):
        part = Part(first, min(PER_TRANSACTION, count - first), starts_at)
        await do(store, _begin, part)


def session_of(number: int) -> str:
    """The id of a session."""
    return f"session_{number:05d}"


def meeting_at_zoom(number: int) -> str:
    """The provider's id of a meeting."""
    return str(91_000_000_000 + number)


def occurrence_of(number: int) -> str:
    """The provider's id of the call."""
    return f"call{number:05d}=="


def tutor_at_zoom(number: int) -> str:
    """As whom the provider knows a tutor."""
    return f"tutor{number:05d}"


def household_at_zoom(number: int) -> str:
    """As whom the provider knows a household."""
    return f"household{number:05d}"


def _begin(tx: Tx, part: Part) -> None:
    numbers = range(part.first, part.first + part.count)
    ids = [session_of(number) for number in numbers]
    for state in (SessionState.OPENING, SessionState.OPEN, SessionState.LIVE):
        mine = SESSIONS.c.id.in_(ids)
        tx.conn.execute(SESSIONS.update().where(mine).values(state=state.value))
    due = {"kind": "withdraw_uncleared", "due_at": tx.now + LOOKED_AT_IN}
    tx.conn.execute(WORK.update().where(WORK.c.subject_id.in_(ids)).values(due))
    _insert(tx, (row for number in numbers for row in _meeting(tx, number)))
    opened = {"stage": "open", "opened_at": tx.now, "verified_at": tx.now}
    tx.conn.execute(MEETINGS.update().where(MEETINGS.c.session_id.in_(ids)).values(opened))
    _insert(tx, (row for number in numbers for row in _people(tx, number, part.starts_at)))
    tx.record(Entry(Event.MEETING_OPENED, "service", facts={"meetings": part.count}))


def _insert(tx: Tx, made: Made) -> None:
    rows: Rows = {}
    for table, row in made:
        rows.setdefault(table, []).append(row)
    for table, those in rows.items():
        tx.conn.execute(tables.table_of(table).insert(), those)


def _cleared(tx: Tx, number: int) -> Made:
    tutor, second = f"staff_tutor_{number:05d}", f"staff_second_{number:05d}"
    staff = {"tutor_id": tutor, "second_staff_id": second, "host_id": f"host_{number:05d}"}
    clearance = {"id": f"clearance_{number:05d}", "session_id": session_of(number), "terms": 1}
    yield tables.ClearanceRow, {**clearance, **staff, "at": tx.now}
    found = tx.conn.execute(_EVIDENCE, {"child": f"child_{number:05d}"}).one()
    rests_on = {"consent_id": found.consent_id, "pledge_id": found.pledge_id}
    child = {"child_id": f"child_{number:05d}", "adult_id": f"parent_{number:05d}"}
    yield tables.ClearedChildRow, {"clearance_id": clearance["id"], **child, **rests_on}


def _meeting(tx: Tx, number: int) -> Made:
    """What is written down of a meeting before it is open, its clearance first."""
    yield from _cleared(tx, number)
    yield (
        tables.MeetingRow,
        {
            "id": f"meeting_{number:05d}",
            "session_id": session_of(number),
            "clearance_id": f"clearance_{number:05d}",
            "host_id": f"host_{number:05d}",
            "provider": "zoom",
            "host_account": HOST_ACCOUNT,
            "reference": f"REF{number:07d}",
            "stage": "intended",
            "provider_id": meeting_at_zoom(number),
            "holder": "",
            "link_key": "",
            "intended_at": tx.now,
        },
    )


def _people(tx: Tx, number: int, starts_at: datetime) -> Made:
    tutor, second = f"staff_tutor_{number:05d}", f"staff_second_{number:05d}"
    child = f"child_{number:05d}"
    yield from _way_in(number, "tutor", tutor, tutor_at_zoom(number))
    yield from _way_in(number, "household", child, household_at_zoom(number))
    for place, subject in (("second_staff", second), ("tutor", tutor), ("household", child)):
        yield tables.AdmissionRow, _admission(tx, number, place, subject)
    yield tables.SightingRow, _sighting(tx, number)
    for kind, who, host in (
        ("started", "", False),
        ("joined", "", True),
        ("joined", tutor_at_zoom(number), False),
        ("joined", household_at_zoom(number), False),
    ):
        yield tables.SignalRow, _signal(tx, number, (kind, who, host), starts_at)


def _way_in(number: int, place: str, subject: str, registrant: str) -> Made:
    key = f"wayin_{place}_{number:05d}"
    custody = {"meeting_id": f"meeting_{number:05d}", "door_code": "AB-12", "url_sealed": b"-"}
    who = {"place": place, "subject_id": subject, "registrant_id": registrant}
    yield tables.WayInRow, {"id": key, **custody, **who}


def _admission(tx: Tx, number: int, place: str, subject: str) -> Row:
    return {
        "id": tx.new_id("admission"),
        "session_id": session_of(number),
        "meeting_id": f"meeting_{number:05d}",
        "place": place,
        "subject_id": subject,
        "child_id": subject if place == "household" else None,
        "second_staff_presence": "by_provider",
        "at": tx.now,
    }


def _sighting(tx: Tx, number: int) -> Row:
    return {
        "id": tx.new_id("sighting"),
        "session_id": session_of(number),
        "child_id": f"child_{number:05d}",
        "staff_id": f"staff_second_{number:05d}",
        "result": "seen",
        "at": tx.now,
    }


def _signal(tx: Tx, number: int, told: tuple[str, str, bool], starts_at: datetime) -> Row:
    kind, who, host = told
    key = tx.new_id("signal")
    return {
        "id": key,
        "digest": key,
        "provider": "zoom",
        "provider_id": meeting_at_zoom(number),
        "meeting_id": f"meeting_{number:05d}",
        "kind": kind,
        "occurrence": occurrence_of(number),
        "registrant_id": who,
        "account_id": "",
        "connection": f"{kind}{who}{host}",
        "new_role": "",
        "as_host": host,
        "happened_at": starts_at,
        "received_at": starts_at,
    }
