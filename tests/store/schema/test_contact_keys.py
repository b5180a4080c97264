"""Who holds an address or a number is looked up in an index, also what was on record before there was one."""

from typing import Any

import sqlalchemy as sa
from alembic import command

from service.store import migrate
from service.store.families.people import PARENTS
from service.store.staff.staff import STAFF
from service.store.tables.base import INSTANT
from service.store.who_is_who import contacts
from tests.store.schema.raw import run
from tests.store.schema.rows import AT, SEALED

MADE = {"created_at": AT, "version": 1, "name_sealed": SEALED}


def _as_it_was(name: str, row: dict[str, Any]) -> sa.Insert:
    columns = [sa.column(key, INSTANT if key == "created_at" else None) for key in row]
    return sa.table(name, *columns).insert().values(**row)


def _before_there_was_an_index(conn: sa.Connection) -> None:
    config = migrate._config()
    config.attributes["connection"] = conn
    command.upgrade(config, "0013")
    for number, (email, phone, keys) in enumerate(
        ((SEALED, SEALED, '["a", "b"]'), (SEALED, None, '["a"]'), (None, SEALED, '["b"]'))
    ):
        has = {"email_sealed": email, "phone_sealed": phone, "contact_keys": keys}
        own = {"id": f"parent_{number}", "language": "en", "details_hidden": False}
        conn.execute(_as_it_was("parents", own | has | MADE))
    account = {"account_sealed": SEALED, "account_domain": "tuition.example"}
    conn.execute(
        _as_it_was("staff", {"id": "staff_1", "contact_keys": '["a", "b"]'} | account | MADE)
    )


def _keys(conn: sa.Connection) -> list[tuple[Any, ...]]:
    parents = sa.select(PARENTS.c.mail_key, PARENTS.c.phone_key).order_by(PARENTS.c.id)
    staff = sa.select(STAFF.c.mail_key, STAFF.c.phone_key)
    return [tuple(row) for query in (parents, staff) for row in conn.execute(query)]


async def test_digests_on_record_are_told_apart_by_what_each_person_has(database_url: str) -> None:
    await run(database_url, _before_there_was_an_index, keep=True)
    await migrate.migrate(database_url)
    assert await run(database_url, _keys) == [("a", "b"), ("a", None), (None, "b"), ("a", "b")]


async def test_who_holds_a_digest_is_never_searched_for_among_all(sqlite_filled: str) -> None:
    def plan(conn: sa.Connection) -> list[str]:
        steps = []
        for table in (PARENTS, STAFF):
            query = sa.select(table.c.id).where(contacts.reached(table, ["a", "b"]))
            told = str(query.compile(conn, compile_kwargs={"literal_binds": True}))
            steps += [row.detail for row in conn.execute(sa.text(f"EXPLAIN QUERY PLAN {told}"))]
        return steps

    steps = await run(sqlite_filled, plan)
    assert any("mail_key" in step for step in steps)
    assert not any(step.startswith("SCAN") for step in steps)
