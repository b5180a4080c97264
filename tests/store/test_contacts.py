"""One mailbox is one person's, however its address is spelt, and whenever it was put on record."""

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.policy.people import ParentId, StaffId
from service.store import migrate
from service.store.families import people
from service.store.families.people import PARENTS, ParentRecord
from service.store.staff import colleagues, staff
from service.store.staff.staff import STAFF, StaffRecord
from service.store.transactions import Tx
from service.store.who_is_who import contacts
from service.store.who_is_who.known_by import KNOWN_BY
from tests.store.houses import a_house, stored
from tests.store.schema.raw import run

TOM, NELL = StaffId("staff_tom"), StaffId("staff_nell")
MOTHER = ParentId("parent_1")


@pytest.mark.pitfall(28)
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tom@tuition.example", "Tom+X@Tuition.example", True),
        ("tom+a@tuition.example", "tom+b@tuition.example ", True),
        ("tom@tuition.example", "tom@other.example", False),
        ("tom@tuition.example", "tomx@tuition.example", False),
        ("+a@tuition.example", "+b@tuition.example", False),
        ("+44 7700 900123", "07700 900123", True),
    ],
)
def test_two_spellings_of_one_contact_have_one_digest(one: str, other: str, same: bool) -> None:
    house = a_house()
    digests = {house.contact_digest(SecretStr(contact)) for contact in (one, other)}
    assert (len(digests) == 1) is same


def _two_of_one_mailbox(tx: Tx, _: None) -> None:
    for staff_id, account in ((TOM, "tom@tuition.example"), (NELL, "tom+n@tuition.example")):
        name = SecretStr("Tom")
        staff.insert_staff(
            tx, StaffRecord(staff_id, None, name, SecretStr(account), None, False, None, 1)
        )
        tx.record(Entry(Event.STAFF_ADDED, staff_id, {"staff": staff_id}))
    people.insert_parent(
        tx,
        ParentRecord(
            parent_id=MOTHER, external_id=None, name=SecretStr("Tom"),
            email=SecretStr("tom+home@tuition.example"), phone=None, language="en",
            has_pin=False, version=1,
        ),
    )  # fmt: skip
    tx.record(Entry(Event.PARENT_ADDED, MOTHER, {"parent": MOTHER}))


def _as_once(conn: sa.Connection) -> None:
    conn.execute(STAFF.update().where(STAFF.c.id == NELL).values(mail_key="an older form"))
    conn.execute(PARENTS.update().values(mail_key="an older form"))
    KNOWN_BY.drop(conn)  # nothing is ever deleted from it
    KNOWN_BY.create(conn)
    for table in (STAFF, PARENTS):
        known = sa.select(table.c.id, table.c.mail_key)
        conn.execute(KNOWN_BY.insert().from_select(["owner_id", "key"], known))


async def test_migrating_brings_digests_on_record_to_the_form_of_today(database_url: str) -> None:
    house = a_house()
    async with stored(database_url, house) as there:
        await there.do(_two_of_one_mailbox, None)
        await run(database_url, _as_once, keep=True)
        before = await there.read(colleagues.of, frozenset({TOM, NELL}))
        assert not before[TOM].same_person_as(before[NELL])
        await migrate.migrate(database_url, house)
        after = await there.read(colleagues.of, frozenset({TOM, NELL}))
        assert after[TOM].same_person_as(after[NELL])
        adults = await there.read(contacts.adult_keys, frozenset({MOTHER}))
        assert adults[MOTHER] == after[TOM].contact_keys
        assert after[TOM].entries == {TOM, NELL}
        assert after[TOM].adults == {MOTHER}
