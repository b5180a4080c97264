"""A parent's whole way in a real Chromium: no script, keyboard only, phone and desktop, both schemes."""

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, ViewportSize, expect

from service.policy.people import Role
from service.workflows.attending.door import GoIn, go_in
from tests.pages import ways
from tests.world import PIN, World, an_open_session, book, cover

pytestmark = pytest.mark.browser
RIGHT = PIN.get_secret_value()
SHOTS = os.environ.get("SHOTS")
"""A folder for pictures of every step, for whoever wants to look."""

PHONE = ViewportSize(width=360, height=740)


@pytest_asyncio.fixture
async def phone(chromium: Chromium) -> AsyncIterator[BrowserContext]:
    """An old phone: small, and without scripts."""
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context
    await context.close()


async def shot(page: Page, name: str) -> None:
    """Take pictures of a step: phone and desktop, light and dark."""
    if SHOTS is None:
        return
    for scheme in ("light", "dark"):
        for width in (360, 1100):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size({"width": width, "height": 740})
            path = Path(SHOTS) / f"{name}-{width}-{scheme}.png"
            await page.screenshot(path=path, full_page=True)
    await page.set_viewport_size(PHONE)


class Keys:
    """Somebody who uses the keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def to(self, selector: str, *, at_most: int = 60) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(at_most):
            await self.page.keyboard.press("Tab")
            if await self.page.locator(f"{selector}:focus").count():
                return
        raise AssertionError(f"the keyboard never reached {selector}")

    async def tick(self, selector: str) -> None:
        """Reach a box and tick it."""
        await self.to(selector)
        await self.page.keyboard.press("Space")

    async def type(self, selector: str, text: str) -> None:
        """Reach a field and type."""
        await self.to(selector)
        await self.page.keyboard.type(text)

    async def press(self, words: str) -> None:
        """Reach a button and press it."""
        await self.to(f"button:text-is('{words}')")
        await self.page.keyboard.press("Enter")


async def test_a_parent_goes_all_the_way_by_keyboard_without_scripts(
    world: World, phone: BrowserContext
) -> None:
    house, family = world.house, world.family
    page = await phone.new_page()
    keys = Keys(page)

    await page.goto(await ways.to_consent(world))
    await shot(page, "1-consent")
    await keys.press("I agree")
    await expect(page.locator("#summary")).to_contain_text("Tick the box if you agree.")
    await shot(page, "2-consent-mistakes")
    await keys.tick(f"#give-adults-{family.mother}")
    await keys.tick("#give-agree")
    await keys.tick("#give-child_agrees")
    await keys.type("#give-pin", "9753")
    await keys.press("I agree")
    await expect(page.locator("#summary")).to_contain_text("That PIN is not right.")
    await expect(page.locator("#give-agree")).to_be_checked()
    await shot(page, "3-consent-wrong-pin")
    await keys.type("#give-pin", RIGHT)
    await keys.press("I agree")
    await expect(page.get_by_text("You agreed on")).to_be_visible()
    await shot(page, "4-consented")

    session_id = await book(world)
    await cover(world, session_id)
    await house.settle()
    letter = house.letters(family.mother_mail, "promise")[-1]
    await page.goto(letter.link)
    await shot(page, "5-promise")
    await keys.tick("#pledge-mode-on_camera")
    await keys.tick("#pledge-agree")
    await keys.type("#pledge-pin", RIGHT)
    await keys.press("I promise")
    await expect(page.get_by_text("You promised to be present.")).to_be_visible()
    await shot(page, "6-promised")

    await house.advance(minutes=45)
    await house.settle()
    await page.goto(letter.link)
    await shot(page, "7-here")
    await keys.tick("#here-agree")
    await keys.type("#here-pin", RIGHT)
    await keys.press("I am here")
    await expect(page.get_by_text("The second member of staff is not in the room.")).to_be_visible()
    await shot(page, "8-door-waiting")

    by = world.actor(world.second, Role.SECOND_STAFF)
    way_in = await go_in(house.deps, GoIn(session_id), by)
    await house.rooms.follow(way_in.url.get_secret_value(), "Sam")
    await house.settle()
    await keys.to("a:text-is('Look again')")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Go in")).to_be_visible()
    await shot(page, "9-door-open")
    await keys.press("Go in")
    await page.wait_for_url(re.compile(re.escape(house.rooms.url)))

    await house.advance(minutes=70)
    await house.settle()
    await page.goto(letter.link)
    await shot(page, "10-statement")


async def test_second_staff_works_the_door_by_keyboard_without_scripts(
    world: World, phone: BrowserContext
) -> None:
    house = world.house
    await an_open_session(world)
    await house.advance(minutes=10)
    token = house.running.tokens.mint(world.second, [Role.SECOND_STAFF], timedelta(hours=1))
    page = await phone.new_page()
    keys = Keys(page)
    await page.goto(f"{house.base_url}/staff")
    await shot(page, "20-sign-in")
    await keys.type("#token", "x.y.z")
    await keys.press("Sign in")
    await expect(page.locator("#summary")).to_contain_text("This token is not valid")
    await keys.type("#token", token)
    await keys.press("Sign in")
    await expect(page.get_by_text("Fractions")).to_be_visible()
    await shot(page, "21-today")
    await keys.to("a.button")
    await page.keyboard.press("Enter")
    await shot(page, "22-door")
    await keys.press("I am in the room")
    await expect(page.get_by_text("You said that you are in the room.")).to_be_visible()
    await keys.press("I heard them")
    await expect(page.get_by_text("Noted last: heard")).to_be_visible()
    await shot(page, "23-sighted")
    await keys.press("Let me in")
    await page.wait_for_url(re.compile(re.escape(house.rooms.url)))


async def test_a_marked_device_is_remembered_by_a_real_browser(
    world: World, phone: BrowserContext
) -> None:
    page = await phone.new_page()
    url = await ways.to_consent(world)
    await page.goto(url)
    await page.check(f"#give-adults-{world.family.mother}")
    await page.check("#give-agree")
    await page.fill("#give-pin", RIGHT)
    await page.check("#give-own_device")
    await page.get_by_role("button", name="I agree", exact=True).click()
    await expect(page.get_by_text("This device is marked as yours alone")).to_be_visible()
    assert await page.locator("[name=pin]").count() == 0
