"""The door in a real Chromium, without scripts and by keyboard: two devices and second staff."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, expect

from service.policy.people import Role, SessionId
from service.workflows.attending.door import GoIn, go_in
from tests.pages import ways
from tests.pages.test_browser import PHONE, RIGHT, Keys, phone, shot
from tests.world import World, an_open_session

__all__ = ["phone"]

pytestmark = pytest.mark.browser


async def another_device(chromium: Chromium) -> Page:
    """A device with a jar of its own, as small, and without scripts."""
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=False)
    return await context.new_page()


async def an_open_door(world: World, page: Page) -> SessionId:
    """The mother said that she is there, and second staff hold the room."""
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    await page.goto(await ways.to_session(world, session_id))
    await page.check("#here-agree")
    await page.fill("#here-pin", RIGHT)
    await page.get_by_role("button", name="I am here", exact=True).click()
    by = world.actor(world.second, Role.SECOND_STAFF)
    way_in = await go_in(world.house.deps, GoIn(session_id), by)
    await world.house.rooms.follow(way_in.url.get_secret_value(), "Sam")
    await world.house.settle()
    await page.reload()
    return session_id


async def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side, and the page has one heading."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return bool(wide <= PHONE["width"]) and await page.locator("h1").count() == 1


async def test_the_way_in_is_handed_to_the_childs_own_device(
    world: World, phone: BrowserContext, chromium: Chromium
) -> None:
    page = await phone.new_page()
    keys = Keys(page)
    await an_open_door(world, page)
    await shot(page, "30-door-open")
    await keys.to("summary:text-is('The child uses another device')")
    await page.keyboard.press("Enter")
    await keys.press("Make a code for the other device")
    code = await page.locator(".code strong").inner_text()
    assert await page.locator("img.slip").evaluate("picture => picture.complete")
    await shot(page, "31-slip")

    tablet = await another_device(chromium)
    typing = Keys(tablet)
    await tablet.goto(f"{world.house.base_url}/d")
    assert await fits(tablet)
    await typing.type("#code-code", "abcd efgh")
    await typing.press("Go on")
    await expect(tablet.locator("#summary")).to_contain_text("This code opens nothing")
    await shot(tablet, "32-code-wrong")
    await tablet.fill("#code-code", "")
    await typing.type("#code-code", code.lower())
    await typing.press("Go on")
    await tablet.wait_for_url(re.compile(re.escape(world.house.rooms.url)))

    await keys.to("a:text-is('Back to the door')")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("went to the child's own device")).to_be_visible()
    await page.locator("summary:text-is('I have to leave')").click()
    assert await fits(page)
    await shot(page, "33-handed-on")


async def test_a_second_device_asks_and_second_staff_see_what_is_due(
    world: World, phone: BrowserContext, chromium: Chromium
) -> None:
    house = world.house
    page = await phone.new_page()
    session_id = await an_open_door(world, page)
    await Keys(page).press("Go in")
    await page.wait_for_url(re.compile(re.escape(house.rooms.url)))
    await page.goto(await ways.to_session(world, session_id))
    await page.locator("summary:text-is('A second device of mine')").click()
    await page.fill("#register-pin", RIGHT)
    await page.get_by_role("button", name="Ask me on this device").click()
    await expect(page.get_by_text("Asked again at 15:55.")).to_be_visible()
    assert await fits(page)
    await house.advance(minutes=11)
    await page.reload()
    await expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    await shot(page, "34-tap")

    token = house.running.tokens.mint(world.second, [Role.SECOND_STAFF], timedelta(hours=1))
    desk = await another_device(chromium)
    await desk.goto(f"{house.base_url}/staff/sign-in")
    await desk.fill("#token", token)
    await desk.get_by_role("button", name="Sign in").click()
    await desk.goto(f"{house.base_url}/staff/sessions/{session_id}")
    await expect(desk.get_by_text("This is overdue since 15:48.")).to_be_visible()
    assert await fits(desk)
    await shot(desk, "35-staff-due")
    await Keys(desk).press("I saw them")
    await expect(desk.get_by_text("counts as supervised from 15:56 on.")).to_be_visible()
    await shot(desk, "36-staff-seen")
    await desk.get_by_role("button", name="Not shown").click()
    await expect(desk.get_by_text("Not shown: the tutor stops")).to_be_visible()
    await shot(desk, "37-staff-not-shown")
