"""Records that may be of one person: found by address, number, or name and date of birth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from service.store import contacts
from service.store.people import CHILDREN, PARENTS
from service.store.staff import STAFF
from service.store.transactions import Reader

Refs = Mapping[str, frozenset[str]]
"""Who was found, by what they were found by; each by external id, or by ours."""


def reached_by(reader: Reader, digests: frozenset[str], *, among_staff: bool) -> Refs:
    """Who is on record with these contact digests."""
    table = STAFF if among_staff else PARENTS
    held = (table.c.id, table.c.external_id, table.c.mail_key, table.c.phone_key)
    query = sa.select(*held).where(contacts.reached(table, digests))
    if not among_staff:
        query = query.where(PARENTS.c.merged_into.is_(None))
    found: dict[str, set[str]] = defaultdict(set)
    for row in reader.conn.execute(query):
        for digest in digests & contacts.keys_of(row):
            found[digest].add(row.external_id or row.id)
    return {digest: frozenset(refs) for digest, refs in found.items()}


def children_born(
    reader: Reader, days: Iterable[date]
) -> Mapping[tuple[str, date], frozenset[str]]:
    """Children on record by name (in small letters) and date of birth, of those born on these days."""
    born = CHILDREN.c.born_on.in_(sorted(set(days)))
    query = sa.select(CHILDREN).where(born, CHILDREN.c.merged_into.is_(None))
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for row in reader.conn.execute(query):
        name = reader.house.unseal(row.name_sealed, f"children.name:{row.id}").get_secret_value()
        found[same_name(name), row.born_on].add(row.external_id or row.id)
    return {key: frozenset(refs) for key, refs in found.items()}


def same_name(name: str) -> str:
    """What two spellings of one name have in common: neither case nor spaces count."""
    return "".join(name.casefold().split())
