"""What shows that it is the parent: a PIN with few tries, or a device marked as theirs alone."""

import asyncio

import pytest

from service.web.pages.opened import DEVICE_COOKIE
from service.workflows.families.links import PIN_TRIES
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.world import ADMIN, PIN, World, say

RIGHT = PIN.get_secret_value()
WRONG = "9753"


async def give(browser: Browser, url: str, world: World, pin: str, **more: str) -> int:
    page = await browser.send(url, "give", pin=pin, agree="yes", adults=world.family.mother, **more)
    return page.status


async def test_five_wrong_pins_leave_only_the_telephone(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    assert [await give(browser, url, world, WRONG) for _ in range(PIN_TRIES + 1)] == [
        *[403] * PIN_TRIES, 429,
    ]  # fmt: skip
    assert await give(browser, url, world, RIGHT) == 429
    page = await browser.open(url)
    assert 'name="pin"' not in page.text
    assert "020 7946 0000" in page.text


async def test_saying_no_needs_no_pin_even_then(world: World, browser: Browser) -> None:
    await say(world)
    url = await ways.to_consent(world)
    for _ in range(PIN_TRIES + 1):
        await give(browser, url, world, WRONG)
    assert (await browser.send(url, "withdraw", sure="yes")).status == 303
    assert "You took your permission back" in (await browser.open(url)).text


async def test_half_an_hour_later_the_pin_may_be_tried_again(
    world: World, browser: Browser
) -> None:
    url = await ways.to_consent(world)
    for _ in range(PIN_TRIES + 1):
        await give(browser, url, world, WRONG)
    await world.house.advance(minutes=31)
    assert await give(browser, url, world, RIGHT) == 303


@pytest.mark.pitfall(17)
async def test_many_pins_at_once_are_still_only_five_tries(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    fields = (await browser.open(url)).forms["give"]
    given = {"agree": ["yes"], "adults": [str(world.family.mother)]}
    tries = (
        browser.post(url, fields | given | {"pin": [f"{1000 + number}"]}) for number in range(20)
    )
    statuses = [page.status for page in await asyncio.gather(*tries)]
    assert (statuses.count(403), statuses.count(429)) == (PIN_TRIES, 20 - PIN_TRIES)


async def test_a_right_pin_costs_no_try(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    for _ in range(PIN_TRIES - 1):
        await give(browser, url, world, WRONG)
    assert [await give(browser, url, world, RIGHT) for _ in range(3)] == [303, 303, 303]
    assert await give(browser, url, world, WRONG) == 403
    assert await give(browser, url, world, RIGHT) == 429


async def test_the_pin_is_never_sent_back(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    page = await browser.send(url, "give", pin="864209", agree="yes")
    assert page.status == 422
    assert "864209" not in page.text


async def test_a_parent_without_a_pin_is_shown_the_telephone(
    world: World, browser: Browser
) -> None:
    # A family that was put on record, and nothing more.
    await world.house.do(ways.forget_pin, world.family.mother, ADMIN)
    url = await ways.to_consent(world)
    page = await browser.open(url)
    assert "You have no PIN yet" in page.text
    assert 'name="pin"' not in page.text
    assert await give(browser, url, world, RIGHT) == 403
    assert (await browser.send(url, "refuse", sure="yes")).status == 303


# --- own devices ---------------------------------------------------------------------------------------


async def test_a_marked_device_stands_in_for_the_pin(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    assert await give(browser, url, world, RIGHT, own_device="yes") == 303
    assert 'name="pin"' not in (await browser.open(url)).text
    assert await give(browser, url, world, "") == 303


async def test_a_wrong_pin_marks_no_device(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    assert await give(browser, url, world, WRONG, own_device="yes") == 403
    assert DEVICE_COOKIE not in browser.jar


@pytest.mark.pitfall(17)
async def test_a_forwarded_link_does_not_bring_the_device_with_it(
    world: World, browser: Browser
) -> None:
    url = await ways.to_consent(world)
    await give(browser, url, world, RIGHT, own_device="yes")
    other = Browser(world.house.session)
    assert 'name="pin"' in (await other.open(url)).text
    assert await give(other, url, world, "") == 422


async def test_one_parents_device_is_nothing_to_the_other(world: World, browser: Browser) -> None:
    await give(browser, await ways.to_consent(world), world, RIGHT, own_device="yes")
    fathers = await ways.to_consent(world, world.family.father)
    assert await give(browser, fathers, world, "") == 422


async def test_the_device_cookie_is_locked_to_this_site(world: World, browser: Browser) -> None:
    url = await ways.to_consent(world)
    page = await browser.send(
        url, "give", pin=RIGHT, agree="yes", adults=world.family.mother, own_device="yes"
    )
    cookie = next(line for line in page.headers.getall("Set-Cookie") if "__Host-device" in line)
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_an_odd_cookie_is_no_device(world: World, browser: Browser) -> None:
    browser.jar = {"__Host-device": "é", "__Host-door": "1.é"}
    assert (await browser.open(await ways.to_consent(world))).status == 200
