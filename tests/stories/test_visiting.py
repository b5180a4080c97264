"""Second staff are called to a room, and visit it (POL-03)."""

from service.policy.people import Role, SessionId
from service.store import alerts
from tests.api.people import second, tutor
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.pages.test_staff_pages import door_of, signed_in
from tests.stories.steps import a_live_session, alerts_now, on_sqlite, second_staff_look
from tests.world import World, a_clear_session

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
