"""An adult's own second device, and an adult who has to leave (POL-02, pitfalls 15 and 17)."""

import pytest

from service.policy.people import Role, SessionId
from service.policy.presence import SightingKind
from service.store.meetings import meetings as meeting_store
from service.store.sessions import cases
from service.store.transactions import Reader
from service.web.pages.opened import SECOND_COOKIE
from service.workflows.attending import sighting
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import SAME, Browser
from tests.pages.records import everything
from tests.pages.test_handing_on import a_code, an_open_door, typed
from tests.pages.test_staff_pages import door_of, signed_in
from tests.stories.steps import alerts_now, waits
from tests.world import PIN, World, say

RIGHT = PIN.get_secret_value()


async def due(world: World, session_id: SessionId) -> list[SightingKind]:
    """What second staff are asked for now."""

    def look(reader: Reader) -> list[SightingKind]:
        case = cases.load(reader, session_id)
        meeting = meeting_store.live_of_session(reader, session_id)
        assert meeting is not None
        (adult,) = sighting.of_session(reader, case, meeting)
        return [one.kind for one in adult.due(reader.now)]

    found: list[SightingKind] = await world.house.read(look)
    return found


async def test_a_missed_tap_asks_second_staff_and_a_tap_puts_it_off(
    world: World, browser: Browser
) -> None:
    session_id, url = await an_open_door(world, browser)
    second = await signed_in(world, world.second, Role.SECOND_STAFF)
    await browser.send(url, "enter")
    registered = await browser.send(url, "register")
    assert (registered.status, registered.headers["Location"]) == (303, "/here")
    await second.send(door_of(world.house, session_id), "sighting", result="seen")
    here = f"{world.house.base_url}/here"
    assert "Asked again at 15:55." in (await browser.open(here)).text
    await world.house.advance(minutes=10)
    page = await browser.open(here)
    assert "Are you still there?" in page.text
    assert 'http-equiv="refresh"' in page.text
    assert (await browser.post(here, {}, SAME)).status == 303
    await world.house.advance(minutes=11)
    assert await due(world, session_id) == []
    await world.house.advance(minutes=1)
    assert await due(world, session_id) == [SightingKind.TAP]
    page = await second.open(door_of(world.house, session_id))
    assert "the adult did not answer on their own device" in page.text
    await second.send(door_of(world.house, session_id), "sighting", result="heard")
    assert await due(world, session_id) == []
    await check_everything(world.house)


async def test_a_second_device_is_registered_by_a_code_and_is_no_way_in(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    code = await a_code(browser, url, "hand_taps")
    phone = Browser(world.house.session)
    answer = await typed(world, code, phone)
    assert (answer.status, answer.headers["Location"]) == (303, "/here")
    page = await phone.open(f"{world.house.base_url}/here")
    assert "A session for R." in page.text
    assert world.house.rooms.url not in page.text
    assert (await typed(world, code)).status == 404
    assert "enter" in (await browser.open(url)).forms
    await check_everything(world.house)


async def test_only_the_registered_device_can_tap(world: World, browser: Browser) -> None:
    _, url = await an_open_door(world, browser)
    await browser.send(url, "register")
    before = await everything(world.house)
    here = f"{world.house.base_url}/here"
    other = Browser(world.house.session, jar={SECOND_COOKIE: "guessed"})
    assert "Nothing is asked of this device now" in (await other.open(here)).text
    await other.post(here, {}, SAME)
    assert (await browser.post(here, {}, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert await everything(world.house) == before
    assert (await browser.send(url, "unregister")).status == 303
    assert "Nothing is asked of this device now" in (await browser.open(here)).text


# --- leaving ------------------------------------------------------------------------------------------


@pytest.mark.pitfall(15)
async def test_when_the_adult_has_to_leave_the_childs_way_in_is_shut_until_they_are_back(
    world: World, browser: Browser
) -> None:
    session_id, url = await an_open_door(world, browser)
    await browser.send(url, "enter")
    other = Browser(world.house.session)
    assert (await other.send(url, "leave")).status == 422
    assert (await other.send(url, "leave", sure="yes")).status == 303
    assert {"adult_left", "child_must_leave"} <= await alerts_now(world)
    await world.house.settle()
    mother, child = world.as_parent(world.family.mother), world.family.child
    assert await waits(world, session_id, mother, child) == ["adult_not_here"]
    page = await browser.open(url)
    assert "You had to leave at 15:45." in page.text
    second = await signed_in(world, world.second, Role.SECOND_STAFF)
    seen = await second.open(door_of(world.house, session_id))
    assert "The adult of this child had to leave at 15:45." in seen.text
    assert "The child has not been let in yet." in seen.text
    await ways.say_here(browser, url)
    assert (await browser.send(url, "enter")).status == 303
    await check_everything(world.house)


@pytest.mark.pitfall(15)
async def test_another_named_adult_can_step_in_during_the_call(
    world: World, browser: Browser
) -> None:
    session_id, url = await an_open_door(world, browser)
    await say(world, giver=world.family.father)
    answer = await browser.send(url, "enter")
    await world.house.rooms.follow(answer.headers["Location"], "")
    await world.house.settle()
    await browser.send(url, "leave", sure="yes")
    await world.house.settle()
    fathers = await ways.to_session(world, session_id, world.family.father)
    phone = Browser(world.house.session)
    page = await phone.open(fathers)
    assert "The adult who was there had to leave." in page.text
    filled = {"mode": "in_the_room", "agree": "yes", "pin": RIGHT}
    assert (await phone.send(fathers, "pledge_here", **filled)).status == 303
    assert (await phone.send(fathers, "enter")).status == 303
    await check_everything(world.house)


# --- another browser ----------------------------------------------------------------------------------


@pytest.mark.pitfall(17)
async def test_a_use_in_another_browser_is_shown_and_the_link_ended_in_one_step(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    assert "also used in another browser" not in (await browser.open(url)).text
    stranger = Browser(world.house.session)
    assert (await stranger.send(url, "enter", pin="9753")).status == 403
    assert "also used in another browser, last on" in (await browser.open(url)).text
    assert "Your link is ended" in (await browser.send(url, "end_links", sure="yes")).text
    assert (await stranger.open(url)).status == (await browser.open(url)).status == 404
    assert "link_ended_by_adult" in await alerts_now(world)
    await world.house.settle()
    letter = world.house.letters(world.family.mother_mail, "A session is coming")[-1]
    assert (await browser.open(letter.link)).status == 200
    await check_everything(world.house)


async def test_the_device_of_an_adult_who_left_is_not_asked_until_they_are_back(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    await browser.send(url, "register")
    here = f"{world.house.base_url}/here"
    await browser.send(url, "leave", sure="yes")
    page = await browser.open(here)
    assert "Nothing is asked of this device now" in page.text
    assert "A session for R." not in page.text
    await ways.say_here(browser, url)
    assert "A session for R." in (await browser.open(here)).text
