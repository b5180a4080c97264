"""Whoever is or was on a child's record, under any record of theirs or of the child's."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.people import Child, ChildId, ParentId
from service.store.families.deputies import DEPUTIES
from service.store.families.people import CHILDREN, PARENTS, TIES
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_ON_IT = PARENTS.alias("on_it")
_KEPT_AS = sa.func.coalesce(_ON_IT.c.merged_into, _ON_IT.c.id)
_EVER_ON_RECORD = (
    sa.select(TIES.c.child_id, PARENTS.c.id, PARENTS.c.mail_key, PARENTS.c.phone_key)
    .join(_ON_IT, _ON_IT.c.id == TIES.c.parent_id)
    .join(PARENTS, sa.or_(PARENTS.c.id == _KEPT_AS, PARENTS.c.merged_into == _KEPT_AS))
    .where(TIES.c.child_id.in_(_IDS))
)
"""Under every record of theirs: nobody's family ends with a tie or a merge (pitfalls 3 and 9)."""

_EVER_SPOKE = (
    sa.select(TIES.c.child_id, PARENTS.c.id, PARENTS.c.mail_key, PARENTS.c.phone_key)
    .join(DEPUTIES, DEPUTIES.c.team_id == TIES.c.parent_id)
    .join(PARENTS, PARENTS.c.id == DEPUTIES.c.parent_id)
    .where(TIES.c.child_id.in_(_IDS))
)
"""Whoever answers or answered for a team there: no tutor rests on their own yes (pitfall 9)."""

_MERGED_INTO = sa.select(CHILDREN.c.id, CHILDREN.c.merged_into).where(
    CHILDREN.c.merged_into.in_(_IDS)
)


@dataclass(frozen=True)
class Kin:
    """A child's records and whoever is or was on one of them, `speakers` who answer or answered for a team
    among them, and the digests of everybody's contacts."""

    people: frozenset[str]
    contact_keys: frozenset[str]
    speakers: frozenset[str]


def of_children(reader: Tx | Reader, known: Mapping[ChildId, Child]) -> dict[ChildId, Kin]:
    """The kin of each child."""
    records = _records_of(reader, known)
    every = sorted({one for of_one in records.values() for one in of_one})
    on_record: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    speakers: dict[str, set[str]] = defaultdict(set)
    for spoke in reader.conn.execute(_EVER_SPOKE, {"ids": every}):
        speakers[spoke.child_id].add(spoke.id)
        keys[spoke.child_id].update(contacts.keys_of(spoke))
    for row in reader.conn.execute(_EVER_ON_RECORD, {"ids": every}):
        on_record[row.child_id].add(row.id)
        keys[row.child_id].update(contacts.keys_of(row))
    return {
        child_id: Kin(
            people=own.union(*(on_record[one] for one in own)),
            contact_keys=frozenset().union(*(keys[one] for one in own)),
            speakers=frozenset().union(*(speakers[one] for one in own)),
        )
        for child_id, own in records.items()
    }


def _records_of(
    reader: Tx | Reader, known: Mapping[ChildId, Child]
) -> dict[ChildId, frozenset[str]]:
    """Each child's own record and those that were merged into it, however many in a row."""
    records = {child_id: {str(child_id)} for child_id in known}
    merged_into = sorted(child_id for child_id, child in known.items() if child.has_merged)
    if merged_into:
        for row in reader.conn.execute(_MERGED_INTO, {"ids": merged_into}):
            records[row.merged_into].add(row.id)
    return {child_id: frozenset(own) for child_id, own in records.items()}


def children_of(reader: Tx | Reader, ids: Collection[ParentId]) -> tuple[ChildId, ...]:
    """The children whose kin these adults are, or for whom they answer or answered as deputies, under any
    record of the adults' or of the child's."""
    kept_as = sa.func.coalesce(PARENTS.c.merged_into, PARENTS.c.id)
    kept = reader.conn.execute(sa.select(kept_as).where(PARENTS.c.id.in_(sorted(ids)))).scalars()
    these = sorted(set(kept))
    theirs = PARENTS.c.id.in_(these) | PARENTS.c.merged_into.in_(these)
    records_of_theirs = sa.select(PARENTS.c.id).where(theirs)
    teams = sa.select(DEPUTIES.c.team_id).where(DEPUTIES.c.parent_id.in_(records_of_theirs))
    query = (
        sa.select(CHILDREN.c.id, CHILDREN.c.merged_into)
        .join(TIES, TIES.c.child_id == CHILDREN.c.id)
        .where(TIES.c.parent_id.in_(records_of_theirs) | TIES.c.parent_id.in_(teams))
    )
    found = {one for row in reader.conn.execute(query) for one in row if one is not None}
    return tuple(ChildId(one) for one in sorted(found))
