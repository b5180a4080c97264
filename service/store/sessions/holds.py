"""What is remembered of a session's hold, once it is no more as it was at the booking."""

from dataclasses import asdict

import sqlalchemy as sa

from service.policy.holds import Hold, begun
from service.policy.people import SessionId
from service.store.sessions.sessions import SESSIONS
from service.store.tables import HoldRow, table_of
from service.store.transactions import Reader, Tx

HOLDS = table_of(HoldRow)
_OF = (
    sa.select(SESSIONS.c.created_at, SESSIONS.c.starts_at, HOLDS)
    .outerjoin(HOLDS, HOLDS.c.session_id == SESSIONS.c.id)
    .where(SESSIONS.c.id == sa.bindparam("wanted"))
)


def of(reader: Tx | Reader, session_id: SessionId) -> Hold:
    """The hold of a session that is known to exist; one that was never touched counts from the
    booking."""
    row = reader.conn.execute(_OF, {"wanted": session_id}).one()
    if row.session_id is None:
        return begun(reader.house.organisation, row.created_at, row.starts_at)
    return Hold(row.since, row.until, row.reminded_at, row.warned_at)


def put(tx: Tx, session_id: SessionId, hold: Hold) -> None:
    """Remember how far a hold has come."""
    values = asdict(hold)
    mine = HOLDS.c.session_id == session_id
    if not tx.conn.execute(HOLDS.update().where(mine).values(values)).rowcount:
        tx.conn.execute(HOLDS.insert().values(session_id=session_id, **values))
