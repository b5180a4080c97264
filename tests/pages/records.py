"""Everything that is stored, to show that something changed nothing."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.store.transactions import Reader
from tests.harness import House


def _rows(reader: Reader) -> dict[str, list[str]]:
    return {
        table.name: sorted(repr(tuple(row)) for row in reader.conn.execute(sa.select(table)))
        for table in SQLModel.metadata.sorted_tables
    }


async def everything(house: House) -> dict[str, list[str]]:
    """Every row of every table."""
    found: dict[str, list[str]] = await house.read(_rows)
    return found
