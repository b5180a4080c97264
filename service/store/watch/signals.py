"""What providers told us about meetings, once each (pitfall 47)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.policy.people import MeetingId
from service.policy.signs import Manner
from service.ports import Signal, SignalKind
from service.store.tables import SignalRow, table_of
from service.store.transactions import Reader, Tx

SIGNALS = table_of(SignalRow)
_INSERT = SIGNALS.insert()
_OF_MEETINGS = (
    sa.select(SIGNALS)
    .where(SIGNALS.c.meeting_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(SIGNALS.c.happened_at, SIGNALS.c.id)
)


def insert(tx: Tx, provider: str, signal: Signal, meeting_id: MeetingId | None) -> bool:
    """Store what a provider told us; False if we had been told already (pitfall 47)."""
    row = {
        "id": tx.new_id("signal"),
        "digest": signal.digest,
        "provider": provider,
        "provider_id": signal.provider_id,
        "meeting_id": meeting_id,
        "kind": signal.kind.value,
        "occurrence": signal.occurrence,
        "registrant_id": signal.registrant_id,
        "account_id": signal.account_id,
        "connection": signal.connection,
        "new_role": signal.new_role,
        "as_host": signal.as_host,
        "manner": signal.manner.value,
        "happened_at": signal.happened_at,
        "received_at": tx.now,
        "looked_at": signal.looked_at,
    }
    return tx.try_write(_INSERT, row) is None


def of_meeting(reader: Tx | Reader, meeting_id: MeetingId) -> tuple[Signal, ...]:
    """What a provider told us about a meeting, in the order in which it happened."""
    return of_meetings(reader, (meeting_id,))[meeting_id]


def of_meetings(
    reader: Tx | Reader, ids: Iterable[MeetingId]
) -> dict[MeetingId, tuple[Signal, ...]]:
    """What providers told us about each of these meetings, in the order in which it happened."""
    found: dict[MeetingId, list[Signal]] = {meeting_id: [] for meeting_id in ids}
    for row in reader.conn.execute(_OF_MEETINGS, {"ids": list(found)}):
        found[row.meeting_id].append(_signal(row))
    return {meeting_id: tuple(told) for meeting_id, told in found.items()}


def received(reader: Reader, meeting_id: MeetingId) -> tuple[tuple[Signal, datetime], ...]:
    """What a provider told us about a meeting, each with when we received it (pitfall 38)."""
    rows = reader.conn.execute(_OF_MEETINGS, {"ids": [meeting_id]})
    return tuple((_signal(row), row.received_at) for row in rows)


def _signal(row: sa.Row[Any]) -> Signal:
    return Signal(
        row.digest,
        SignalKind(row.kind),
        row.provider_id,
        row.occurrence,
        row.happened_at,
        row.registrant_id,
        row.account_id,
        row.connection,
        row.new_role,
        row.as_host,
        looked_at=row.looked_at,
        manner=Manner(row.manner),
    )
