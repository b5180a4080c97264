"""Everything that is recorded, opened where it is sealed, and everything the provider saw."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.store.inspection import audit_log
from service.store.transactions import Reader
from tests.harness import House

Row = dict[str, Any]

SEALED = {
    "children": ("name",),
    "parents": ("name", "email", "phone"),
    "staff": ("name", "account", "phone"),
    "ways_in": ("url",),
    "meetings": ("passcode",),
    "concerns": ("words", "about_words", "told_by"),
    "concern_steps": ("words",),
}


@dataclass(frozen=True)
class Known:
    """Everything that is recorded, and everything the provider saw."""

    rows: dict[str, list[Row]]
    entries: list[Row]
    people: list[str]
    accounts: list[str]
    secrets: list[str]
    letters: list[Row]
    pseudonyms: dict[tuple[str, str], str]
    provider: str
    provider_meetings: list[tuple[str, str]]
    provider_calls: list[Row]
    intended: list[tuple[str, str]]

    def by_id(self, table: str) -> dict[str, Row]:
        """The rows of a table by id."""
        return {row["id"]: row for row in self.rows[table]}


async def everything(house: House) -> Known:
    """What there is to know now."""
    recorded = await house.read(_read)
    calls = await house.rooms.calls()
    creates = [call for call in calls if call["name"] == "create_meeting"]
    return Known(
        **recorded,
        provider=house.rooms.provider,
        provider_meetings=await house.rooms.made(),
        provider_calls=calls,
        intended=[(house.rooms.reference_in(call), call["at"]) for call in creates],
    )


def _read(reader: Reader) -> dict[str, Any]:
    rows = {
        table.name: [dict(row._mapping) for row in reader.conn.execute(sa.select(table))]
        for table in SQLModel.metadata.sorted_tables
        if table.info.get("kind") in ("record", "plumbing")
    }
    entries = [dict(entry) for entry in audit_log.entries_after(reader, 0, 1_000_000)]
    opened = {table: list(_opened(reader, table, rows[table])) for table in SEALED}
    people = [*opened["children"], *opened["parents"], *opened["staff"]]
    letters = [
        row | {"text": _unsealed(reader, "messages", "text", row)} for row in rows["messages"]
    ]
    pseudonyms = {
        (row["session_id"], row["subject_id"]): audit_log.pseudonym(key, row["subject_id"])
        for row in rows["admissions"]
        if (key := audit_log.pseudonym_key(reader, row["session_id"])) is not None
    }
    return {
        "rows": rows,
        "entries": entries,
        "people": people,
        "accounts": [_unsealed(reader, "staff", "account", row) for row in rows["staff"]],
        "secrets": [
            secret
            for table in ("ways_in", "meetings", "concerns", "concern_steps")
            for secret in opened[table]
        ],
        "letters": letters,
        "pseudonyms": pseudonyms,
    }


def _opened(reader: Reader, table: str, rows: list[Row]) -> Iterator[str]:
    for row in rows:
        for column in SEALED[table]:
            text = _unsealed(reader, table, column, row)
            if text:
                yield text


def _unsealed(reader: Reader, table: str, column: str, row: Row) -> str:
    where = f"{table}.{column}:{row['id']}"
    found = reader.house.unseal_if_any(row[f"{column}_sealed"], where)
    return found.get_secret_value() if found else ""
