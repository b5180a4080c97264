"""The door as a household meets it: who is still missing, and the one way into the room."""

import pytest

from service.policy.consent import ConsentKind, Purpose, Route
from service.policy.people import Role, SessionId
from service.web.pages.opened import DOOR_COOKIE
from service.workflows.attending.door import GoIn, go_in
from service.workflows.consents import consent
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.world import PIN, World, an_open_session

RIGHT = PIN.get_secret_value()


async def second_staff_is_in(world: World, session_id: SessionId) -> None:
    by = world.actor(world.second, Role.SECOND_STAFF)
    way_in = await go_in(world.house.deps, GoIn(session_id), by)
    await world.house.rooms.follow(way_in.url.get_secret_value(), "Sam")
    await world.house.settle()


async def test_the_door_names_roles_and_nobody(world: World, browser: Browser) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    page = await browser.open(url)
    assert "The second member of staff is not in the room." in page.text
    assert "enter" not in page.forms
    assert world.house.rooms.url not in page.text


@pytest.mark.pitfall(17)
async def test_go_in_leads_to_the_room_and_only_then_is_a_way_in_shown(
    world: World, browser: Browser
) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    await second_staff_is_in(world, session_id)
    page = await browser.open(url)
    assert world.house.rooms.url not in page.text
    answer = await browser.send(url, "enter")
    assert answer.status == 303
    assert answer.headers["Location"].startswith(world.house.rooms.url)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.pitfall(17)
async def test_a_forwarded_link_does_not_open_the_door(world: World, browser: Browser) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    await second_staff_is_in(world, session_id)
    other = Browser(world.house.session)
    assert (await other.send(url, "enter")).status == 422
    other.jar[DOOR_COOKIE] = "99999999999.00"
    assert (await other.send(url, "enter")).status == 422
    assert (await other.send(url, "enter", pin="9753")).status == 403
    assert (await other.send(url, "enter", pin=RIGHT)).status == 303


async def test_the_door_shuts_again_when_consent_falls(world: World, browser: Browser) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    await second_staff_is_in(world, session_id)
    fields = (await browser.open(url)).forms["enter"]
    no = consent.SayWord(
        world.family.child, world.family.father, Purpose.TAKE_PART, ConsentKind.REFUSED, Route.LINK
    )
    await world.house.do(consent.say_word, no, world.as_parent(world.family.father))
    page = await browser.post(url, fields)
    assert page.status in (404, 409)
    assert "Location" not in page.headers
