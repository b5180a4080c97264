"""Which families have switched over from the rehearsal."""

from collections.abc import Iterable

import sqlalchemy as sa

from service.policy.people import ChildId, SessionId
from service.policy.session import SessionState
from service.store import work
from service.store.families.people import CHILDREN
from service.store.sessions.sessions import SESSION_CHILDREN, SESSIONS
from service.store.tables import MessageRow, SwitchOverRow, table_of
from service.store.transactions import Reader, Tx

SWITCH_OVERS = table_of(SwitchOverRow)
MESSAGES = table_of(MessageRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_WORDS = (
    sa.select(SWITCH_OVERS.c.child_id, SWITCH_OVERS.c.switched_over)
    .where(SWITCH_OVERS.c.child_id.in_(_IDS))
    .order_by(SWITCH_OVERS.c.position)
)


def rehearsing(reader: Tx | Reader, ids: Iterable[ChildId]) -> frozenset[ChildId]:
    """Which of these children still rehearse; none where the organisation does not. Costs nothing
    then."""
    if not reader.house.organisation.rehearsal:
        return frozenset()
    wanted = frozenset(ids)
    words = reader.conn.execute(_WORDS, {"ids": sorted(wanted)})
    newest = {ChildId(row.child_id): row.switched_over for row in words}
    return frozenset(child_id for child_id in wanted if not newest.get(child_id, False))


def append(tx: Tx, child_id: ChildId, *, switched_over: bool) -> None:
    """Note that a family left the rehearsal or went back to it. Lock the child first."""
    mine = SWITCH_OVERS.c.child_id == child_id
    newest = tx.conn.execute(sa.select(sa.func.max(SWITCH_OVERS.c.position)).where(mine))
    tx.conn.execute(
        SWITCH_OVERS.insert().values(
            id=tx.new_id("switchover"),
            child_id=child_id,
            position=(newest.scalar_one() or 0) + 1,
            switched_over=switched_over,
            by=tx.by.subject,
            at=tx.now,
        )
    )


def held_messages(reader: Tx | Reader, child_id: ChildId) -> tuple[str, ...]:
    """The messages about a child, and their copies, that were due and kept back. Those that nobody has
    looked at yet are not among them: their time is still to come."""
    query = (
        sa.select(MESSAGES.c.id)
        .join(work.WORK, work.WORK.c.subject_id == MESSAGES.c.id)
        .where(
            MESSAGES.c.child_id == child_id,
            MESSAGES.c.settled_at.is_(None),
            work.WORK.c.fence > 0,
            work.WORK.c.due_at > reader.now,
        )
        .order_by(MESSAGES.c.id)
    )
    return tuple(reader.conn.execute(query).scalars())


def children_after(reader: Reader, after: str, limit: int) -> tuple[ChildId, ...]:
    """Children behind the given id that may have sessions."""
    query = (
        sa.select(CHILDREN.c.id)
        .where(
            CHILDREN.c.id > after,
            CHILDREN.c.merged_into.is_(None),
            CHILDREN.c.restriction.is_(None),
        )
        .order_by(CHILDREN.c.id)
    )
    return tuple(ChildId(found) for found in reader.conn.execute(query.limit(limit)).scalars())


def next_sessions(reader: Reader, ids: tuple[ChildId, ...]) -> dict[ChildId, SessionId]:
    """The next booked session of each of these children; those without one are left out."""
    query = (
        sa.select(SESSION_CHILDREN.c.child_id, SESSIONS.c.id)
        .join(SESSIONS, SESSIONS.c.id == SESSION_CHILDREN.c.session_id)
        .where(
            SESSION_CHILDREN.c.child_id.in_(ids),
            SESSIONS.c.state == SessionState.BOOKED.value,
            SESSIONS.c.starts_at > reader.now,
        )
        .order_by(SESSIONS.c.starts_at.desc())
    )
    return {ChildId(row.child_id): SessionId(row.id) for row in reader.conn.execute(query)}
