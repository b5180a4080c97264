"""Sessions and who is taken for them. `move` is the one writer of a session's state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.audit.events import Entry, Event
from service.errors import NotFound, StaleVersion
from service.policy.people import ChildId, HostId, SessionId, StaffId
from service.policy.session import ENGAGED, OVER, CoverMode, Session, SessionState, moved
from service.store import work
from service.store.sessions import engagements
from service.store.tables import SessionChildRow, SessionRow, table_of
from service.store.transactions import Reader, Tx

SESSIONS = table_of(SessionRow)
SESSION_CHILDREN = table_of(SessionChildRow)

# Built once: SQLAlchemy takes longer to build such a statement than to run it.
_INSERT = SESSIONS.insert()
_INSERT_CHILDREN = SESSION_CHILDREN.insert()
_BY_ID = sa.select(SESSIONS).where(SESSIONS.c.id == sa.bindparam("wanted"))
_BY_EXTERNAL_ID = sa.select(SESSIONS.c.id).where(SESSIONS.c.external_id == sa.bindparam("wanted"))
_CHILDREN_OF = (
    sa.select(SESSION_CHILDREN.c.child_id)
    .where(SESSION_CHILDREN.c.session_id == sa.bindparam("wanted"))
    .order_by(SESSION_CHILDREN.c.child_id)
)
_SET_HOST = (
    SESSIONS.update()
    .where(SESSIONS.c.id == sa.bindparam("wanted"))
    .values(host_id=sa.bindparam("host"))
)


AGENDA = {
    SessionState.BOOKED: "open_meetings",
    SessionState.OPENING: "finish_openings",
    SessionState.OPEN: "withdraw_uncleared",
    SessionState.LIVE: "withdraw_uncleared",
    SessionState.ENDED: "close_sessions",
}
"""Which reconciler looks after a session in each state; nobody looks after one that is settled."""


@dataclass(frozen=True)
class Schedule:
    """When a session is, in every form that is stored with it; `first_look`: when the scheduler is to
    look at it first."""

    starts_at: datetime
    ends_at: datetime
    local_start: str
    zone: str
    opens_at: datetime
    lapses_at: datetime
    first_look: datetime


@dataclass(frozen=True)
class Booking:
    """What is stored of a session when it is booked, beside the session itself."""

    external_id: str | None
    schedule: Schedule
    booked_by: str
    series_id: str | None = None


def insert(tx: Tx, session: Session, booking: Booking) -> str | None:
    """Store a new session with its children; answers the violated constraint, if any."""
    row = {
        "id": session.session_id,
        "external_id": booking.external_id,
        "series_id": booking.series_id,
        "state": session.state.value,
        "purpose": session.purpose,
        "tutor_id": session.tutor_id,
        "provider": session.provider,
        "host_id": session.host_id,
        "cover_mode": session.cover_mode.value,
        "terms": session.terms,
        "booked_by": booking.booked_by,
        "created_at": tx.now,
        "version": session.version,
        **_times(booking.schedule),
    }
    violated = tx.try_write(_INSERT, row)
    if violated is not None:
        return violated
    tx.conn.execute(_INSERT_CHILDREN, _children_rows(session))
    due_at = max(tx.now, booking.schedule.first_look)
    work.begin(tx, session.session_id, AGENDA[session.state], due_at)
    return None


def _children_rows(session: Session) -> list[dict[str, str]]:
    return [
        {"session_id": session.session_id, "child_id": child_id} for child_id in session.children
    ]


def _times(schedule: Schedule) -> dict[str, object]:
    return {
        "starts_at": schedule.starts_at,
        "ends_at": schedule.ends_at,
        "local_start": schedule.local_start,
        "zone": schedule.zone,
        "opens_at": schedule.opens_at,
        "lapses_at": schedule.lapses_at,
    }


def get(reader: Tx | Reader, session_id: SessionId) -> Session:
    """A session. `NotFound` if there is none."""
    return _session(reader, _row(reader, session_id))


def _row(reader: Tx | Reader, session_id: SessionId) -> sa.Row[Any]:
    row = reader.conn.execute(_BY_ID, {"wanted": session_id}).one_or_none()
    if row is None:
        raise NotFound
    return row


def _session(reader: Tx | Reader, row: sa.Row[Any]) -> Session:
    children = reader.conn.execute(_CHILDREN_OF, {"wanted": row.id}).scalars()
    return from_row(row, tuple(ChildId(child_id) for child_id in children))


def from_row(row: sa.Row[Any], children: tuple[ChildId, ...]) -> Session:
    """A session whose row was read, with its children in the order of their ids."""
    return Session(
        session_id=SessionId(row.id),
        state=SessionState(row.state),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        purpose=row.purpose,
        tutor_id=StaffId(row.tutor_id),
        children=children,
        terms=row.terms,
        version=row.version,
        provider=row.provider,
        cover_mode=CoverMode(row.cover_mode),
        host_id=None if row.host_id is None else HostId(row.host_id),
    )


@dataclass(frozen=True)
class SessionRecord:
    """A session with what only its own page shows."""

    session: Session
    external_id: str | None
    local_start: str
    zone: str
    booked_by: str
    reason: str | None
    ended_at: datetime | None
    created_at: datetime
    series_id: str | None = None


def record_of(reader: Tx | Reader, session_id: SessionId) -> SessionRecord:
    """A session with its booking. `NotFound` if there is none."""
    row = _row(reader, session_id)
    return SessionRecord(
        _session(reader, row),
        row.external_id,
        row.local_start,
        row.zone,
        row.booked_by,
        row.reason,
        row.ended_at,
        row.created_at,
        row.series_id,
    )


def by_external_id(reader: Tx | Reader, external_id: str) -> SessionId | None:
    """Our id for a session that a booking platform knows by its own."""
    found = reader.conn.execute(_BY_EXTERNAL_ID, {"wanted": external_id}).scalar_one_or_none()
    return None if found is None else SessionId(found)


def move(tx: Tx, session: Session, to: SessionState, *, reason: str | None = None) -> Session:
    """Bring a session into its next state, by the table of moves and compare-and-swap.

    The only place that writes `state`. `StaleVersion` if the session changed since it was read.
    Records the move, and frees whoever was taken for it once it is over.
    """
    after = moved(session, to)
    values: dict[str, object] = {"state": to.value, "version": after.version}
    if reason is not None:
        values["reason"] = reason
    if to is SessionState.ENDED:
        values["ended_at"] = tx.now
    if to in OVER:
        engagements.release(tx, session.session_id)
    _swap(tx, session, values)
    if to in AGENDA:
        work.put(tx, session.session_id, AGENDA[to], tx.now)
    else:
        work.drop(tx, session.session_id)
    tx.record(
        Entry(
            Event.SESSION_MOVED,
            session.session_id,
            facts={"from": session.state.value, "to": to.value},
            payload=None if reason is None else {"reason": reason},
        )
    )
    return after


def amend(tx: Tx, session: Session, after: Session, schedule: Schedule | None) -> None:
    """Store what changed; without a schedule the time stays. `StaleVersion` if it is no longer so."""
    _swap(
        tx,
        session,
        {
            "purpose": after.purpose,
            "tutor_id": after.tutor_id,
            "provider": after.provider,
            "terms": after.terms,
            "version": after.version,
            "host_id": after.host_id,
            **(_times(schedule) if schedule is not None else {}),
        },
    )
    if set(session.children) != set(after.children):
        mine = SESSION_CHILDREN.c.session_id == session.session_id
        tx.conn.execute(SESSION_CHILDREN.delete().where(mine))
        tx.conn.execute(_INSERT_CHILDREN, _children_rows(after))


def _swap(tx: Tx, before: Session, values: dict[str, object]) -> None:
    swapped = tx.conn.execute(
        SESSIONS.update()
        .where(SESSIONS.c.id == before.session_id, SESSIONS.c.version == before.version)
        .values(values)
    )
    if swapped.rowcount != 1:
        raise StaleVersion


def set_host(tx: Tx, session_id: SessionId, host_id: HostId | None) -> None:
    """Note which host account a session holds."""
    tx.conn.execute(_SET_HOST, {"wanted": session_id, "host": host_id})


def touch(tx: Tx, sessions: Iterable[SessionId]) -> None:
    """Have the scheduler look at these sessions at once, where their time has come.

    Called by everything that may clear or fell a case. A session that is not yet inside its opening
    window needs no look: its own time comes.
    """
    ids = sorted(sessions)
    if not ids:
        return
    query = sa.select(SESSIONS.c.id).where(
        SESSIONS.c.id.in_(ids),
        SESSIONS.c.state.in_([state.value for state in ENGAGED]),
        SESSIONS.c.opens_at <= tx.now,
    )
    work.hurry(tx, tuple(tx.conn.execute(query).scalars()))


def running_of_child(reader: Tx | Reader, child_id: ChildId) -> tuple[SessionId, ...]:
    """The sessions of a child that are not over."""
    return _running(
        reader,
        sa.select(SESSION_CHILDREN.c.session_id).where(SESSION_CHILDREN.c.child_id == child_id),
    )


def running_on_host(reader: Tx | Reader, host_id: HostId) -> tuple[SessionId, ...]:
    """The sessions on a host account that are not over."""
    return _running(reader, sa.select(SESSIONS.c.id).where(SESSIONS.c.host_id == host_id))


def running_taught_by(reader: Tx | Reader, staff_id: StaffId) -> tuple[SessionId, ...]:
    """The sessions of a tutor that are not over."""
    return _running(reader, sa.select(SESSIONS.c.id).where(SESSIONS.c.tutor_id == staff_id))


def running(reader: Tx | Reader) -> tuple[SessionId, ...]:
    """Every session that is not over and whose opening window has come."""
    return _running(reader, sa.select(SESSIONS.c.id).where(SESSIONS.c.opens_at <= reader.now))


def _running(reader: Tx | Reader, among: sa.Select[tuple[str]]) -> tuple[SessionId, ...]:
    query = sa.select(SESSIONS.c.id).where(
        SESSIONS.c.id.in_(among), SESSIONS.c.state.in_([state.value for state in ENGAGED])
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())
