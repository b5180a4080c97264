"""By what somebody is or ever was known: digests of addresses, of telephone numbers and of checks' numbers.

They are kept as long as the record: else whoever corrects a number would make a father a stranger, or two
people of one (pitfalls 9 and 28). A lead tells those apart who were taken for one by mistake.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from service.store.tables import KnownByRow, table_of
from service.store.transactions import Reader, Tx

KNOWN_BY = table_of(KnownByRow)
_OTHER = KNOWN_BY.alias("other")
_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_SHARING = (
    sa.select(KNOWN_BY.c.owner_id, _OTHER.c.owner_id.label("other_id"))
    .join(_OTHER, (_OTHER.c.key == KNOWN_BY.c.key) & (_OTHER.c.owner_id != KNOWN_BY.c.owner_id))
    .where(KNOWN_BY.c.owner_id.in_(_IDS))
    .distinct()
)


def remember(tx: Tx, owner_id: str, keys: Iterable[str | None]) -> None:
    """Note by what somebody is known from now on, beside all that was noted before."""
    for key in keys:
        if key is not None:
            tx.try_write(KNOWN_BY.insert().values(owner_id=owner_id, key=key))


def remember_anew(conn: sa.Connection, owner_id: str, key: str) -> None:
    """Note a digest that is made otherwise today than when the record was written. Safe to run again."""
    there = sa.exists().where(KNOWN_BY.c.owner_id == owner_id, KNOWN_BY.c.key == key)
    new = sa.select(sa.literal(owner_id), sa.literal(key)).where(~there)
    conn.execute(KNOWN_BY.insert().from_select(["owner_id", "key"], new))


def inherit(tx: Tx, owner_id: str, of: str) -> None:
    """Note everything by which one record was known for another: both are of one human being."""
    keys = sa.select(KNOWN_BY.c.key).where(KNOWN_BY.c.owner_id == of)
    remember(tx, owner_id, tx.conn.execute(keys).scalars().all())


@dataclass(frozen=True)
class Alike:
    """The other records that share, or ever shared, something with one."""

    staff: frozenset[str] = frozenset()
    adults: frozenset[str] = frozenset()


NOBODY_ALIKE = Alike()


def alike(reader: Tx | Reader, ids: Collection[str]) -> dict[str, Alike]:
    """Who shares something with each of these; those who share nothing with anybody are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in reader.conn.execute(_SHARING, {"ids": sorted(ids)}):
        found[row.owner_id].add(row.other_id)
    return {one: _told(others) for one, others in found.items()}


def owners(reader: Tx | Reader, keys: Iterable[str | None]) -> Alike:
    """Whose records are or were known by one of these."""
    wanted = sorted({key for key in keys if key is not None})
    query = sa.select(KNOWN_BY.c.owner_id).where(KNOWN_BY.c.key.in_(wanted))
    return _told(reader.conn.execute(query).scalars()) if wanted else NOBODY_ALIKE


def _told(ids: Iterable[str]) -> Alike:
    there = frozenset(ids)
    return Alike(
        staff=frozenset(one for one in there if one.startswith("staff_")),
        adults=frozenset(one for one in there if one.startswith("parent_")),
    )
