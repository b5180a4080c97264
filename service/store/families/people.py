"""Children, parents and the ties between them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.people import Authority, Child, ChildId, ParentId, Restriction, Tie
from service.store.tables import ChildRow, ParentRow, TieRow, table_of
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts

CHILDREN = table_of(ChildRow)
PARENTS = table_of(ParentRow)
TIES = table_of(TieRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_TIES_OF = (
    sa.select(TIES, PARENTS.c.restriction)
    .join(PARENTS, PARENTS.c.id == TIES.c.parent_id)
    .where(TIES.c.child_id.in_(_IDS), TIES.c.ended_at.is_(None))
    .order_by(TIES.c.parent_id)
)
_PLAIN = sa.select(
    CHILDREN.c.id,
    CHILDREN.c.born_on,
    CHILDREN.c.looked_after,
    CHILDREN.c.visiting_never,
    CHILDREN.c.restriction,
    CHILDREN.c.merged_into,
    CHILDREN.c.has_merged,
).where(CHILDREN.c.id.in_(_IDS))
_CHILD_NAMES = sa.select(CHILDREN.c.id, CHILDREN.c.name_sealed).where(CHILDREN.c.id.in_(_IDS))
_PARENT = sa.select(PARENTS).where(PARENTS.c.id == sa.bindparam("wanted"))


@dataclass(frozen=True)
class ChildRecord:
    """A child with the name, for those who may read it."""

    child: Child
    external_id: str | None
    name: SecretStr
    version: int
    former_adults: tuple[tuple[ParentId, datetime], ...] = ()


@dataclass(frozen=True)
class ParentRecord:
    """A parent with the details, for those who may read them."""

    parent_id: ParentId
    external_id: str | None
    name: SecretStr
    email: SecretStr | None
    phone: SecretStr | None
    language: str
    has_pin: bool
    version: int
    zone: str | None = None
    restriction: Restriction | None = None
    details_hidden: bool = False
    merged_into: ParentId | None = None


def insert_child(
    tx: Tx, *, child_id: ChildId, external_id: str | None, name: SecretStr, born_on: date
) -> str | None:
    """Store a new child; answers the violated constraint if the external id is taken."""
    return tx.try_write(
        CHILDREN.insert().values(
            id=child_id,
            external_id=external_id,
            name_sealed=tx.house.seal(name, f"children.name:{child_id}"),
            born_on=born_on,
            ledger_position=0,
            looked_after=False,
            visiting_never=False,
            has_merged=False,
            created_at=tx.now,
            version=1,
        )
    )


def change_child(tx: Tx, child_id: ChildId, name: SecretStr, born_on: date) -> None:
    """Replace a child's details."""
    tx.conn.execute(
        CHILDREN.update()
        .where(CHILDREN.c.id == child_id)
        .values(
            name_sealed=tx.house.seal(name, f"children.name:{child_id}"),
            born_on=born_on,
            version=CHILDREN.c.version + 1,
        )
    )


def insert_parent(tx: Tx, parent: ParentRecord) -> str | None:
    """Store a new parent; answers the violated constraint if the external id is taken."""
    violated = tx.try_write(
        PARENTS.insert().values(
            id=parent.parent_id,
            external_id=parent.external_id,
            details_hidden=False,
            created_at=tx.now,
            version=1,
            **_parent_details(tx, parent),
        )
    )
    if violated is None:
        contacts.remember(tx, parent.parent_id, parent.email, parent.phone)
    return violated


def change_parent(tx: Tx, parent: ParentRecord) -> None:
    """Replace a parent's details."""
    tx.conn.execute(
        PARENTS.update()
        .where(PARENTS.c.id == parent.parent_id)
        .values(version=PARENTS.c.version + 1, **_parent_details(tx, parent))
    )
    contacts.remember(tx, parent.parent_id, parent.email, parent.phone)


def _parent_details(tx: Tx, parent: ParentRecord) -> dict[str, object]:
    seal, key = tx.house, parent.parent_id
    return {
        "name_sealed": seal.seal(parent.name, f"parents.name:{key}"),
        "email_sealed": seal.seal_if_any(parent.email, f"parents.email:{key}"),
        "phone_sealed": seal.seal_if_any(parent.phone, f"parents.phone:{key}"),
        **contacts.keys_for(seal, parent.email, parent.phone),
        "language": parent.language,
        "zone": parent.zone,
    }


def child_by_external_id(reader: Tx | Reader, external_id: str) -> ChildId | None:
    """Our id for a child that a booking platform knows by its own; a merged record forwards."""
    kept = sa.func.coalesce(CHILDREN.c.merged_into, CHILDREN.c.id)
    query = sa.select(kept).where(CHILDREN.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else ChildId(found)


def parent_by_external_id(reader: Tx | Reader, external_id: str) -> ParentId | None:
    """Our id for a parent that a booking platform knows by its own; a merged record forwards."""
    kept = sa.func.coalesce(PARENTS.c.merged_into, PARENTS.c.id)
    query = sa.select(kept).where(PARENTS.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else ParentId(found)


def children(
    reader: Tx | Reader,
    ids: tuple[ChildId, ...],
    *,
    on: date | None = None,
    through: date | None = None,
) -> dict[ChildId, Child]:
    """The children with these ids, with the ties that stand; unknown ids are left out.

    Who has a say is asked for the days from `on` through `through`; for today unless said otherwise.
    """
    on = on or reader.house.organisation.local_day(reader.now)
    ties: dict[str, list[Tie]] = {child_id: [] for child_id in ids}
    for row in reader.conn.execute(_TIES_OF, {"ids": ids}):
        ties[row.child_id].append(_tie(row))
    return {
        row.id: Child(
            ChildId(row.id),
            row.born_on,
            tuple(ties[row.id]),
            on,
            through,
            looked_after=row.looked_after,
            visiting_never=row.visiting_never,
            restriction=None if row.restriction is None else Restriction(row.restriction),
            merged_into=row.merged_into,
            has_merged=row.has_merged,
        )
        for row in reader.conn.execute(_PLAIN, {"ids": ids})
    }


def _tie(row: sa.Row[Any]) -> Tie:
    return Tie(
        ParentId(row.parent_id),
        row.relation,
        Authority(row.authority),
        row.until,
        None if row.restriction is None else Restriction(row.restriction),
    )


def child_record(reader: Tx | Reader, child_id: ChildId) -> ChildRecord:
    """A child with the name. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(CHILDREN).where(CHILDREN.c.id == child_id)).one_or_none()
    if row is None:
        raise NotFound
    return ChildRecord(
        child=children(reader, (child_id,))[child_id],
        external_id=row.external_id,
        name=reader.house.unseal(row.name_sealed, f"children.name:{child_id}"),
        version=row.version,
        former_adults=_former_adults(reader, child_id),
    )


def _former_adults(reader: Tx | Reader, child_id: ChildId) -> tuple[tuple[ParentId, datetime], ...]:
    """Who was on a child's record once, and until when; oldest first."""
    query = sa.select(TIES.c.parent_id, TIES.c.ended_at).where(
        TIES.c.child_id == child_id, TIES.c.ended_at.is_not(None)
    )
    rows = reader.conn.execute(query.order_by(TIES.c.ended_at, TIES.c.parent_id))
    return tuple((ParentId(row.parent_id), row.ended_at) for row in rows)


def child_names(reader: Tx | Reader, ids: tuple[ChildId, ...]) -> dict[ChildId, SecretStr]:
    """Names by child."""
    rows = reader.conn.execute(_CHILD_NAMES, {"ids": ids})
    return {
        ChildId(row.id): reader.house.unseal(row.name_sealed, f"children.name:{row.id}")
        for row in rows
    }


def parent_record(reader: Tx | Reader, parent_id: ParentId) -> ParentRecord:
    """A parent with the details. `NotFound` if there is none."""
    row = reader.conn.execute(_PARENT, {"wanted": parent_id}).one_or_none()
    if row is None:
        raise NotFound
    open_ = reader.house
    return ParentRecord(
        parent_id=ParentId(row.id),
        external_id=row.external_id,
        name=open_.unseal(row.name_sealed, f"parents.name:{row.id}"),
        email=open_.unseal_if_any(row.email_sealed, f"parents.email:{row.id}"),
        phone=open_.unseal_if_any(row.phone_sealed, f"parents.phone:{row.id}"),
        language=row.language,
        zone=row.zone,
        has_pin=row.pin_hash is not None,
        version=row.version,
        restriction=None if row.restriction is None else Restriction(row.restriction),
        details_hidden=row.details_hidden,
        merged_into=row.merged_into,
    )


def zone_of(reader: Tx | Reader, parent_id: ParentId) -> str | None:
    """The time zone an adult lives in, if it is on record."""
    query = sa.select(PARENTS.c.zone).where(PARENTS.c.id == parent_id)
    return reader.conn.execute(query).scalar_one_or_none()


def parent_names(reader: Tx | Reader, ids: frozenset[ParentId]) -> dict[ParentId, SecretStr]:
    """Names by parent."""
    rows = reader.conn.execute(
        sa.select(PARENTS.c.id, PARENTS.c.name_sealed).where(PARENTS.c.id.in_(ids))
    )
    return {
        ParentId(row.id): reader.house.unseal(row.name_sealed, f"parents.name:{row.id}")
        for row in rows
    }


def children_of(reader: Tx | Reader, parent_id: ParentId) -> tuple[ChildId, ...]:
    """The children on whose records an adult is."""
    query = (
        sa.select(TIES.c.child_id)
        .where(TIES.c.parent_id == parent_id, TIES.c.ended_at.is_(None))
        .order_by(TIES.c.child_id)
    )
    return tuple(ChildId(found) for found in reader.conn.execute(query).scalars())


def has_child(reader: Tx | Reader, child_id: str) -> bool:
    """Whether there is such a child."""
    query = sa.select(CHILDREN.c.id).where(CHILDREN.c.id == child_id)
    return reader.conn.execute(query).scalar_one_or_none() is not None


def has_parent(reader: Tx | Reader, parent_id: ParentId) -> bool:
    """Whether there is such a parent."""
    query = sa.select(PARENTS.c.id).where(PARENTS.c.id == parent_id)
    return reader.conn.execute(query).scalar_one_or_none() is not None
