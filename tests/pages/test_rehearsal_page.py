"""The rehearsal on one page: who is ready, what the rest lack, and switching over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from service.policy.people import Role
from service.store.families import rehearsal
from tests.deployment import REHEARSING
from tests.harness import running
from tests.invariants import check_everything
from tests.pages.browsing import SAME
from tests.pages.test_staff_pages import signed_in
from tests.world import World, a_clear_session, a_family, a_world, book

PAGE = "/staff/rehearsal"


@pytest_asyncio.fixture
async def rehearsed(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(sqlite_url, tmp_path, organised=REHEARSING) as house:
        yield await a_world(house)


async def test_a_coordinator_sees_who_is_ready_and_switches_a_family_over(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    await a_clear_session(world)
    await a_family(house, "brook", world.coordinator)
    browser = await signed_in(world, world.coordinator, Role.COORDINATOR)
    home = await browser.open(house.base_url + "/staff")
    assert PAGE in home.text
    page = await browser.open(house.base_url + PAGE)
    assert page.status == 200
    assert "0 of 2 children" in page.text
    assert "No session is booked for this child yet." in page.text
    assert "River" in page.text
    assert "Brook" not in page.text  # not ready: counted, not named
    assert "<script" not in page.text

    sent = await browser.send(house.base_url + PAGE, "switch_over")
    assert (sent.status, sent.headers["Location"]) == (303, PAGE)
    assert not await house.read(rehearsal.rehearsing, (world.family.child,))
    after = await browser.open(house.base_url + PAGE)
    assert "1 of 2 children" in after.text
    assert "River" not in after.text
    await check_everything(house)


async def test_a_family_is_not_switched_over_by_a_form_of_somebody_else(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    await a_clear_session(world)
    browser = await signed_in(world, world.coordinator, Role.COORDINATOR)
    form = {"do": ["switch_over"], "child_id": [world.family.child], "form_token": ["x"]}
    page = await browser.post(house.base_url + PAGE, form, SAME)
    assert page.status >= 400
    assert await house.read(rehearsal.rehearsing, (world.family.child,))
    tutor = await signed_in(world, world.tutor, Role.TUTOR)
    assert (await tutor.open(house.base_url + PAGE)).status == 403


async def test_without_a_rehearsal_the_page_says_so(world: World) -> None:
    await book(world)
    browser = await signed_in(world, world.lead, Role.DSL)
    page = await browser.open(world.house.base_url + PAGE)
    assert "There is no rehearsal" in page.text
