"""Second staff on sessions: assigned, accepted, released."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.policy.people import SessionId, StaffId
from service.policy.session import ENGAGED, CoverMode, SessionState, Span
from service.policy.staff import AcceptedBy, Assignment, Elsewhere, TakenAs
from service.store.sessions.sessions import SESSIONS
from service.store.tables import AssignmentRow, HandOverRow, table_of
from service.store.transactions import Reader, Tx

ASSIGNMENTS = table_of(AssignmentRow)
HAND_OVERS = table_of(HandOverRow)

_TAKEN_AS = {
    None: TakenAs.TEACHING,
    CoverMode.THROUGHOUT.value: TakenAs.STAYING,
    CoverMode.VISITING.value: TakenAs.VISITING,
}
_ALIVE = SESSIONS.c.state.in_([state.value for state in ENGAGED])
_CHANGE = HAND_OVERS.c
_CURRENT = (
    sa.select(
        ASSIGNMENTS,
        _CHANGE.id.label("change_id"),
        _CHANGE.coming_id,
        _CHANGE.asked_at.label("change_asked_at"),
        _CHANGE.accepted_at.label("change_accepted_at"),
        _CHANGE.admitted_at.label("change_admitted_at"),
    )
    .outerjoin(
        HAND_OVERS,
        sa.and_(
            _CHANGE.session_id == ASSIGNMENTS.c.session_id,
            _CHANGE.leaving_id == ASSIGNMENTS.c.staff_id,
            _CHANGE.ended_at.is_(None),
        ),
    )
    .where(ASSIGNMENTS.c.session_id == sa.bindparam("wanted"), ASSIGNMENTS.c.released_at.is_(None))
)
_PUT_ON = sa.select(
    ASSIGNMENTS.c.staff_id, ASSIGNMENTS.c.session_id, ASSIGNMENTS.c.id, ASSIGNMENTS.c.accepted_at
).where(ASSIGNMENTS.c.released_at.is_(None))
_TAKING_OVER = (
    sa.select(_CHANGE.coming_id, _CHANGE.session_id, _CHANGE.id, _CHANGE.accepted_at)
    .join(SESSIONS, SESSIONS.c.id == _CHANGE.session_id)
    .where(_CHANGE.ended_at.is_(None), SESSIONS.c.state == SessionState.LIVE.value)
)
COVERING = sa.union_all(_PUT_ON, _TAKING_OVER).subquery("covering")
"""Who is second staff of which session, or is to take over during the call, and since when they said
yes: whoever is to take over a running room is taken for it already (pitfalls 24 and 25)."""
_COVERS = (
    sa.select(sa.literal(1))
    .select_from(COVERING)
    .join(SESSIONS, SESSIONS.c.id == COVERING.c.session_id)
    .where(
        COVERING.c.staff_id == sa.bindparam("staff"),
        COVERING.c.accepted_at.is_not(None),
        SESSIONS.c.starts_at < sa.bindparam("until"),
        SESSIONS.c.ends_at > sa.bindparam("since"),
        _ALIVE,
    )
    .limit(1)
)


@dataclass(frozen=True)
class Coming:
    """Who is to take over from second staff during the call, and how far that has come."""

    hand_over_id: str
    staff_id: StaffId
    accepted: Assignment
    asked_at: datetime
    admitted_at: datetime | None


@dataclass(frozen=True)
class CurrentAssignment:
    """The second member of staff on a session now, and who is to take over, if anyone."""

    assignment_id: str
    staff_id: StaffId
    accepted: Assignment
    accepted_terms: int | None
    accepted_by: AcceptedBy | None = None
    coming: Coming | None = None

    @property
    def people(self) -> frozenset[StaffId]:
        """Everyone a decision about second staff is about."""
        return frozenset({self.staff_id} | ({self.coming.staff_id} if self.coming else set()))


def current(reader: Tx | Reader, session_id: SessionId) -> CurrentAssignment | None:
    """Who is second staff on a session now, if anyone."""
    row = reader.conn.execute(_CURRENT, {"wanted": session_id}).one_or_none()
    if row is None:
        return None
    staff_id = StaffId(row.staff_id)
    accepted = Assignment(staff_id, row.accepted_at, row.recorded_by)
    earlier = None if row.accepted_by is None else AcceptedBy(row.accepted_by)
    return CurrentAssignment(row.id, staff_id, accepted, row.accepted_terms, earlier, _coming(row))


def ever_second_staff(reader: Tx | Reader, session_id: SessionId) -> frozenset[StaffId]:
    """Everybody who is, was, or came as second staff of a session."""
    mine = ASSIGNMENTS.c.session_id == session_id
    found = reader.conn.execute(sa.select(ASSIGNMENTS.c.staff_id).where(mine)).scalars()
    return frozenset(StaffId(one) for one in found)


def _coming(row: sa.Row[Any]) -> Coming | None:
    if row.change_id is None:
        return None
    staff_id = StaffId(row.coming_id)
    return Coming(
        row.change_id,
        staff_id,
        Assignment(staff_id, row.change_accepted_at),
        row.change_asked_at,
        row.change_admitted_at,
    )


def assign(tx: Tx, session_id: SessionId, staff_id: StaffId) -> str | None:
    """Put second staff on a session; answers the violated constraint if somebody is there."""
    return tx.try_write(
        ASSIGNMENTS.insert().values(
            id=tx.new_id("assignment"),
            session_id=session_id,
            staff_id=staff_id,
            assigned_by=tx.by.subject,
            assigned_at=tx.now,
        )
    )


@dataclass(frozen=True)
class Acceptance:
    """The yes of whoever is assigned: for which terms, since when, who put it on record if somebody else
    did, and the earlier word that it rests on, if not on one for this session."""

    terms: int
    accepted_at: datetime
    recorded_by: str | None
    accepted_by: AcceptedBy | None


def accept(tx: Tx, assignment_id: str, yes: Acceptance) -> None:
    """Note that the person accepted."""
    tx.conn.execute(
        ASSIGNMENTS.update()
        .where(ASSIGNMENTS.c.id == assignment_id)
        .values(
            accepted_at=yes.accepted_at,
            accepted_terms=yes.terms,
            recorded_by=yes.recorded_by,
            accepted_by=yes.accepted_by,
        )
    )


def after_all_others(tx: Tx, staff_id: StaffId) -> datetime:
    """Now, or just after the person's newest acceptance if a clock says otherwise.

    Their row is locked, so the order of acceptances is the order of the locks, whatever the clocks
    of several replicas say: who accepted first is served first.
    """
    query = sa.select(sa.func.max(COVERING.c.accepted_at)).where(COVERING.c.staff_id == staff_id)
    newest: datetime | None = tx.conn.execute(query).scalar_one()
    return tx.now if newest is None else max(tx.now, newest + timedelta(microseconds=1))


def unaccept(tx: Tx, session_id: SessionId) -> None:
    """Ask again: the session has new terms, or the yes counts no more."""
    tx.conn.execute(
        ASSIGNMENTS.update()
        .where(ASSIGNMENTS.c.session_id == session_id, ASSIGNMENTS.c.released_at.is_(None))
        .values(accepted_at=None, accepted_terms=None, recorded_by=None, accepted_by=None)
    )


def release(tx: Tx, assignment_id: str, reason: str) -> None:
    """Take second staff off a session."""
    tx.conn.execute(
        ASSIGNMENTS.update()
        .where(ASSIGNMENTS.c.id == assignment_id)
        .values(released_at=tx.now, release_reason=reason)
    )


def elsewhere(
    reader: Tx | Reader,
    entries: frozenset[StaffId],
    span: Span,
    mine: CurrentAssignment,
    own: SessionId,
) -> tuple[Elsewhere, ...]:
    """For what the person, under these entries of the register, was taken in the span before this
    session: what they accepted, or teach.

    Whoever accepted first is served first: a later acceptance that overlaps blocks its own session
    and never fells one that was already covered. Teaching counts whenever it was booked.
    """
    before: sa.ColumnElement[bool] = COVERING.c.accepted_at.is_not(None)
    if mine.accepted.accepted_at is not None:
        before = sa.or_(
            COVERING.c.accepted_at < mine.accepted.accepted_at,
            sa.and_(
                COVERING.c.accepted_at == mine.accepted.accepted_at,
                COVERING.c.id < mine.assignment_id,
            ),
        )
    taken_as = _taken(reader, entries, span, own, before)
    return tuple(one for entry in sorted(taken_as) for one in taken_as[entry])


def taken(
    reader: Tx | Reader, ids: frozenset[StaffId], span: Span, own: SessionId
) -> dict[StaffId, tuple[Elsewhere, ...]]:
    """For what each is taken in the span: teaching, covering, or asked to cover and yet to answer."""
    return _taken(reader, ids, span, own, sa.true())


def at_work(
    reader: Tx | Reader, ids: frozenset[StaffId], span: Span, own: SessionId
) -> dict[StaffId, tuple[Elsewhere, ...]]:
    """For what each is taken in the span for certain: teaching, or covering by their own yes."""
    return _taken(reader, ids, span, own, COVERING.c.accepted_at.is_not(None))


def _taken(
    reader: Tx | Reader,
    ids: frozenset[StaffId],
    span: Span,
    own: SessionId,
    counts: sa.ColumnElement[bool],
) -> dict[StaffId, tuple[Elsewhere, ...]]:
    then = sa.and_(
        SESSIONS.c.starts_at < span.ends_at,
        SESSIONS.c.ends_at > span.starts_at,
        SESSIONS.c.id != own,
        _ALIVE,
    )
    among = sorted(ids)
    times = (SESSIONS.c.starts_at, SESSIONS.c.ends_at)
    covering = (
        sa.select(COVERING.c.staff_id, *times, SESSIONS.c.cover_mode, COVERING.c.accepted_at)
        .join(SESSIONS, SESSIONS.c.id == COVERING.c.session_id)
        .where(COVERING.c.staff_id.in_(among), counts, then)
    )
    teaching = sa.select(SESSIONS.c.tutor_id, *times, sa.null(), sa.null()).where(
        SESSIONS.c.tutor_id.in_(among), then
    )
    found: dict[StaffId, list[Elsewhere]] = defaultdict(list)
    for staff_id, starts_at, ends_at, mode, since in reader.conn.execute(
        covering.union_all(teaching)
    ):
        found[StaffId(staff_id)].append(Elsewhere(Span(starts_at, ends_at), _TAKEN_AS[mode], since))
    return {staff_id: tuple(times) for staff_id, times in found.items()}


def covers_in(reader: Tx | Reader, staff_id: StaffId, span: Span) -> bool:
    """Whether the person has accepted to be second staff, or to take over, anywhere in the span."""
    during = {"staff": staff_id, "since": span.starts_at, "until": span.ends_at}
    return reader.conn.execute(_COVERS, during).scalar_one_or_none() is not None


def _with(staff_id: str) -> sa.Select[Any]:
    """The sessions a person is second staff on, or is to take over during the call."""
    return sa.select(COVERING.c.session_id).where(COVERING.c.staff_id == staff_id)


def running_covered_by(reader: Tx | Reader, staff_id: StaffId) -> tuple[SessionId, ...]:
    """The sessions, not over, that a person is second staff on, or is to take over."""
    query = sa.select(SESSIONS.c.id).where(
        SESSIONS.c.id.in_(_with(staff_id)),
        SESSIONS.c.state.in_([state.value for state in ENGAGED]),
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())


def sessions_with(reader: Tx | Reader, staff_id: str, span: Span) -> tuple[SessionId, ...]:
    """The sessions that touch the span with the person as tutor or second staff, by start."""
    query = (
        sa.select(SESSIONS.c.id)
        .where(
            sa.or_(SESSIONS.c.tutor_id == staff_id, SESSIONS.c.id.in_(_with(staff_id))),
            SESSIONS.c.starts_at < span.ends_at,
            SESSIONS.c.ends_at > span.starts_at,
        )
        .order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())
