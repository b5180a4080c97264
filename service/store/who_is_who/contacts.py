"""By what somebody can be found without their details being read: digests of address and number."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.policy.people import ParentId
from service.store.house import House
from service.store.tables import ParentRow, StaffRow, table_of
from service.store.transactions import Reader, Tx
from service.store.who_is_who import known_by

PARENTS = table_of(ParentRow)
_ADDRESSES = (
    (PARENTS, "email_sealed", "parents.email"),
    (table_of(StaffRow), "account_sealed", "staff.account"),
)


def keys_for(
    house: House, mail: SecretStr | None, phone: SecretStr | None
) -> dict[str, str | None]:
    """The two columns of a record with these contacts. An account of the organisation is its mail
    address."""
    return {
        "mail_key": None if mail is None else house.contact_digest(mail),
        "phone_key": None if phone is None else house.contact_digest(phone),
    }


def remember(tx: Tx, owner_id: str, mail: SecretStr | None, phone: SecretStr | None) -> None:
    """Note that these contacts are somebody's, beside all that were."""
    known_by.remember(tx, owner_id, keys_for(tx.house, mail, phone).values())


def keys_of(row: Any) -> frozenset[str]:
    """The digests of one record."""
    return frozenset(key for key in (row.mail_key, row.phone_key) if key is not None)


def reached(table: sa.Table, keys: Collection[str]) -> sa.ColumnElement[bool]:
    """Which records hold one of these digests: looked up in two indexes, however many there are."""
    wanted = sorted(keys)
    return sa.or_(table.c.mail_key.in_(wanted), table.c.phone_key.in_(wanted))


def adult_keys(reader: Tx | Reader, ids: Collection[ParentId]) -> dict[ParentId, frozenset[str]]:
    """The digests of each of these adults."""
    query = sa.select(PARENTS.c.id, PARENTS.c.mail_key, PARENTS.c.phone_key)
    rows = reader.conn.execute(query.where(PARENTS.c.id.in_(sorted(ids))))
    return {ParentId(row.id): keys_of(row) for row in rows}


def digest_anew(conn: sa.Connection, house: House) -> None:
    """Put every address's digest as it is made today: those on record may be of an older form, in which
    two spellings of one address were not equal yet. Safe to run again."""
    for table, column, where in _ADDRESSES:
        sealed = table.c[column]
        query = sa.select(table.c.id, table.c.mail_key, sealed).where(sealed.is_not(None))
        for record_id, before, address in conn.execute(query).all():
            key = house.contact_digest(house.unseal(address, f"{where}:{record_id}"))
            if key != before:
                mine = table.c.id == record_id
                conn.execute(table.update().where(mine).values(mail_key=key))
                known_by.remember_anew(conn, record_id, key)
