"""What marks a record of a child or an adult: flags, restrictions, and that it was merged."""

import sqlalchemy as sa

from service.policy.people import ChildId, ParentId, Restriction
from service.store.families.people import CHILDREN, PARENTS
from service.store.transactions import Reader, Tx


def flag_child(tx: Tx, child_id: ChildId, *, looked_after: bool, visiting_never: bool) -> None:
    """Note what forbids that this child's room is only visited (POL-03)."""
    flags = {"looked_after": looked_after, "visiting_never": visiting_never}
    changed = CHILDREN.update().where(CHILDREN.c.id == child_id)
    tx.conn.execute(changed.values(version=CHILDREN.c.version + 1, **flags))


def is_restricted(reader: Tx | Reader, child_id: ChildId) -> bool:
    """Whether nothing about this child is to be sent to anybody."""
    query = sa.select(CHILDREN.c.restriction).where(CHILDREN.c.id == child_id)
    return reader.conn.execute(query).scalar_one_or_none() is not None


def restrict_child(tx: Tx, child_id: ChildId, kind: Restriction | None) -> None:
    """Note that nothing about a child is to be sent, or may be again."""
    changed = CHILDREN.update().where(CHILDREN.c.id == child_id)
    tx.conn.execute(changed.values(version=CHILDREN.c.version + 1, restriction=kind))


def restrict(
    tx: Tx, parent_id: ParentId, kind: Restriction | None, *, details_hidden: bool
) -> None:
    """Note that an adult is not to be written to, or is again; and who may read the details."""
    values = {"restriction": kind, "details_hidden": details_hidden}
    changed = PARENTS.update().where(PARENTS.c.id == parent_id)
    tx.conn.execute(changed.values(version=PARENTS.c.version + 1, **values))


def hidden_among(reader: Tx | Reader, adults: frozenset[ParentId]) -> frozenset[ParentId]:
    """Those of the adults whose details are hidden."""
    query = sa.select(PARENTS.c.id).where(
        PARENTS.c.id.in_(sorted(adults)), PARENTS.c.details_hidden
    )
    return frozenset(ParentId(found) for found in reader.conn.execute(query).scalars())


def merge_child(tx: Tx, child_id: ChildId, into: ChildId) -> None:
    """Note that a record is of a child we had already. Records merged into it earlier follow."""
    _merge(tx, CHILDREN, child_id, into)
    tx.conn.execute(CHILDREN.update().where(CHILDREN.c.id == into).values(has_merged=True))


def merge_parent(tx: Tx, parent_id: ParentId, into: ParentId) -> None:
    """Note that a record is of an adult we had already. Records merged into it earlier follow."""
    _merge(tx, PARENTS, parent_id, into)


def _merge(tx: Tx, table: sa.Table, merged: str, into: str) -> None:
    here = (table.c.id == merged) | (table.c.merged_into == merged)
    values = {"merged_into": into, "version": table.c.version + 1}
    tx.conn.execute(table.update().where(here).values(values))
