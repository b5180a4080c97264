"""Second staff changing during a call: asked for, accepted, admitted, arrived (pitfall 24)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.policy.people import SessionId, StaffId
from service.store.tables import HandOverRow, table_of
from service.store.transactions import Tx

HAND_OVERS = table_of(HandOverRow)


@dataclass(frozen=True)
class Change:
    """Who is to take over from whom, and why; `accepted_at` if they said yes beforehand."""

    session_id: SessionId
    leaving: StaffId
    coming: StaffId
    reason: str
    accepted_at: datetime | None


def begin(tx: Tx, change: Change) -> str:
    """Ask for a hand-over, in place of one that is still open; answers its id."""
    _end_open(tx, change.session_id)
    hand_over_id = tx.new_id("handover")
    tx.conn.execute(
        HAND_OVERS.insert().values(
            id=hand_over_id,
            session_id=change.session_id,
            leaving_id=change.leaving,
            coming_id=change.coming,
            reason=change.reason,
            asked_by=tx.by.subject,
            asked_at=tx.now,
            accepted_at=change.accepted_at,
        )
    )
    return hand_over_id


def _end_open(tx: Tx, session_id: SessionId) -> None:
    mine = (HAND_OVERS.c.session_id == session_id) & HAND_OVERS.c.ended_at.is_(None)
    tx.conn.execute(HAND_OVERS.update().where(mine).values(ended_at=tx.now))


def accept(tx: Tx, hand_over_id: str, accepted_at: datetime) -> None:
    """Note that the newcomer said yes."""
    _change(tx, hand_over_id, {"accepted_at": accepted_at})


def admit(tx: Tx, hand_over_id: str) -> None:
    """Note that the newcomer was let in: from now on they hold a key to the room."""
    _change(tx, hand_over_id, {"admitted_at": tx.now})


def arrive(tx: Tx, hand_over_id: str, gap: timedelta | None) -> None:
    """Note that the newcomer is in and has taken over, and how long nobody was there, if known."""
    seconds = None if gap is None else round(gap.total_seconds())
    _change(tx, hand_over_id, {"arrived_at": tx.now, "ended_at": tx.now, "gap_seconds": seconds})


def _change(tx: Tx, hand_over_id: str, values: dict[str, object]) -> None:
    tx.conn.execute(HAND_OVERS.update().where(HAND_OVERS.c.id == hand_over_id).values(values))
