"""What the board reads: all rooms of a stretch of time with few queries, however many rooms.

Each room carries a *mark*: the newest entry about its session, its people and its host. Nothing that
is recorded changes without an entry, so a room whose mark stayed the same needs no second reading.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.policy.admission import Place
from service.policy.people import ChildId, MeetingId, SessionId, StaffId
from service.policy.session import Session, SessionState, Span
from service.store.inspection.audit_log import ENTRIES
from service.store.meetings import meetings
from service.store.meetings.meetings import MEETINGS, Meeting
from service.store.meetings.ways_in import ADMISSIONS, WAYS_IN
from service.store.second_staff.staffing import ASSIGNMENTS, HAND_OVERS
from service.store.sessions import sessions
from service.store.sessions.sessions import SESSION_CHILDREN, SESSIONS
from service.store.staff.staff import STAFF
from service.store.transactions import Reader
from service.store.work import WORK

MOST_ROOMS = 500
LONGEST = timedelta(hours=12)
"""Longer than any session may be, so that the index on their start finds all that run."""

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)


def _newest_entry(scope: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    newest = sa.select(sa.func.max(ENTRIES.c.id)).where(ENTRIES.c.scope == scope)
    return newest.correlate_except(ENTRIES).scalar_subquery()


_ROOM = sa.select(
    SESSIONS,
    _newest_entry(SESSIONS.c.id).label("own_mark"),
    _newest_entry(SESSIONS.c.tutor_id).label("tutor_mark"),
    _newest_entry(SESSIONS.c.host_id).label("host_mark"),
)
_RUNNING = sa.select(WORK.c.subject_id).where(WORK.c.kind == sessions.AGENDA[SessionState.LIVE])
_ROOMS = (
    _ROOM.where(
        SESSIONS.c.starts_at < sa.bindparam("until"),
        sa.or_(
            sa.and_(
                SESSIONS.c.starts_at > sa.bindparam("earliest"),
                SESSIONS.c.ends_at > sa.bindparam("since"),
            ),
            SESSIONS.c.id.in_(_RUNNING),
        ),
        SESSIONS.c.state != SessionState.CANCELLED.value,
    )
    .order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    .limit(MOST_ROOMS + 1)
)
_THIS_ROOM = _ROOM.where(SESSIONS.c.id == sa.bindparam("wanted"))
_CHILDREN = (
    sa.select(SESSION_CHILDREN, _newest_entry(SESSION_CHILDREN.c.child_id).label("mark"))
    .where(SESSION_CHILDREN.c.session_id.in_(_IDS))
    .order_by(SESSION_CHILDREN.c.child_id)
)
_SECOND_STAFF = (
    sa.select(
        ASSIGNMENTS.c.session_id,
        ASSIGNMENTS.c.staff_id,
        ASSIGNMENTS.c.accepted_at,
        _newest_entry(ASSIGNMENTS.c.staff_id).label("mark"),
        _newest_entry(HAND_OVERS.c.coming_id).label("coming_mark"),
    )
    .outerjoin(
        HAND_OVERS,
        sa.and_(
            HAND_OVERS.c.session_id == ASSIGNMENTS.c.session_id,
            HAND_OVERS.c.leaving_id == ASSIGNMENTS.c.staff_id,
            HAND_OVERS.c.ended_at.is_(None),
        ),
    )
    .where(ASSIGNMENTS.c.session_id.in_(_IDS), ASSIGNMENTS.c.released_at.is_(None))
)
_MEETINGS = sa.select(MEETINGS).where(MEETINGS.c.session_id.in_(_IDS)).order_by(MEETINGS.c.id)
_ADMITTED = sa.select(ADMISSIONS.c.meeting_id, ADMISSIONS.c.subject_id).where(
    ADMISSIONS.c.meeting_id.in_(_IDS)
)
_REGISTRANTS = sa.select(
    WAYS_IN.c.meeting_id, WAYS_IN.c.registrant_id, WAYS_IN.c.place, WAYS_IN.c.subject_id
).where(WAYS_IN.c.meeting_id.in_(_IDS), WAYS_IN.c.registrant_id != "")
_STAFF_NAMES = sa.select(STAFF.c.id, STAFF.c.name_sealed).where(STAFF.c.id.in_(_IDS))


@dataclass(frozen=True)
class SecondStaff:
    """Who is second staff on a session now, and whether they said yes."""

    staff_id: StaffId
    accepted: bool


Mark = tuple[int | None, ...]


@dataclass(frozen=True)
class Listed:
    """A session with its second staff, and the mark of everything recorded about it."""

    session: Session
    second_staff: SecondStaff | None
    mark: Mark


@dataclass(frozen=True)
class Rooms:
    """The sessions of a stretch of time by start. `more`: there are others that are not listed."""

    listed: tuple[Listed, ...]
    more: bool


def rooms(reader: Reader, span: Span) -> Rooms:
    """Every session whose planned time touches the span, and every one that is open or runs."""
    during = {
        "earliest": span.starts_at - LONGEST,
        "since": span.starts_at,
        "until": span.ends_at,
    }
    rows = reader.conn.execute(_ROOMS, during).all()
    return Rooms(_listed(reader, rows[:MOST_ROOMS]), len(rows) > MOST_ROOMS)


def room(reader: Reader, session_id: SessionId) -> Listed | None:
    """One session as the board lists it, if there is such a session."""
    rows = reader.conn.execute(_THIS_ROOM, {"wanted": session_id}).all()
    return next(iter(_listed(reader, rows)), None)


def _listed(reader: Reader, rows: Iterable[sa.Row[Any]]) -> tuple[Listed, ...]:
    found = list(rows)
    ids = {"ids": [row.id for row in found]}
    children: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    for row in reader.conn.execute(_CHILDREN, ids):
        children[row.session_id].append(row)
    second = {row.session_id: row for row in reader.conn.execute(_SECOND_STAFF, ids)}
    return tuple(_room(row, children[row.id], second.get(row.id)) for row in found)


def _room(row: sa.Row[Any], children: list[sa.Row[Any]], second: Any) -> Listed:
    mark = (row.own_mark, row.tutor_mark, row.host_mark, *(child.mark for child in children))
    session = sessions.from_row(row, tuple(ChildId(child.child_id) for child in children))
    if second is None:
        return Listed(session, None, mark)
    staffed = SecondStaff(StaffId(second.staff_id), second.accepted_at is not None)
    return Listed(session, staffed, (*mark, second.mark, second.coming_mark))


def newest_meetings(reader: Reader, ids: Iterable[SessionId]) -> dict[SessionId, Meeting]:
    """The newest meeting of each of these sessions that ever had one."""
    rows = reader.conn.execute(_MEETINGS, {"ids": list(ids)})
    return {SessionId(row.session_id): meetings.from_row(row) for row in rows}


def admitted(reader: Reader, ids: Iterable[MeetingId]) -> dict[MeetingId, frozenset[str]]:
    """Everyone who was admitted to each of these meetings."""
    found: dict[MeetingId, set[str]] = defaultdict(set)
    for row in reader.conn.execute(_ADMITTED, {"ids": list(ids)}):
        found[MeetingId(row.meeting_id)].add(row.subject_id)
    return {meeting_id: frozenset(those) for meeting_id, those in found.items()}


def registrants(
    reader: Reader, ids: Iterable[MeetingId]
) -> dict[MeetingId, dict[str, tuple[Place, str]]]:
    """As whom the provider knows people in each of these meetings, by its id for them: their place and
    our id. Ways in that were revoked are among them: whoever had one is no stranger."""
    found: dict[MeetingId, dict[str, tuple[Place, str]]] = defaultdict(dict)
    for row in reader.conn.execute(_REGISTRANTS, {"ids": list(ids)}):
        found[row.meeting_id][row.registrant_id] = (Place(row.place), row.subject_id)
    return found


def staff_names(reader: Reader, ids: Iterable[StaffId]) -> dict[StaffId, SecretStr]:
    """Names by member of staff."""
    rows = reader.conn.execute(_STAFF_NAMES, {"ids": sorted(set(ids))})
    return {
        StaffId(row.id): reader.house.unseal(row.name_sealed, f"staff.name:{row.id}")
        for row in rows
    }
