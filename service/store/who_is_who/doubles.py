"""Records that may be of one person: found by address, number, or name and date of birth."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from service.store.families.people import CHILDREN, PARENTS
from service.store.staff.staff import STAFF
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts

Refs = Mapping[str, frozenset[str]]
"""Who was found, by what they were found by; each by external id, or by ours."""


def reached_by(reader: Reader | Tx, digests: frozenset[str], *, among_staff: bool) -> Refs:
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


def children_born(reader: Reader | Tx, day: date) -> Refs:
    """Children on record who were born on a day, by name as `same_name` has it."""
    query = sa.select(CHILDREN).where(CHILDREN.c.born_on == day, CHILDREN.c.merged_into.is_(None))
    found: dict[str, set[str]] = defaultdict(set)
    for row in reader.conn.execute(query):
        name = reader.house.unseal(row.name_sealed, f"children.name:{row.id}").get_secret_value()
        found[same_name(name)].add(row.external_id or row.id)
    return {name: frozenset(refs) for name, refs in found.items()}


def same_name(name: str) -> str:
    """What two spellings of one name have in common: neither case nor spaces count."""
    return "".join(name.casefold().split())
