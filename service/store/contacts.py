"""By what somebody can be found without their details being read: digests of address and number."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.store.house import House


def keys_for(
    house: House, mail: SecretStr | None, phone: SecretStr | None
) -> dict[str, str | None]:
    """The two columns of a record with these contacts. An account of the organisation is its mail
    address."""
    return {
        "mail_key": None if mail is None else house.contact_digest(mail),
        "phone_key": None if phone is None else house.contact_digest(phone),
    }


def keys_of(row: Any) -> frozenset[str]:
    """The digests of one record."""
    return frozenset(key for key in (row.mail_key, row.phone_key) if key is not None)


def reached(table: sa.Table, keys: Collection[str]) -> sa.ColumnElement[bool]:
    """Which records hold one of these digests: looked up in two indexes, however many there are."""
    wanted = sorted(keys)
    return sa.or_(table.c.mail_key.in_(wanted), table.c.phone_key.in_(wanted))
