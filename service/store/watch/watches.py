"""Providers' promises to tell us about calls."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.people import MeetingId
from service.ports import Watch
from service.store.tables import HookProofRow, WatchRow, table_of
from service.store.transactions import Reader, Tx

WATCHES = table_of(WatchRow)
HOOK_PROOFS = table_of(HookProofRow)


@dataclass(frozen=True)
class KeptWatch:
    """A watch we keep: over a meeting, or (`meeting_id` None) over a provider's whole account.

    From `needed_until` on it may be given up; None while the meeting is ours.
    """

    key: str
    provider: str
    meeting_id: MeetingId | None
    watch_id: str
    expires_at: datetime
    needed_until: datetime | None


def key_of_account(provider: str) -> str:
    """The key of the watch over a provider's whole account."""
    return f"watch_account_{provider}"


def put(tx: Tx, provider: str, meeting_id: MeetingId | None, watch: Watch) -> str:
    """Keep a watch, in place of an older one over the same; answers its key."""
    there = of_meeting(tx, meeting_id) if meeting_id else get(tx, key_of_account(provider))
    values = {"watch_id": watch.watch_id, "expires_at": watch.expires_at}
    if there is not None:
        tx.conn.execute(WATCHES.update().where(WATCHES.c.id == there.key).values(values))
        return there.key
    key = tx.new_id("watch") if meeting_id else key_of_account(provider)
    tx.conn.execute(
        WATCHES.insert().values(id=key, provider=provider, meeting_id=meeting_id, **values)
    )
    return key


def renewed(tx: Tx, key: str, watch: Watch) -> None:
    """Note how a watch we keep goes on; one that was given up meanwhile stays given up."""
    values = {"watch_id": watch.watch_id, "expires_at": watch.expires_at}
    tx.conn.execute(WATCHES.update().where(WATCHES.c.id == key).values(values))


def get(reader: Tx | Reader, key: str) -> KeptWatch | None:
    """A watch by its key."""
    return _one(reader, WATCHES.c.id == key)


def of_meeting(reader: Tx | Reader, meeting_id: MeetingId) -> KeptWatch | None:
    """The watch over a meeting."""
    return _one(reader, WATCHES.c.meeting_id == meeting_id)


def need_until(tx: Tx, meeting_id: MeetingId, until: datetime) -> None:
    """Note how long somebody may still get into a meeting that is ours no more."""
    mine = WATCHES.c.meeting_id == meeting_id
    tx.conn.execute(WATCHES.update().where(mine).values(needed_until=until))


def drop(tx: Tx, key: str) -> None:
    """Keep a watch no longer."""
    tx.conn.execute(WATCHES.delete().where(WATCHES.c.id == key))


def _one(reader: Tx | Reader, condition: sa.ColumnElement[bool]) -> KeptWatch | None:
    row = reader.conn.execute(sa.select(WATCHES).where(condition)).one_or_none()
    if row is None:
        return None
    return KeptWatch(
        key=row.id,
        provider=row.provider,
        meeting_id=None if row.meeting_id is None else MeetingId(row.meeting_id),
        watch_id=row.watch_id,
        expires_at=row.expires_at,
        needed_until=row.needed_until,
    )


# --- is the address we gave them still believed to be ours? -----------------------------------------


def note_proof(tx: Tx, provider: str) -> None:
    """Note that a provider just had us prove that its hook is ours."""
    mine = HOOK_PROOFS.c.provider == provider
    if not tx.conn.execute(HOOK_PROOFS.update().where(mine).values(proved_at=tx.now)).rowcount:
        tx.try_write(HOOK_PROOFS.insert(), {"provider": provider, "proved_at": tx.now})


def proved_at(reader: Tx | Reader, provider: str) -> datetime | None:
    """When a provider last had us prove that its hook is ours."""
    query = sa.select(HOOK_PROOFS.c.proved_at).where(HOOK_PROOFS.c.provider == provider)
    found: datetime | None = reader.conn.execute(query).scalar_one_or_none()
    return found
