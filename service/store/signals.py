"""What providers told us about meetings, once each (pitfall 47)."""

import sqlalchemy as sa

from service.policy.people import MeetingId
from service.ports import Signal, SignalKind
from service.store.tables import SignalRow, table_of
from service.store.transactions import Reader, Tx

SIGNALS = table_of(SignalRow)
_INSERT = SIGNALS.insert()


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
        "happened_at": signal.happened_at,
        "received_at": tx.now,
        "looked_at": signal.looked_at,
    }
    return tx.try_write(_INSERT, row) is None


def of_meeting(reader: Tx | Reader, meeting_id: MeetingId) -> tuple[Signal, ...]:
    """What a provider told us about a meeting, in the order in which it happened."""
    rows = reader.conn.execute(
        sa.select(SIGNALS)
        .where(SIGNALS.c.meeting_id == meeting_id)
        .order_by(SIGNALS.c.happened_at, SIGNALS.c.id)
    )
    return tuple(
        Signal(
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
        )
        for row in rows
    )
