"""What our own looks into meetings came to, one row each."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.people import MeetingId
from service.store.tables import LookRow, table_of
from service.store.transactions import Reader, Tx

LOOKS = table_of(LookRow)


def errand(meeting_id: MeetingId) -> str:
    """Under which key a room's looks stand in the list of work."""
    return f"look_{meeting_id}"


@dataclass(frozen=True)
class Looks:
    """What is remembered of the looks into one room; see `LookRow`."""

    looked_at: datetime | None = None
    seen_at: datetime | None = None
    still_since: datetime | None = None
    missed_at: datetime | None = None


def of_meeting(reader: Tx | Reader, meeting_id: MeetingId) -> Looks:
    """What is remembered of a meeting; nothing if nobody looked yet."""
    query = sa.select(LOOKS).where(LOOKS.c.meeting_id == meeting_id)
    row = reader.conn.execute(query).one_or_none()
    if row is None:
        return Looks()
    return Looks(row.looked_at, row.seen_at, row.still_since, row.missed_at)


def put(tx: Tx, meeting_id: MeetingId, looks: Looks) -> None:
    """Remember what a look came to. The caller holds the session."""
    values = {
        "looked_at": looks.looked_at,
        "seen_at": looks.seen_at,
        "still_since": looks.still_since,
        "missed_at": looks.missed_at,
    }
    mine = LOOKS.c.meeting_id == meeting_id
    if not tx.conn.execute(LOOKS.update().where(mine).values(values)).rowcount:
        tx.conn.execute(LOOKS.insert().values(meeting_id=meeting_id, **values))


def note_missed(tx: Tx, meeting_id: MeetingId) -> None:
    """Note that words of the provider about this room were lost."""
    values = {"missed_at": tx.now}
    mine = LOOKS.c.meeting_id == meeting_id
    if not tx.conn.execute(LOOKS.update().where(mine).values(values)).rowcount:
        tx.try_write(LOOKS.insert(), {"meeting_id": meeting_id, **values})
