"""Who might be second staff of a session: everybody's case at once, in a handful of queries."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from service.policy.case import CaseFile
from service.policy.cover import Candidate, objections
from service.policy.people import StaffId
from service.policy.session import ENGAGED, SessionState
from service.policy.staff import Assignment
from service.store.attending import presence
from service.store.second_staff import staffing
from service.store.second_staff.staffing import ASSIGNMENTS
from service.store.sessions.cases import span_of
from service.store.sessions.sessions import SESSIONS
from service.store.staff import colleagues, duties
from service.store.staff.staff import STAFF
from service.store.transactions import Reader, Tx

TOGETHER_OVER = timedelta(days=90)
"""How far back sessions with the same tutor are counted (pitfall 29)."""

HELD = [state.value for state in (*ENGAGED, SessionState.ENDED, SessionState.CLOSED)]


def candidates(
    reader: Tx | Reader, case: CaseFile, ids: Iterable[StaffId] | None = None
) -> tuple[Candidate, ...]:
    """What speaks against each of these people (all of the staff, if none are named), in the order
    given, and how much they do already. The tutor and whoever is second staff now are left out."""
    now_in_it = {case.tutor.staff_id, case.second_staff.staff_id if case.second_staff else None}
    among = [one for one in (ids or _everybody(reader)) if one not in now_in_it]
    with_each = cases_with(reader, case, among)
    rooms = _rooms_that_day(reader, case)
    together = _with_tutor(reader, case)
    return tuple(
        Candidate(
            staff_id,
            objections(with_each[staff_id], reader.now),
            rooms.get(staff_id, 0),
            together.get(staff_id, 0),
        )
        for staff_id in among
        if staff_id in with_each
    )


def cases_with(
    reader: Tx | Reader, case: CaseFile, ids: Iterable[StaffId]
) -> dict[StaffId, CaseFile]:
    """The case with each of these people as second staff who accepts now; unknown ids left out."""
    among = frozenset(ids)
    if not among:
        return {}
    own = case.session.session_id
    around = case.organisation.with_second_staff_gap(span_of(case.session))
    members = colleagues.of(reader, among)
    entries = frozenset[StaffId]().union(*(member.entries for member in members.values()))
    taken = staffing.taken(reader, entries, around, own)
    away = duties.away(reader, among, span_of(case.session))
    return {
        staff_id: replace(
            case,
            second_staff=member,
            assignment=Assignment(staff_id, reader.now),
            acceptance_taken_by=None,
            second_staff_elsewhere=tuple(
                room for one in sorted(member.entries) for room in taken.get(one, ())
            ),
            second_staff_away=away.get(staff_id, ()),
            second_staff_at_home=presence.promised_elsewhere(reader, member.adults, case.span, own),
            hand_over=None,
        )
        for staff_id, member in members.items()
    }


def _everybody(reader: Tx | Reader) -> list[StaffId]:
    today = reader.house.organisation.local_day(reader.now)
    query = (
        sa.select(STAFF.c.id)
        .where(sa.or_(STAFF.c.left_on.is_(None), STAFF.c.left_on > today))
        .order_by(STAFF.c.id)
    )
    return [StaffId(found) for found in reader.conn.execute(query).scalars()]


def _rooms_that_day(reader: Tx | Reader, case: CaseFile) -> dict[StaffId, int]:
    organisation = case.organisation
    day = organisation.local_day(case.session.starts_at)
    midnight = datetime.combine(day, time(), tzinfo=organisation.zone)
    return _covered(
        reader,
        SESSIONS.c.starts_at >= midnight,
        SESSIONS.c.starts_at < midnight + timedelta(days=1),
    )


def _with_tutor(reader: Tx | Reader, case: CaseFile) -> dict[StaffId, int]:
    return _covered(
        reader,
        SESSIONS.c.tutor_id == case.tutor.staff_id,
        SESSIONS.c.starts_at >= case.session.starts_at - TOGETHER_OVER,
    )


def _covered(reader: Tx | Reader, *where: sa.ColumnElement[bool]) -> dict[StaffId, int]:
    query = (
        sa.select(ASSIGNMENTS.c.staff_id, sa.func.count())
        .join(SESSIONS, SESSIONS.c.id == ASSIGNMENTS.c.session_id)
        .where(ASSIGNMENTS.c.released_at.is_(None), SESSIONS.c.state.in_(HELD), *where)
        .group_by(ASSIGNMENTS.c.staff_id)
    )
    return {StaffId(staff_id): count for staff_id, count in reader.conn.execute(query)}
