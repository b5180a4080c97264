"""Records that a concern keeps from being deleted, by id: sessions, and people round them (pitfall 67).

Whatever deletes asks `is_held` in the transaction in which it deletes.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from service.policy.concerns import Concern, held_until
from service.store.concerns import concerns
from service.store.tables import ChildRow, RecordHoldRow, table_of
from service.store.transactions import Reader, Tx

HOLDS = table_of(RecordHoldRow)
CHILDREN = table_of(ChildRow)


def put(tx: Tx, concern_id: str, subjects: Iterable[str]) -> None:
    """Keep these records for a concern. A hold is never lifted: it ends with its time."""
    known = tx.conn.execute(
        sa.select(HOLDS.c.subject_id).where(HOLDS.c.concern_id == concern_id)
    ).scalars()
    new = sorted(set(subjects) - set(known))
    if new:
        rows = [{"concern_id": concern_id, "subject_id": one, "at": tx.now} for one in new]
        tx.conn.execute(HOLDS.insert(), rows)


def is_held(reader: Tx | Reader, subject_id: str) -> bool:
    """Whether a session's or person's record may not be deleted: while a concern round it is open, and
    until its time afterwards is over. A child's record also answers for those merged into it."""
    merged = sa.select(CHILDREN.c.id).where(CHILDREN.c.merged_into == subject_id)
    mine = (HOLDS.c.subject_id == subject_id) | HOLDS.c.subject_id.in_(merged)
    ids = set(reader.conn.execute(sa.select(HOLDS.c.concern_id).where(mine)).scalars())
    return any(_holds(reader, concern) for concern in concerns.among(reader, ids))


def _holds(reader: Tx | Reader, concern: Concern) -> bool:
    born = sa.select(CHILDREN.c.born_on).join(HOLDS, HOLDS.c.subject_id == CHILDREN.c.id)
    births = reader.conn.execute(born.where(HOLDS.c.concern_id == concern.concern_id)).scalars()
    until = held_until(concern.now.closed_at, births)
    return until is None or reader.house.organisation.local_day(reader.now) <= until
