"""Second staff are called to a room, and visit it (POL-03)."""

from pathlib import Path

from service.policy.consent_wording import CHILD_WORDING_VISITING, WORDING_VISITING
from service.policy.people import ChildId, Role, SessionId
from service.store import alerts
from service.store.consent import CONSENTS
from service.store.transactions import Reader
from tests.api.people import second, tutor
from tests.harness import ORGANISATION, running
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.pages.test_staff_pages import door_of, signed_in
from tests.stories.steps import a_live_session, alerts_now, on_sqlite, second_staff_look
from tests.world import World, a_clear_session, a_world, say

pytestmark = on_sqlite

CALLED = "second_staff_called"
CALLS_YOU = "You are called to this room now:"


async def their_pages(world: World, session_id: SessionId) -> tuple[str, str]:
    """What second staff read on their first page and at the session's door."""
    browser = await signed_in(world, world.second, Role.SECOND_STAFF)
    home = await browser.open(world.house.base_url + "/staff")
    return home.text, (await browser.open(door_of(world.house, session_id))).text


async def calls(world: World, session_id: SessionId) -> bool:
    """Whether both pages of second staff tell that they are called."""
    told = {CALLS_YOU in page for page in await their_pages(world, session_id)}
    assert len(told) == 1
    return told.pop()


async def test_an_adult_calls_second_staff_without_a_pin_until_they_note_whom_they_see(
    world: World,
) -> None:
    house, session_id = world.house, await a_live_session(world)
    assert not await calls(world, session_id)
    browser = Browser(house.session)
    url = await ways.to_session(world, session_id)
    assert (await browser.send(url, "call")).status == 303
    assert "has been called to the room" in (await browser.open(url)).text
    assert await calls(world, session_id)
    assert CALLED in await alerts_now(world)
    await house.advance(seconds=20)
    await second_staff_look(world, session_id)
    assert not await calls(world, session_id)
    assert "has been called to the room" not in (await browser.open(url)).text
    assert CALLED in await alerts_now(world)  # it stays open for a person on duty
    await check_everything(house)


async def test_a_tutor_calls_second_staff_until_they_say_that_they_are_in_the_room(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    page = await signed_in(world, world.tutor, Role.TUTOR)
    assert (await page.send(door_of(world.house, session_id), "call")).status == 303
    ask = f"/v1/sessions/{session_id}/call-second-staff"
    assert (await tutor(world).post(ask)).status == 201
    assert await calls(world, session_id)
    told = await world.house.read(alerts.of_session, session_id)
    assert [one.times for one in told if one.code == CALLED] == [2]
    here = f"/v1/sessions/{session_id}/check-ins"
    assert (await second(world).post(here, {"in_the_room": True})).status == 201
    assert not await calls(world, session_id)
    assert (await tutor(world).post(ask)).status == 201
    assert await calls(world, session_id)
    await check_everything(world.house)


async def test_nobody_else_calls_and_nobody_to_a_room_that_is_not_there(world: World) -> None:
    session_id = await a_clear_session(world)
    ask = f"/v1/sessions/{session_id}/call-second-staff"
    assert (await tutor(world).post(ask)).code == "no_room"
    assert (await second(world).post(ask)).status == 403
    browser = Browser(world.house.session)
    assert "call" not in (await browser.open(await ways.to_session(world, session_id))).forms
    assert CALLED not in await alerts_now(world)
    await check_everything(world.house)


async def test_where_second_staff_may_visit_the_consent_says_so_and_is_kept_so(
    database_url: str, tmp_path: Path
) -> None:
    organised = f'cover_modes = ["throughout", "visiting"]\n{ORGANISATION}'
    async with running(database_url, tmp_path, migrated=True, organised=organised) as house:
        world = await a_world(house)
        page = await Browser(house.session).open(await ways.to_consent(world))
        assert WORDING_VISITING in page.text
        await say(world)
        assert await house.read(_kept, world.family.child) == [
            (WORDING_VISITING, CHILD_WORDING_VISITING)
        ]
        await check_everything(house)


def _kept(reader: Reader, child_id: ChildId) -> list[tuple[str, str | None]]:
    query = CONSENTS.select().where(CONSENTS.c.child_id == child_id)
    return [(row.wording, row.child_wording) for row in reader.conn.execute(query)]
