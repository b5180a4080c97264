"""Who is taken for a session's time: tutor, children, host. The database keeps them from overlapping."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from service.policy.people import SessionId
from service.policy.session import Span
from service.store.tables import EngagementRow, table_of
from service.store.transactions import Tx

ENGAGEMENTS = table_of(EngagementRow)
_ENGAGE = ENGAGEMENTS.insert()


def engage(
    tx: Tx,
    session_id: SessionId,
    subject_id: str,
    taken_as: str,
    taken_from: datetime,
    taken_until: datetime,
) -> bool:
    """Take a person or host for a session's time; False if they are taken by another.

    The database decides, so that two requests at once cannot both win.
    """
    row = {
        "session_id": session_id,
        "subject_id": subject_id,
        "taken_as": taken_as,
        "taken_from": taken_from,
        "taken_until": taken_until,
    }
    return tx.try_write(_ENGAGE, row) is None


def taken(
    tx: Tx, subject_ids: Iterable[str], span: Span, *, besides: SessionId | None = None
) -> frozenset[str]:
    """Who of these is taken at any instant of the span, by another session than the one named."""
    query = sa.select(ENGAGEMENTS.c.subject_id).where(
        ENGAGEMENTS.c.subject_id.in_(sorted(set(subject_ids))),
        ENGAGEMENTS.c.taken_from < span.ends_at,
        ENGAGEMENTS.c.taken_until > span.starts_at,
    )
    if besides is not None:
        query = query.where(ENGAGEMENTS.c.session_id != besides)
    return frozenset(tx.conn.execute(query).scalars())


def release(tx: Tx, session_id: SessionId, taken_as: str | None = None) -> None:
    """Free whoever is taken for a session, or only those taken in one part."""
    query = ENGAGEMENTS.delete().where(ENGAGEMENTS.c.session_id == session_id)
    if taken_as is not None:
        query = query.where(ENGAGEMENTS.c.taken_as == taken_as)
    tx.conn.execute(query)
