"""The page that every notice leads to: an alert is taken on and closed there, and shows who was told."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium

from service.policy.people import Role
from tests.api.people import tutor
from tests.board.watching import coordinator, lead, somebody
from tests.invariants import check_everything
from tests.stories.concerns import raised as a_concern
from tests.stories.steps import on_sqlite
from tests.stories.test_alerts import raised
from tests.world import World, book, cover

pytestmark = on_sqlite
HOUR = timedelta(hours=1)


def listed(world: World) -> str:
    return f"{world.house.base_url}/staff/alerts"


async def told_page(world: World) -> str:
    """The page that the lead's letter leads to."""
    await world.house.settle()
    letter = world.house.letters("lea@tuition.example", "danger")[-1]
    found = re.search(r"https?://\S+/staff/alerts/\S+", letter.text)
    assert found is not None
    return found[0]


async def test_the_letter_leads_to_the_alert_which_is_taken_on_and_closed(world: World) -> None:
    await raised(world, "unknown_person", await book(world))
    url, browser = await told_page(world), await lead(world)
    shown = await browser.open(url)
    assert "Immediate danger: Somebody unknown is in a room." in re.sub(r"<[^>]+>", "", shown.text)
    assert "Lea" in shown.text and "by e-mail" in shown.text, "who was told"
    assert "/staff/alerts/" in (await browser.open(listed(world))).text
    assert (await browser.send(url, "acknowledge")).status == 303
    assert "On it: Lea" in (await browser.open(url)).text
    unsaid = await browser.send(url, "close", outcome=" ")
    assert unsaid.status == 422 and "Say what came of it, in a few words." in unsaid.text
    assert (await browser.send(url, "close", outcome="It was the aunt.")).status == 303
    closed = await browser.open(url)
    assert "It was the aunt." in closed.text and closed.forms.keys() <= {""}
    assert "Nothing is wrong that we know of." in (await browser.open(listed(world))).text
    await check_everything(world.house)


async def test_only_leads_and_coordinators_see_alerts(world: World) -> None:
    await raised(world, "unknown_person", await book(world))
    url = await told_page(world)
    assert (await (await coordinator(world)).open(url)).status == 200
    outsider = await somebody(world, world.tutor, Role.TUTOR)
    for page in (url, listed(world)):
        assert (await outsider.open(page)).status == 403
        assert (await world.house.api().get(page.removeprefix(world.house.base_url))).status == 303


async def test_nobody_settles_an_alert_about_themselves_on_the_page(world: World) -> None:
    session_id = await book(world)
    await cover(world, session_id)
    await raised(world, "second_staff_missing", session_id)
    url = await told_page(world)
    browser = await somebody(world, world.second, Role.DSL)
    refused = await browser.send(url, "acknowledge")
    assert (refused.status, "This alert may be about you" in refused.text) == (403, True)


async def test_a_form_from_elsewhere_or_without_its_token_does_nothing(world: World) -> None:
    await raised(world, "unknown_person", await book(world))
    url, browser = await told_page(world), await lead(world)
    form = (await browser.open(url)).forms["acknowledge"]
    stolen = await browser.post(url, form, {"Sec-Fetch-Site": "cross-site"})
    unsigned = await browser.post(url, form | {"form_token": ["x"]})
    assert stolen.status >= 400 and unsigned.status >= 400
    assert "acknowledge" in (await browser.open(url)).forms, "nobody is on it"


@pytest.mark.pitfall(65)
async def test_an_alert_about_a_concern_leads_its_handlers_there_and_shows_nobody_else(
    world: World,
) -> None:
    concern = await a_concern(tutor(world), severity="danger")
    await world.house.settle()
    (alert,) = (await world.house.api(Role.DSL, subject=world.lead).get("/v1/alerts")).body["items"]
    url = f"{listed(world)}/{alert['alert_id']}"
    shown = await (await lead(world)).open(url)
    assert f"/staff/concerns/{concern['concern_id']}" in shown.text
    assert not {"acknowledge", "close"} & shown.forms.keys()
    office = await coordinator(world)
    assert (await office.open(url)).status == 404
    assert url.removeprefix(world.house.base_url) not in (await office.open(listed(world))).text


@pytest.mark.browser
async def test_the_pages_work_by_keyboard_without_script_on_a_small_phone(
    world: World, chromium: Chromium
) -> None:
    await raised(world, "unknown_person", await book(world))
    url = await told_page(world)
    context = await chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = await context.new_page()
    token = world.house.running.tokens.mint(world.lead, [Role.DSL], HOUR)
    await page.goto(f"{world.house.base_url}/staff/sign-in")
    await page.get_by_label("Your token").fill(token)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Your sessions today").wait_for()
    await page.goto(url)
    assert await page.locator("h1").count() == 1
    box = await page.locator("main").bounding_box()
    assert box is not None and box["width"] <= 320
    await page.get_by_role("button", name="I am on it").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("On it: Lea").wait_for()
