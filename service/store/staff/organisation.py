"""The organisation's settings as they were recorded, so that a change can be told."""

import json
from collections.abc import Mapping
from hashlib import sha256

import sqlalchemy as sa
from pydantic import SecretStr

from service.store.tables import OrganisationSettingsRow, table_of
from service.store.transactions import Reader, Tx

SETTINGS = table_of(OrganisationSettingsRow)

Values = Mapping[str, object]


def newest(reader: Tx | Reader) -> tuple[int, Values] | None:
    """The settings last recorded, with their position; None before the first start."""
    query = sa.select(SETTINGS).order_by(SETTINGS.c.position.desc()).limit(1)
    row = reader.conn.execute(query).one_or_none()
    if row is None:
        return None
    where = f"organisation_settings.settings:{row.position}"
    values: Values = json.loads(reader.house.unseal(row.settings_sealed, where).get_secret_value())
    return row.position, values


def append(tx: Tx, position: int, values: Values) -> bool:
    """Record the settings; False if another replica was first."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    where = f"organisation_settings.settings:{position}"
    row = {
        "position": position,
        "digest": sha256(text.encode()).hexdigest(),
        "settings_sealed": tx.house.seal(SecretStr(text), where),
        "at": tx.now,
    }
    return tx.try_write(SETTINGS.insert().values(row)) is None
