"""Second staff are called to a room, and visit it (POL-03)."""

from datetime import timedelta
from pathlib import Path

from service.policy.consent_wording import CHILD_WORDING_VISITING, WORDING_VISITING
from service.policy.people import ChildId, Role, SessionId
from service.policy.session import CoverMode
from service.store.alerts import alerts
from service.store.consents.consent import CONSENTS
from service.store.transactions import Reader
from tests.api.people import coordinator, lead, second, tutor
from tests.deployment import VISITED
from tests.harness import running
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.pages.test_staff_pages import door_of, signed_in
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    second_staff_go_in,
    second_staff_look,
    the_call_ends,
)
from tests.stories.under_watch import people_inside
from tests.world import PIN, World, a_clear_session, a_world, book, say

pytestmark = on_sqlite

NOT_AGREED = {"visits_not_agreed", "child_visits_not_agreed"}
DAY = timedelta(days=1)
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
    assert (await browser.send(url, "call", sure="yes")).status == 303
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


async def test_where_second_staff_may_visit_the_consent_says_so_and_is_kept_so(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path, migrated=True, organised=VISITED) as house:
        world = await a_world(house)
        page = await Browser(house.session).open(await ways.to_consent(world))
        assert WORDING_VISITING in page.text
        await say(world)
        assert await house.read(_kept, world.family.child) == [
            (WORDING_VISITING, CHILD_WORDING_VISITING)
        ]
        await check_everything(house)


async def test_who_agreed_before_visits_were_adopted_is_asked_and_blocks_visited_sessions_alone(
    world: World,
) -> None:
    house = world.house
    await say(world)
    await house.reorganise(VISITED)
    staying = await book(world)
    visited = await book(world, cover_mode=CoverMode.VISITING, starts_at=house.clock.now() + DAY)
    assert "visits_not_agreed" not in await blocker_codes(world, staying)
    assert "visits_not_agreed" in await blocker_codes(world, visited)
    await house.settle()
    (asked,) = house.letters(world.family.mother_mail, "how sessions are supervised")
    page = await Browser(house.session).open(asked.link)
    assert "Second staff may now visit several sessions in turn" in page.text
    form = {"agree": "yes", "pin": PIN.get_secret_value(), "adults": world.family.mother}
    assert (await Browser(house.session).send(asked.link, "give", **form)).status == 303
    assert "child_visits_not_agreed" in await blocker_codes(world, visited)
    form["child_agrees"] = "yes"
    assert (await Browser(house.session).send(asked.link, "give", **form)).status == 303
    assert not NOT_AGREED & await blocker_codes(world, visited)
    await check_everything(house)


async def test_the_record_of_a_visited_session_shows_each_visit_and_no_more(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path, migrated=True, organised=VISITED) as house:
        world = await a_world(house)
        session_id = await a_live_session(world, cover_mode=CoverMode.VISITING)
        await house.advance(minutes=3)
        await house.rooms.act((await people_inside(world))["host"], "leave")
        await house.settle()
        await house.advance(minutes=4)
        await second_staff_go_in(world, session_id)
        await house.advance(minutes=2)
        await the_call_ends(world)
        shown = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body
        first, second_visit = shown["visits"]
        assert first["until"].startswith("2026-11-24T16:03:00")
        assert second_visit["since"].startswith("2026-11-24T16:07:00")
        assert second_visit["until"].startswith("2026-11-24T16:09:00")
        found = (await lead(world).get(f"/v1/sessions/{session_id}/statements")).body["findings"]
        assert [one["code"] for one in found] == ["visit", "visit"]
        assert "16:07:00 to 24 November 2026, 16:09:00" in found[1]["sentence"]
        assert "throughout" not in f"{shown}{found}"
        await check_everything(house)


async def blocker_codes(world: World, session_id: SessionId) -> set[str]:
    """What stands in the way of a session."""
    told = (await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")).body["blockers"]
    return {one["code"] for one in told}


def _kept(reader: Reader, child_id: ChildId) -> list[tuple[str, str | None]]:
    query = CONSENTS.select().where(CONSENTS.c.child_id == child_id)
    return [(row.wording, row.child_wording) for row in reader.conn.execute(query)]
