"""Parents' personal links, their own devices, and wrong PINs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.policy.people import ChildId, ParentId, SessionId
from service.store.families.people import PARENTS
from service.store.tables import DeviceRow, LinkRow, PinTryRow, table_of
from service.store.transactions import Reader, Tx

LINKS = table_of(LinkRow)
DEVICES = table_of(DeviceRow)
PIN_TRIES = table_of(PinTryRow)

_INSERT = LINKS.insert()


class LinkPurpose(StrEnum):
    """What a link opens."""

    CONSENT = "consent"
    SESSION = "session"


@dataclass(frozen=True)
class Link:
    """A parent's personal link, without its token."""

    link_id: str
    purpose: LinkPurpose
    parent_id: ParentId
    child_id: ChildId
    session_id: SessionId | None
    expires_at: datetime


def insert(tx: Tx, link: Link, token_hash: str) -> None:
    """Store a link under the hash of its token."""
    tx.conn.execute(
        _INSERT,
        {
            "id": link.link_id,
            "token_hash": token_hash,
            "purpose": link.purpose.value,
            "parent_id": link.parent_id,
            "child_id": link.child_id,
            "session_id": link.session_id,
            "created_at": tx.now,
            "expires_at": link.expires_at,
        },
    )


def by_token(reader: Tx | Reader, token_hash: str) -> Link | None:
    """The link of a token, if it is neither expired nor revoked, nor its owner restricted."""
    row = reader.conn.execute(
        sa.select(LINKS)
        .join(PARENTS, PARENTS.c.id == LINKS.c.parent_id)
        .where(
            PARENTS.c.restriction.is_(None),
            LINKS.c.token_hash == token_hash,
            LINKS.c.revoked_at.is_(None),
            LINKS.c.expires_at > reader.now,
        )
    ).one_or_none()
    return None if row is None else _link(row)


def _link(row: sa.Row[Any]) -> Link:
    return Link(
        row.id,
        LinkPurpose(row.purpose),
        ParentId(row.parent_id),
        ChildId(row.child_id),
        None if row.session_id is None else SessionId(row.session_id),
        row.expires_at,
    )


def renew_consent_link(tx: Tx, token_hash: str, expires_at: datetime) -> str | None:
    """Let a link to a consent page last until then, unless it was revoked; answers which link it is, or
    None if the token is of no such link."""
    mine = (
        (LINKS.c.token_hash == token_hash)
        & (LINKS.c.purpose == LinkPurpose.CONSENT.value)
        & LINKS.c.revoked_at.is_(None)
    )
    link_id = tx.conn.execute(sa.select(LINKS.c.id).where(mine)).scalar_one_or_none()
    if link_id is None:
        return None
    tx.conn.execute(LINKS.update().where(LINKS.c.id == link_id).values(expires_at=expires_at))
    return str(link_id)


def revoke_of_session(
    tx: Tx,
    session_id: SessionId,
    *,
    child_id: ChildId | None = None,
    parent_id: ParentId | None = None,
) -> int:
    """Make a session's links worth nothing: all, or those for one child or of one parent."""
    condition = LINKS.c.session_id == session_id
    if child_id is not None:
        condition &= LINKS.c.child_id == child_id
    if parent_id is not None:
        condition &= LINKS.c.parent_id == parent_id
    return _revoke_where(tx, condition)


def revoke_session_links(tx: Tx, child_id: ChildId, parent_id: ParentId) -> int:
    """Make one parent's links to a child's sessions worth nothing."""
    condition = (LINKS.c.child_id == child_id) & (LINKS.c.parent_id == parent_id)
    return _revoke_where(tx, condition & (LINKS.c.purpose == LinkPurpose.SESSION.value))


def standing_of(reader: Tx | Reader, parent_id: ParentId) -> dict[str, Link]:
    """A parent's links that still open something, by the hash of their token."""
    query = sa.select(LINKS).where(
        LINKS.c.parent_id == parent_id,
        LINKS.c.revoked_at.is_(None),
        LINKS.c.expires_at > reader.now,
    )
    return {row.token_hash: _link(row) for row in reader.conn.execute(query)}


def revoke_of_parent(
    tx: Tx,
    parent_id: ParentId,
    child_id: ChildId | None = None,
    *,
    but: Collection[str] = (),
) -> int:
    """Make all of a parent's links worth nothing, or those about one child; `but` those of these tokens,
    by their hashes."""
    condition = (LINKS.c.parent_id == parent_id) & LINKS.c.token_hash.not_in(sorted(but))
    if child_id is not None:
        condition &= LINKS.c.child_id == child_id
    return _revoke_where(tx, condition)


def revoke_about_child(tx: Tx, child_id: ChildId) -> int:
    """Make everybody's links about a child worth nothing."""
    return _revoke_where(tx, LINKS.c.child_id == child_id)


def move_consent_links(tx: Tx, child_id: ChildId, to: ChildId) -> int:
    """Let everybody's links to a child's consent page lead to another record of the child."""
    standing = (LINKS.c.child_id == child_id) & LINKS.c.revoked_at.is_(None)
    consent = standing & (LINKS.c.purpose == LinkPurpose.CONSENT.value)
    return tx.conn.execute(LINKS.update().where(consent).values(child_id=to)).rowcount


def revoke_all_session_links(tx: Tx, child_id: ChildId) -> int:
    """Make everybody's links to a child's sessions worth nothing."""
    condition = LINKS.c.child_id == child_id
    return _revoke_where(tx, condition & (LINKS.c.purpose == LinkPurpose.SESSION.value))


def _revoke_where(tx: Tx, condition: sa.ColumnElement[bool]) -> int:
    standing = condition & LINKS.c.revoked_at.is_(None)
    return tx.conn.execute(LINKS.update().where(standing).values(revoked_at=tx.now)).rowcount


# --- own devices ------------------------------------------------------------------------------------


def insert_device(tx: Tx, parent_id: ParentId, token_hash: str, keep_for: timedelta) -> None:
    """Mark a device as a parent's alone."""
    tx.conn.execute(
        DEVICES.insert().values(
            id=tx.new_id("device"),
            parent_id=parent_id,
            token_hash=token_hash,
            marked_at=tx.now,
            expires_at=tx.now + keep_for,
        )
    )


def is_own_device(reader: Tx | Reader, parent_id: ParentId, token_hash: str) -> bool:
    """Whether the device with this token was marked by this parent and still counts."""
    query = sa.select(DEVICES.c.id).where(
        DEVICES.c.token_hash == token_hash,
        DEVICES.c.parent_id == parent_id,
        DEVICES.c.revoked_at.is_(None),
        DEVICES.c.expires_at > reader.now,
    )
    return reader.conn.execute(query).scalar_one_or_none() is not None


def revoke_devices(tx: Tx, parent_id: ParentId) -> None:
    """Forget all of a parent's devices, as when the PIN is set anew."""
    tx.conn.execute(
        DEVICES.update()
        .where(DEVICES.c.parent_id == parent_id, DEVICES.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


# --- wrong PINs -------------------------------------------------------------------------------------


def failed_pins(reader: Tx | Reader, parent_id: ParentId, within: timedelta) -> int:
    """How many wrong PINs a parent has entered lately."""
    query = sa.select(PIN_TRIES.c.failed).where(
        PIN_TRIES.c.parent_id == parent_id, PIN_TRIES.c.since > reader.now - within
    )
    return int(reader.conn.execute(query).scalar_one_or_none() or 0)


def count_failed_pin(tx: Tx, parent_id: ParentId, within: timedelta) -> None:
    """Count one wrong PIN; the count starts anew when the last start is long ago."""
    failed = failed_pins(tx, parent_id, within)
    mine = PIN_TRIES.c.parent_id == parent_id
    if failed:
        tx.conn.execute(PIN_TRIES.update().where(mine).values(failed=failed + 1))
        return
    tx.conn.execute(PIN_TRIES.delete().where(mine))
    tx.conn.execute(PIN_TRIES.insert().values(parent_id=parent_id, failed=1, since=tx.now))


def uncount_pin(tx: Tx, parent_id: ParentId) -> None:
    """Take back one count: the PIN was right after all."""
    mine = (PIN_TRIES.c.parent_id == parent_id) & (PIN_TRIES.c.failed > 0)
    tx.conn.execute(PIN_TRIES.update().where(mine).values(failed=PIN_TRIES.c.failed - 1))


def forget_failed_pins(tx: Tx, parent_id: ParentId) -> None:
    """Start counting anew."""
    tx.conn.execute(PIN_TRIES.delete().where(PIN_TRIES.c.parent_id == parent_id))
