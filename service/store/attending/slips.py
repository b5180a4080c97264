"""Slips: one-use codes for another device of a household, known by their hash alone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.admission import SlipPurpose
from service.policy.people import ChildId, ParentId, SessionId
from service.store.families.people import PARENTS
from service.store.tables import SlipRow, table_of
from service.store.transactions import Reader, Tx

SLIPS = table_of(SlipRow)


@dataclass(frozen=True)
class Slip:
    """A slip, without its code."""

    slip_id: str
    purpose: SlipPurpose
    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def is_out(self, now: datetime) -> bool:
        """Whether somebody could still use it."""
        return self.used_at is None and now < self.expires_at


def insert(tx: Tx, slip: Slip, code_hash: str) -> None:
    """Store a slip under the hash of its code. End the one before it first."""
    tx.conn.execute(
        SLIPS.insert().values(
            id=slip.slip_id,
            code_hash=code_hash,
            purpose=slip.purpose.value,
            session_id=slip.session_id,
            child_id=slip.child_id,
            adult_id=slip.adult_id,
            made_at=slip.made_at,
            expires_at=slip.expires_at,
        )
    )


def by_code(reader: Tx | Reader, code_hash: str) -> Slip | None:
    """The slip of a code, if it can still be used, and its maker is not restricted."""
    query = (
        sa.select(SLIPS)
        .join(PARENTS, PARENTS.c.id == SLIPS.c.adult_id)
        .where(
            PARENTS.c.restriction.is_(None),
            SLIPS.c.code_hash == code_hash,
            SLIPS.c.used_at.is_(None),
            SLIPS.c.ended_at.is_(None),
            SLIPS.c.expires_at > reader.now,
        )
    )
    row = reader.conn.execute(query).one_or_none()
    return None if row is None else _slip(row)


def use(tx: Tx, slip_id: str) -> bool:
    """Note that a device went in by a slip; False if it is used or worth nothing meanwhile."""
    usable = (SLIPS.c.id == slip_id) & SLIPS.c.used_at.is_(None) & SLIPS.c.ended_at.is_(None)
    changed = tx.conn.execute(SLIPS.update().where(usable).values(used_at=tx.now))
    return changed.rowcount == 1


def end(tx: Tx, slip_id: str, reason: str) -> None:
    """Make a slip worth nothing, and what was handed on by it taken back."""
    mine = (SLIPS.c.id == slip_id) & SLIPS.c.ended_at.is_(None)
    tx.conn.execute(SLIPS.update().where(mine).values(ended_at=tx.now, end_reason=reason))


def standing(
    reader: Tx | Reader, session_id: SessionId, child_id: ChildId | None = None
) -> tuple[Slip, ...]:
    """The slips of a session, or of one child in it, that were not ended: still to be used, used, or
    left to expire."""
    query = sa.select(SLIPS).where(SLIPS.c.session_id == session_id, SLIPS.c.ended_at.is_(None))
    if child_id is not None:
        query = query.where(SLIPS.c.child_id == child_id)
    return tuple(_slip(row) for row in reader.conn.execute(query.order_by(SLIPS.c.id)))


def handed_on(reader: Tx | Reader, session_id: SessionId) -> frozenset[ChildId]:
    """The children whose way in is with a device of their own."""
    return frozenset(
        slip.child_id
        for slip in standing(reader, session_id)
        if slip.purpose is SlipPurpose.WAY_IN and slip.used_at is not None
    )


def _slip(row: sa.Row[tuple[object, ...]]) -> Slip:
    values = row._mapping
    return Slip(
        slip_id=values["id"],
        purpose=SlipPurpose(values["purpose"]),
        session_id=SessionId(values["session_id"]),
        child_id=ChildId(values["child_id"]),
        adult_id=ParentId(values["adult_id"]),
        made_at=values["made_at"],
        expires_at=values["expires_at"],
        used_at=values["used_at"],
    )
