"""The board in a real Chromium: seconds from a webhook, by keyboard, without a picture, without script."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from service.policy.people import Role, SessionId, StaffId
from service.policy.session import SessionState
from service.store.alerts import alerts
from service.store.transactions import Tx
from tests.board.watching import key_of
from tests.harness import serving
from tests.invariants import check_everything
from tests.office import a_host
from tests.pages.test_accessibility import CONTRAST
from tests.ports import a_port
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    on_sqlite,
    reason_of,
    second_staff_go_in,
    session_of,
    tutor_goes_in,
)
from tests.world import World, a_colleague, a_family, book, cover

pytestmark = pytest.mark.browser
WITHIN_SECONDS = 2.0
on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def raise_alert(tx: Tx, told: tuple[SessionId, str]) -> None:
    alerts.raise_alert(tx, told[0], told[1], told[0])


async def signed_in(page: Page, world: World, staff_id: StaffId, role: Role) -> None:
    """Signed in on the page, as a person would."""
    token = world.house.running.tokens.mint(staff_id, [role], timedelta(hours=1))
    await page.goto(f"{world.house.base_url}/staff/sign-in")
    await page.fill("#token", token)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="All rooms").click()


async def on_the_board(chromium: Chromium, world: World) -> Page:
    """A lead's page with the board, following."""
    page = await chromium.new_page()
    await signed_in(page, world, world.lead, Role.DSL)
    await expect(page.locator("#line.live")).to_be_visible()
    return page


@asynccontextmanager
async def another_replica(world: World) -> AsyncIterator[str]:
    """A second service on the same database, which hears the webhooks and keeps the watch."""
    settings = world.house.settings.model_copy(update={"listen_port": a_port()})
    async with serving(settings, world.house.clock, with_rounds=True):
        address = f"http://127.0.0.1:{settings.listen_port}"
        await world.house.rooms.control("POST", "webhooks", {"url": f"{address}/hooks/zoom"})
        async with asyncio.timeout(30):
            while not await _has_gone_round(world, address):
                pass
        yield address


async def _has_gone_round(world: World, address: str) -> bool:
    """Whether the first round of every reconciler is over: they all begin at once."""
    async with world.house.session.get(f"{address}/readyz") as answer:
        parts = {part["name"]: part["ready"] for part in (await answer.json())["parts"]}
        return bool(parts["reconcilers"])


@on_postgres
async def test_an_alert_is_there_seconds_after_the_webhook_and_the_room_ends_after_the_grace_time(
    world: World, chromium: Chromium
) -> None:
    house = world.house
    session_id = await in_the_check_in_window(world)
    second = await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    await house.until((await session_of(world, session_id)).starts_at)
    page = await on_the_board(chromium, world)
    await expect(page.locator("#alerts")).to_contain_text("Nothing is wrong")
    async with another_replica(world):
        await house.rooms.act(second["key"], "put_in_waiting_room")
        sent_at = time.perf_counter()
        await house.rooms.control("POST", "webhooks/flush")
        await expect(page.locator("#alerts")).to_contain_text("out of a room")
        assert time.perf_counter() - sent_at < WITHIN_SECONDS
    await expect(page.locator("#urgent")).to_contain_text("out of a room")
    room = page.locator(f"#{key_of(session_id)}")
    await expect(room.locator(".seats")).to_contain_text("Second staff Sam: waiting to be let in")
    await house.advance(minutes=6)
    await house.settle()
    await expect(room.locator(".mood")).to_have_text("ended")
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert "child_with_tutor_alone" in await alerts_now(world)


@on_sqlite
async def test_whoever_works_by_keyboard_keeps_their_place_while_the_board_changes(
    world: World, chromium: Chromium
) -> None:
    session_id = await a_live_session(world)
    page = await on_the_board(chromium, world)
    link = f"{session_id}-link"
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == link:
            break
    else:
        raise AssertionError("the keyboard never reached the room")
    before = await page.evaluate_handle("document.activeElement")
    await world.house.do(raise_alert, (session_id, "adult_not_shown"))
    await expect(page.locator("#said")).to_contain_text("was not shown a child's adult.")
    await expect(page.locator(f"#{key_of(session_id)} .wrongs")).to_be_visible()
    assert await page.evaluate("one => document.activeElement === one", before)
    assert await page.text_content("#urgent") == ""
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Theo")


@on_sqlite
async def test_held_still_rooms_stay_and_alerts_come_all_the_same(
    world: World, chromium: Chromium
) -> None:
    session_id = await a_live_session(world)
    page = await on_the_board(chromium, world)
    await page.get_by_role("button", name="Hold still").click()
    await world.house.do(raise_alert, (session_id, "unknown_person"))
    await expect(page.locator("#urgent")).to_contain_text("Somebody unknown is in a room.")
    assert await page.locator(".room .wrongs").count() == 0
    await page.get_by_role("button", name="Hold still").click()
    await expect(page.locator(".room .wrongs")).to_be_visible()


@on_sqlite
async def test_a_board_that_is_cut_off_says_so_and_comes_back(
    world: World, chromium: Chromium
) -> None:
    session_id = await a_live_session(world)
    page = await on_the_board(chromium, world)
    await page.context.set_offline(True)
    await expect(page.locator("#line.lost")).to_contain_text("Not live since")
    await world.house.do(raise_alert, (session_id, "unknown_person"))
    await page.context.set_offline(False)
    await expect(page.locator("#line.live")).to_be_visible(timeout=20_000)
    await expect(page.locator("#alerts")).to_contain_text("Somebody unknown is in a room.")


@on_sqlite
async def test_without_script_the_board_is_whole_and_the_lead_ends_a_meeting(
    world: World, chromium: Chromium
) -> None:
    session_id = await a_live_session(world)
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await signed_in(page, world, world.lead, Role.DSL)
    await expect(page.locator(".seats")).to_contain_text("Household R: in the room")
    assert await page.locator("meta[http-equiv=refresh]").count() == 1
    await page.locator(f"#{session_id}-link").click()
    await page.get_by_text("End this meeting for everybody").click()
    await page.get_by_role("button", name="End this meeting").click()
    await expect(page.locator("#summary")).to_contain_text("Say why, in a few words.")
    await page.get_by_label("Somebody was in the call").check()
    await page.fill("#end-reason", "A stranger was heard.")
    await page.get_by_label("Yes, end this meeting now.").check()
    await page.get_by_role("button", name="End this meeting").click()
    await expect(page.locator(".story")).to_contain_text("The safeguarding lead ended the meeting.")
    assert await reason_of(world, session_id) == "A stranger was heard."
    await world.house.settle()
    await check_everything(world.house)


@on_sqlite
async def test_the_board_reads_without_colour_on_a_phone_and_in_the_dark(
    world: World, chromium: Chromium
) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    tutor = await a_colleague(world.house, "Mira", "mira")
    await a_host(world.house, 1, world.coordinator, world.lead)
    later = world.house.clock.now() + timedelta(hours=2)
    await cover(world, await book(world, other.child, starts_at=later, tutor=tutor))
    session_id = await a_live_session(world)
    await world.house.do(raise_alert, (session_id, "unknown_person"))
    page = await on_the_board(chromium, world)
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    await page.set_viewport_size({"width": 320, "height": 640})
    for url in ("/live", f"/live/rooms/{session_id}"):
        await page.goto(world.house.base_url + url)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        assert await page.locator("h1").count() == 1
        ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            worst = await page.evaluate(CONTRAST)
            assert worst["ratio"] >= 4.5, (url, scheme, worst)
        picture = page.get_by_role("img", name="Who was in the room, and when").first
        await expect(picture).to_be_visible()
    assert said == []
