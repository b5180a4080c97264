"""Records on file that may be of one person: told to a lead, never merged by themselves (pitfall 3)."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.people import ChildId, ParentId
from service.store.families.people import CHILDREN, PARENTS
from service.store.transactions import Reader
from service.store.who_is_who import contacts
from service.store.who_is_who.doubles import same_name

_SHARED_BIRTHDAYS = (
    sa.select(CHILDREN.c.born_on)
    .where(CHILDREN.c.merged_into.is_(None))
    .group_by(CHILDREN.c.born_on)
    .having(sa.func.count() > 1)
)


@dataclass(frozen=True)
class LookAlikes:
    """Records of one kind that share something: a name and a date of birth, or a contact."""

    kind: str
    shared: str
    ids: tuple[str, ...]


def all_of_them(reader: Reader) -> tuple[LookAlikes, ...]:
    """Every set of look-alikes. Reads every adult's digests and the names of shared birthdays."""
    return (*_children(reader), *_parents(reader))


def _children(reader: Reader) -> tuple[LookAlikes, ...]:
    born = CHILDREN.c.born_on.in_(_SHARED_BIRTHDAYS) & CHILDREN.c.merged_into.is_(None)
    found: dict[tuple[str, object], list[str]] = defaultdict(list)
    rows = reader.conn.execute(sa.select(CHILDREN).where(born).order_by(CHILDREN.c.id))
    for row in rows:
        found[_name_of(reader, row.id, row.name_sealed), row.born_on].append(row.id)
    return tuple(
        LookAlikes("children", "name_and_birth_date", tuple(ids))
        for ids in found.values()
        if len(ids) > 1
    )


def _name_of(reader: Reader, child_id: str, sealed: bytes) -> str:
    name = reader.house.unseal(sealed, f"children.name:{child_id}")
    return same_name(name.get_secret_value())


def _parents(reader: Reader) -> tuple[LookAlikes, ...]:
    found: dict[str, list[str]] = defaultdict(list)
    query = sa.select(PARENTS.c.id, PARENTS.c.mail_key, PARENTS.c.phone_key)
    in_use = query.where(PARENTS.c.merged_into.is_(None))
    for row in reader.conn.execute(in_use.order_by(PARENTS.c.id)):
        for digest in contacts.keys_of(row):
            found[digest].append(row.id)
    sets = {tuple(dict.fromkeys(ids)) for ids in found.values()}
    return tuple(LookAlikes("parents", "contact", ids) for ids in sorted(sets) if len(ids) > 1)


def of_child(reader: Reader, child_id: ChildId) -> tuple[str, ...]:
    """Other children of this one's name and date of birth."""
    own = reader.conn.execute(sa.select(CHILDREN).where(CHILDREN.c.id == child_id)).one()
    name = _name_of(reader, own.id, own.name_sealed)
    others = sa.select(CHILDREN.c.id, CHILDREN.c.name_sealed).where(
        CHILDREN.c.born_on == own.born_on,
        CHILDREN.c.id != child_id,
        CHILDREN.c.merged_into.is_(None),
    )
    return tuple(
        row.id
        for row in reader.conn.execute(others.order_by(CHILDREN.c.id))
        if _name_of(reader, row.id, row.name_sealed) == name
    )


def of_parent(reader: Reader, parent_id: ParentId) -> tuple[str, ...]:
    """Other adults with this one's mail address or number."""
    query = sa.select(PARENTS.c.mail_key, PARENTS.c.phone_key).where(PARENTS.c.id == parent_id)
    digests = contacts.keys_of(reader.conn.execute(query).one())
    if not digests:
        return ()
    others = sa.select(PARENTS.c.id).where(
        contacts.reached(PARENTS, digests),
        PARENTS.c.id != parent_id,
        PARENTS.c.merged_into.is_(None),
    )
    return tuple(reader.conn.execute(others.order_by(PARENTS.c.id)).scalars())
