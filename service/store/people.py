"""Children, parents and the ties between them."""

import json
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.people import Authority, Child, ChildId, ParentId, Tie
from service.store.tables import ChildRow, ParentRow, TieRow, table_of
from service.store.transactions import Reader, Tx

CHILDREN = table_of(ChildRow)
PARENTS = table_of(ParentRow)
TIES = table_of(TieRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_TIES_OF = sa.select(TIES).where(TIES.c.child_id.in_(_IDS)).order_by(TIES.c.parent_id)
_BIRTHDAYS = sa.select(CHILDREN.c.id, CHILDREN.c.born_on).where(CHILDREN.c.id.in_(_IDS))
_CHILD_NAMES = sa.select(CHILDREN.c.id, CHILDREN.c.name_sealed).where(CHILDREN.c.id.in_(_IDS))
_PARENT = sa.select(PARENTS).where(PARENTS.c.id == sa.bindparam("wanted"))
_CONTACTS = sa.select(PARENTS.c.id, PARENTS.c.contact_keys).where(PARENTS.c.id.in_(_IDS))


@dataclass(frozen=True)
class ChildRecord:
    """A child with the name, for those who may read it."""

    child: Child
    external_id: str | None
    name: SecretStr
    version: int


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
    return tx.try_write(
        PARENTS.insert().values(
            id=parent.parent_id,
            external_id=parent.external_id,
            created_at=tx.now,
            version=1,
            **_parent_details(tx, parent),
        )
    )


def change_parent(tx: Tx, parent: ParentRecord) -> None:
    """Replace a parent's details."""
    tx.conn.execute(
        PARENTS.update()
        .where(PARENTS.c.id == parent.parent_id)
        .values(version=PARENTS.c.version + 1, **_parent_details(tx, parent))
    )


def _parent_details(tx: Tx, parent: ParentRecord) -> dict[str, object]:
    seal, key = tx.house, parent.parent_id
    contacts = [contact for contact in (parent.email, parent.phone) if contact is not None]
    return {
        "name_sealed": seal.seal(parent.name, f"parents.name:{key}"),
        "email_sealed": seal.seal_if_any(parent.email, f"parents.email:{key}"),
        "phone_sealed": seal.seal_if_any(parent.phone, f"parents.phone:{key}"),
        "contact_keys": json.dumps([seal.contact_digest(contact) for contact in contacts]),
        "language": parent.language,
    }


def put_tie(tx: Tx, child_id: ChildId, tie: Tie) -> None:
    """Put an adult on a child's record, or change the relation and authority."""
    values = {"relation": tie.relation, "authority": tie.authority.value}
    same = (TIES.c.child_id == child_id) & (TIES.c.parent_id == tie.parent_id)
    if tx.conn.execute(TIES.update().where(same).values(values)).rowcount:
        return
    tx.conn.execute(
        TIES.insert().values(
            child_id=child_id, parent_id=tie.parent_id, created_at=tx.now, **values
        )
    )


def set_pin(tx: Tx, parent_id: ParentId, pin_hash: str) -> None:
    """Replace the hash of a parent's PIN."""
    tx.conn.execute(PARENTS.update().where(PARENTS.c.id == parent_id).values(pin_hash=pin_hash))


def pin_hash(reader: Tx | Reader, parent_id: ParentId) -> str | None:
    """The hash of a parent's PIN, None if they have none."""
    query = sa.select(PARENTS.c.pin_hash).where(PARENTS.c.id == parent_id)
    return reader.conn.execute(query).scalar_one_or_none()


def child_by_external_id(reader: Tx | Reader, external_id: str) -> ChildId | None:
    """Our id for a child that a booking platform knows by its own."""
    query = sa.select(CHILDREN.c.id).where(CHILDREN.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else ChildId(found)


def parent_by_external_id(reader: Tx | Reader, external_id: str) -> ParentId | None:
    """Our id for a parent that a booking platform knows by its own."""
    query = sa.select(PARENTS.c.id).where(PARENTS.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else ParentId(found)


def children(reader: Tx | Reader, ids: tuple[ChildId, ...]) -> dict[ChildId, Child]:
    """The children with these ids, with their ties; unknown ids are left out."""
    ties: dict[str, list[Tie]] = {child_id: [] for child_id in ids}
    for row in reader.conn.execute(_TIES_OF, {"ids": ids}):
        ties[row.child_id].append(
            Tie(ParentId(row.parent_id), row.relation, Authority(row.authority))
        )
    found = reader.conn.execute(_BIRTHDAYS, {"ids": ids})
    return {row.id: Child(ChildId(row.id), row.born_on, tuple(ties[row.id])) for row in found}


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
    )


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
        has_pin=row.pin_hash is not None,
        version=row.version,
    )


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
        sa.select(TIES.c.child_id).where(TIES.c.parent_id == parent_id).order_by(TIES.c.child_id)
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


def adult_keys(reader: Tx | Reader, ids: frozenset[ParentId]) -> dict[ParentId, frozenset[str]]:
    """Contact digests by parent."""
    rows = reader.conn.execute(_CONTACTS, {"ids": sorted(ids)})
    return {ParentId(row.id): frozenset(json.loads(row.contact_keys)) for row in rows}
