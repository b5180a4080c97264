"""The way in goes to the child's own device: by a one-use code, and back in one step (pitfall 17)."""

import re

import pytest

from service.policy.people import SessionId
from service.web.pages.devices import CODE_TRIES
from service.workflows.attending.slips import TakeBack, take_back
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import SAME, Browser, Page
from tests.pages.records import everything
from tests.pages.test_door_page import second_staff_is_in
from tests.stories.steps import alerts_now, waits
from tests.world import World, an_open_session

CODE = re.compile(r"<strong[^>]*>([A-Z2-9]{4}-[A-Z2-9]{4})</strong>")


async def an_open_door(world: World, browser: Browser) -> tuple[SessionId, str]:
    """The mother is there and could let the child in."""
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    await second_staff_is_in(world, session_id)
    return session_id, url


async def a_code(browser: Browser, url: str, do: str = "hand") -> str:
    """The adult makes a code for another device."""
    page = await browser.send(url, do)
    assert page.status == 200
    found = CODE.search(page.text)
    assert found is not None
    return found[1]


async def typed(world: World, code: str, device: Browser | None = None) -> Page:
    """Somebody types a code on a device of their own."""
    device = device or Browser(world.house.session)
    return await device.post(f"{world.house.base_url}/d", {"code": [code]}, SAME)


async def test_the_childs_device_goes_in_and_the_adults_page_is_a_way_in_no_more(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    answer = await typed(world, await a_code(browser, url))
    assert answer.status == 303
    assert answer.headers["Location"].startswith(world.house.rooms.url)
    page = await browser.open(url)
    assert "The way in went to the child's own device at 15:45." in page.text
    assert "enter" not in page.forms
    assert "hand" not in page.forms
    await check_everything(world.house)


async def test_an_old_form_of_the_adults_page_leads_nowhere_either(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    enter = (await browser.open(url)).forms["enter"]
    hand = (await browser.open(url)).forms["hand"]
    await typed(world, await a_code(browser, url))
    for fields in (enter, hand):
        page = await browser.post(url, fields)
        assert page.status == 409
        assert "The way in is with the child&#39;s own device." in page.text


async def test_the_code_stands_beside_the_picture_and_nothing_comes_from_elsewhere(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    page = await browser.send(url, "hand")
    assert 'src="data:image/svg+xml' in page.text
    assert f"{world.house.base_url}/d</strong>" in page.text
    assert "The code works once, until 15:50." in page.text
    assert world.house.rooms.url not in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.pitfall(18)
async def test_looking_at_a_codes_address_tells_and_changes_nothing(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    code = await a_code(browser, url)
    before = await everything(world.house)
    right = await browser.open(f"{world.house.base_url}/d/{code.replace('-', '')}")
    wrong = await browser.open(f"{world.house.base_url}/d/ABCD2345")
    assert right.status == wrong.status == 200
    assert right.text.replace(code.replace("-", ""), "") == wrong.text.replace("ABCD2345", "")
    await browser.open(f"{world.house.base_url}/d/{code}", "HEAD")
    assert await everything(world.house) == before


@pytest.mark.pitfall(17)
async def test_wrong_used_old_and_taken_back_codes_all_look_the_same(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    replaced = await a_code(browser, url)
    back = await a_code(browser, url)
    assert (await browser.send(url, "take_back")).status == 303
    expired = await a_code(browser, url)
    await world.house.advance(minutes=5)
    used = await a_code(browser, url)
    assert (await typed(world, used)).status == 303
    pages = [await typed(world, code) for code in ("ABCD-2345", replaced, back, expired, used, "x")]
    assert {page.status for page in pages} == {404}
    assert len({re.sub(r'value="[^"]*"', "", page.text) for page in pages}) == 1
    assert "This code opens nothing, or nothing any more." in pages[0].text


@pytest.mark.pitfall(17)
async def test_codes_cannot_be_guessed_at_speed(world: World) -> None:
    device = Browser(world.house.session)
    for number in range(CODE_TRIES):
        await typed(world, f"ABCD-{number:04d}".replace("0", "A").replace("1", "B"), device)
    assert (await typed(world, "ABCD-2345", device)).status == 429


async def test_a_code_is_worth_nothing_while_the_door_is_shut(
    world: World, browser: Browser
) -> None:
    """The decision is made when the device knocks, not when the code was made."""
    session_id, url = await an_open_door(world, browser)
    code = await a_code(browser, url)
    assert (await browser.send(url, "unpledge", sure="yes")).status == 303
    assert (await typed(world, code)).status == 404
    assert await waits(world, session_id, world.as_parent(world.family.mother), world.family.child)
    await check_everything(world.house)


async def test_taking_it_back_shuts_the_device_out_and_opens_the_adults_page_again(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    first = await typed(world, await a_code(browser, url))
    assert (await browser.send(url, "take_back")).status == 303
    assert "child_must_leave" in await alerts_now(world)
    await world.house.settle()
    answer = await browser.send(url, "enter")
    assert answer.status == 303
    assert answer.headers["Location"] != first.headers["Location"]
    await check_everything(world.house)


async def test_a_coordinator_takes_back_any_households_way_in_in_one_step(
    world: World, browser: Browser
) -> None:
    session_id, url = await an_open_door(world, browser)
    await typed(world, await a_code(browser, url))
    await world.house.do(take_back, TakeBack(session_id, world.family.child), world.as_coordinator)
    assert "child_must_leave" in await alerts_now(world)
    assert "went to the child's own device" not in (await browser.open(url)).text
    await check_everything(world.house)


async def test_without_the_pin_a_forwarded_link_makes_no_code(
    world: World, browser: Browser
) -> None:
    _, url = await an_open_door(world, browser)
    other = Browser(world.house.session)
    assert (await other.send(url, "hand")).status == 422
