"""What the reconcilers must look at, and who is looking.

One row per thing, under the name of the reconciler that looks after it, with the time of the next
look. A reconciler *claims* due rows: it gets a lease by the database's clock and a fence number that
grows with each claim. Whoever was paused past its lease finds its fence outdated and changes
nothing. A look asked for in the meantime (`hurry`) is counted and so never lost: settling a claim
that was hurried leaves it due.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.store.tables import WorkRow, table_of
from service.store.transactions import Reader, Tx, database_now

WORK = table_of(WorkRow)
_INSERT = WORK.insert()


@dataclass(frozen=True)
class Claim:
    """One thing claimed by one reconciler run. `tries` counts the looks since one last went well."""

    subject_id: str
    kind: str
    fence: int
    hurried: int
    tries: int


def put(tx: Tx, subject_id: str, kind: str, due_at: datetime) -> None:
    """Hand a thing to a reconciler, taking it from whichever had it before."""
    values = {"kind": kind, "due_at": due_at, "lease_until": None, "tries": 0}
    mine = WORK.c.subject_id == subject_id
    moved = tx.conn.execute(WORK.update().where(mine).values(fence=WORK.c.fence + 1, **values))
    if not moved.rowcount:
        begin(tx, subject_id, kind, due_at)
    elif due_at <= tx.now:
        tx.wake(kind)


def begin(tx: Tx, subject_id: str, kind: str, due_at: datetime) -> None:
    """Hand a thing that is new in this transaction to a reconciler."""
    tx.conn.execute(
        _INSERT,
        {
            "subject_id": subject_id,
            "kind": kind,
            "due_at": due_at,
            "fence": 0,
            "hurried": 0,
            "tries": 0,
        },
    )
    if due_at <= tx.now:
        tx.wake(kind)


def is_there(reader: Tx | Reader, subject_id: str) -> bool:
    """Whether a thing is on the list of any reconciler."""
    query = sa.select(WORK.c.kind).where(WORK.c.subject_id == subject_id)
    return reader.conn.execute(query).first() is not None


def drop(tx: Tx, subject_id: str) -> None:
    """Nobody needs to look any more."""
    tx.conn.execute(WORK.delete().where(WORK.c.subject_id == subject_id))


def hurry(tx: Tx, subjects: Iterable[str]) -> None:
    """Have these looked at now, whatever was planned and whoever is looking."""
    ids = sorted(subjects)
    if not ids:
        return
    mine = WORK.c.subject_id.in_(ids)
    values = {"due_at": tx.now, "hurried": WORK.c.hurried + 1}
    tx.conn.execute(WORK.update().where(mine).values(values))
    for kind in tx.conn.execute(sa.select(WORK.c.kind).where(mine).distinct()).scalars():
        tx.wake(kind)


@dataclass(frozen=True)
class ClaimDue:
    """Claim up to `limit` due things of a kind for `lease`."""

    kind: str
    limit: int
    lease: timedelta


def claim_due(tx: Tx, command: ClaimDue) -> tuple[Claim, ...]:
    """Claim what is due, longest due first; things another run holds are passed over."""
    now = database_now(tx)
    rows = tx.conn.execute(
        sa.select(WORK)
        .where(
            WORK.c.kind == command.kind,
            WORK.c.due_at <= tx.now,
            sa.or_(WORK.c.lease_until.is_(None), WORK.c.lease_until <= now),
        )
        .order_by(WORK.c.due_at, WORK.c.subject_id)
        .limit(command.limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        tx.conn.execute(
            WORK.update()
            .where(WORK.c.subject_id.in_([row.subject_id for row in rows]))
            .values(lease_until=now + command.lease, fence=WORK.c.fence + 1, tries=WORK.c.tries + 1)
        )
    return tuple(
        Claim(row.subject_id, row.kind, row.fence + 1, row.hurried, row.tries + 1) for row in rows
    )


def holds(tx: Tx, claim: Claim) -> bool:
    """Whether the claim is still the newest one; ask before recording what came of it."""
    row = tx.conn.execute(
        sa.select(WORK.c.fence)
        .where(WORK.c.subject_id == claim.subject_id, WORK.c.kind == claim.kind)
        .with_for_update()
    ).one_or_none()
    return row is not None and row.fence == claim.fence


@dataclass(frozen=True)
class Settle:
    """Give a claim back; None as the next look means that none is needed.

    `in_vain`: the look did not come to what it was for, and is counted with those before it.
    """

    claim: Claim
    look_again_at: datetime | None
    in_vain: bool = False


def settle(tx: Tx, command: Settle) -> None:
    """Give a claim back. If somebody hurried it meanwhile it stays due. Lost claims: nothing."""
    claim = command.claim
    held = (
        (WORK.c.subject_id == claim.subject_id)
        & (WORK.c.kind == claim.kind)
        & (WORK.c.fence == claim.fence)
    )
    unhurried = WORK.c.hurried == claim.hurried
    counted = {} if command.in_vain else {"tries": 0}
    if command.look_again_at is None:
        tx.conn.execute(WORK.delete().where(held & unhurried))
    else:
        tx.conn.execute(
            WORK.update()
            .where(held & unhurried)
            .values(due_at=command.look_again_at, lease_until=None, **counted)
        )
    tx.conn.execute(WORK.update().where(held & ~unhurried).values(lease_until=None, **counted))
