"""Who was second staff to whom, how often: fixed pairs stand out (pitfall 29)."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.people import StaffId
from service.policy.session import SessionState, Span
from service.store.second_staff.staffing import ASSIGNMENTS
from service.store.sessions.sessions import SESSIONS
from service.store.transactions import Reader

TOOK_PLACE = [state.value for state in (SessionState.LIVE, SessionState.ENDED, SessionState.CLOSED)]


@dataclass(frozen=True)
class Pair:
    """A tutor and a second member of staff: their sessions together, of all of the tutor's."""

    tutor_id: StaffId
    second_staff_id: StaffId
    together: int
    of_tutor: int


def pairs(reader: Reader, span: Span) -> tuple[Pair, ...]:
    """Every pair of the sessions that took place and began in the span, largest share first.

    Second staff is whoever was on the session at its end; a hand-over is told in the session's story.
    """
    query = (
        sa.select(SESSIONS.c.tutor_id, ASSIGNMENTS.c.staff_id, sa.func.count())
        .join(ASSIGNMENTS, ASSIGNMENTS.c.session_id == SESSIONS.c.id)
        .where(
            ASSIGNMENTS.c.released_at.is_(None),
            SESSIONS.c.state.in_(TOOK_PLACE),
            SESSIONS.c.starts_at >= span.starts_at,
            SESSIONS.c.starts_at < span.ends_at,
        )
        .group_by(SESSIONS.c.tutor_id, ASSIGNMENTS.c.staff_id)
    )
    rows = reader.conn.execute(query).all()
    of_tutor: Counter[str] = Counter()
    for tutor_id, _, count in rows:
        of_tutor[tutor_id] += count
    found = [
        Pair(StaffId(tutor_id), StaffId(staff_id), count, of_tutor[tutor_id])
        for tutor_id, staff_id, count in rows
    ]
    return tuple(sorted(found, key=_standing_out))


def _standing_out(pair: Pair) -> tuple[float, int, str, str]:
    return (-pair.together / pair.of_tutor, -pair.together, pair.tutor_id, pair.second_staff_id)
