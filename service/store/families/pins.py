"""The PINs of parents, as Argon2 hashes."""

import sqlalchemy as sa

from service.policy.people import ParentId
from service.store.families.people import PARENTS
from service.store.transactions import Reader, Tx


def put(tx: Tx, parent_id: ParentId, pin_hash: str | None) -> None:
    """Replace the hash of a parent's PIN, or take the PIN away."""
    tx.conn.execute(PARENTS.update().where(PARENTS.c.id == parent_id).values(pin_hash=pin_hash))


def hash_of(reader: Tx | Reader, parent_id: ParentId) -> str | None:
    """The hash of a parent's PIN, None if they have none."""
    query = sa.select(PARENTS.c.pin_hash).where(PARENTS.c.id == parent_id)
    return reader.conn.execute(query).scalar_one_or_none()
