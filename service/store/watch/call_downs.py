"""Telephone calls with which people were asked to leave a call, as they were noted."""

import sqlalchemy as sa

from service.policy.call_down import CalledAs, CallMade, CallOutcome
from service.policy.people import MeetingId
from service.store.meetings.meetings import Meeting
from service.store.tables import CallDownRow, table_of
from service.store.transactions import Reader, Tx

CALL_DOWNS = table_of(CallDownRow)
STAFF = frozenset({CalledAs.SECOND_STAFF, CalledAs.TUTOR})


def append(tx: Tx, meeting: Meeting, whom: str, called_as: CalledAs, outcome: CallOutcome) -> str:
    """Append one call; answers its id."""
    call_id = tx.new_id("call")
    column = "staff_id" if called_as in STAFF else "adult_id"
    row = {
        "id": call_id,
        "session_id": meeting.session_id,
        "meeting_id": meeting.meeting_id,
        column: whom,
        "outcome": outcome.value,
        "noted_by": tx.by.subject,
        "at": tx.now,
    }
    tx.conn.execute(CALL_DOWNS.insert().values(row))
    return call_id


def of_meeting(reader: Tx | Reader, meeting_id: MeetingId) -> tuple[CallMade, ...]:
    """Every call about a meeting, oldest first."""
    query = sa.select(CALL_DOWNS).where(CALL_DOWNS.c.meeting_id == meeting_id)
    return tuple(
        CallMade(row.staff_id or row.adult_id, CallOutcome(row.outcome), row.at)
        for row in reader.conn.execute(query.order_by(CALL_DOWNS.c.at, CALL_DOWNS.c.id))
    )
