"""The staff pages: signing in, today's sessions, the door, sightings."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from service.policy.people import Role, SessionId, StaffId
from service.policy.presence import SightingResult
from service.store.sessions import cases
from service.workflows.attending import door
from service.workflows.second_staff import staffing
from tests.harness import House
from tests.pages.browsing import SAME, Browser
from tests.pages.records import everything
from tests.stories.steps import second_staff_look
from tests.world import World, a_clear_session, an_open_session, book, check_in, say

SIGNED_OUT = "/staff/sign-in"


async def signed_in(world: World, staff_id: StaffId, *roles: Role) -> Browser:
    browser = Browser(world.house.session)
    token = world.house.running.tokens.mint(staff_id, roles, timedelta(hours=1))
    url = world.house.base_url + SIGNED_OUT
    page = await browser.post(url, {"token": [token]}, SAME)
    assert (page.status, page.headers["Location"]) == (303, "/staff")
    return browser


@pytest_asyncio.fixture
async def second(world: World) -> AsyncIterator[Browser]:
    """The second member of staff's browser."""
    yield await signed_in(world, world.second, Role.SECOND_STAFF)


@pytest_asyncio.fixture
async def tutor(world: World) -> AsyncIterator[Browser]:
    """The tutor's browser."""
    yield await signed_in(world, world.tutor, Role.TUTOR)


def door_of(house: House, session_id: SessionId) -> str:
    return f"{house.base_url}/staff/sessions/{session_id}"


async def near(world: World) -> SessionId:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    return session_id


@pytest.mark.parametrize("path", ["/staff", "/staff/", "/staff/sessions/session_1"])
async def test_whoever_is_not_signed_in_is_led_to_the_form(
    house: House, browser: Browser, path: str
) -> None:
    page = await browser.open(house.base_url + path)
    assert (page.status, page.headers["Location"]) == (303, SIGNED_OUT)


async def test_a_bad_token_brings_the_form_back(house: House, browser: Browser) -> None:
    page = await browser.post(house.base_url + SIGNED_OUT, {"token": ["x.y.z"]}, SAME)
    assert page.status == 401
    assert "This token is not valid" in page.text
    assert 'name="token"' in page.text
    assert "x.y.z" not in page.text


async def test_machines_have_no_business_on_pages(world: World) -> None:
    machine = await signed_in(world, StaffId("booking-platform"), Role.MACHINE)
    assert (await machine.open(world.house.base_url + "/staff")).status == 403


async def test_today_shows_sessions_with_what_is_in_the_way(world: World, tutor: Browser) -> None:
    await say(world)
    await book(world)
    page = await tutor.open(world.house.base_url + "/staff")
    for shown in (
        "16:00",
        "Fractions",
        "No second member of staff is in place for this session.",
        "Child R. The promise to be present is not in place for this child.",
        "020 7946 0001",
    ):
        assert shown in page.text
    assert "River" not in page.text


async def test_tomorrow_is_not_today(world: World, tutor: Browser) -> None:
    await say(world)
    await book(world, starts_at=world.house.clock.now() + timedelta(days=1))
    assert "You have no sessions today." in (await tutor.open(world.house.base_url + "/staff")).text


async def test_nobody_sees_anothers_session(world: World) -> None:
    session_id = await a_clear_session(world)
    other = await signed_in(world, world.coordinator, Role.COORDINATOR)
    unknown = await other.open(door_of(world.house, SessionId("session_nothing")))
    page = await other.open(door_of(world.house, session_id))
    assert (page.status, page.text) == (404, unknown.text)


async def test_second_staff_accepts_on_the_page(world: World, second: Browser) -> None:
    session_id = await book(world)
    assign = staffing.AssignSecondStaff(session_id, world.second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    url = door_of(world.house, session_id)
    assert (await second.send(url, "accept")).status == 303
    case = await world.house.read(cases.load, session_id)
    assert case.assignment is not None
    assert case.assignment.accepted_at == world.house.clock.now()
    assert "accept" not in (await second.open(url)).forms


async def test_second_staff_is_let_in_first_and_starts_the_room(
    world: World, second: Browser, tutor: Browser
) -> None:
    url = door_of(world.house, await near(world))
    answer = await second.send(url, "enter")
    assert answer.status == 303
    assert answer.headers["Location"].startswith(world.house.rooms.url)
    await world.house.rooms.follow(answer.headers["Location"], "Sam")
    assert (await tutor.send(url, "enter")).status == 303


async def test_before_its_time_the_door_stays_shut(world: World, second: Browser) -> None:
    session_id = await a_clear_session(world)
    page = await second.open(door_of(world.house, session_id))
    assert "enter" not in page.forms


async def test_in_the_room_is_said_by_second_staff_alone(
    world: World, second: Browser, tutor: Browser
) -> None:
    url = door_of(world.house, await near(world))
    assert (await second.send(url, "here")).status == 303
    assert "You said that you are in the room." in (await second.open(url)).text
    assert (await tutor.send(url, "here", room="yes")).status == 403


async def test_a_sighting_is_noted_per_child(world: World, second: Browser) -> None:
    session_id = await near(world)
    url = door_of(world.house, session_id)
    assert (await second.send(url, "sighting", result="seen")).status == 303
    case = await world.house.read(cases.load, session_id)
    assert [one.result for one in case.children[0].sightings] == [SightingResult.SEEN]
    assert "Noted last: seen" in " ".join((await second.open(url)).text.split())


async def a_child_is_let_in(world: World, session_id: SessionId, second: Browser) -> None:
    """The mother is there, second staff hold the room, and the household goes in."""
    answer = await second.send(door_of(world.house, session_id), "enter")
    await world.house.rooms.follow(answer.headers["Location"], "Sam")
    await world.house.settle()
    await check_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    await door.go_in(world.house.deps, door.GoIn(session_id, world.family.child), mother)


async def test_the_page_says_which_look_is_due_and_how_long_is_left(
    world: World, second: Browser
) -> None:
    session_id = await near(world)
    url = door_of(world.house, session_id)
    assert "The child has not been let in yet." in (await second.open(url)).text
    await a_child_is_let_in(world, session_id, second)
    await world.house.advance(seconds=70)
    page = await second.open(url)
    assert "Look now: the child has been let in." in page.text
    assert "Until 15:48: 2 min left." in page.text
    assert "does not count as supervised until you have seen or heard" in page.text
    await world.house.advance(seconds=120)
    assert "This is overdue since 15:48." in (await second.open(url)).text
    await second.send(url, "sighting", result="heard")
    page = await second.open(url)
    assert "Look now" not in page.text
    assert "counts as supervised from 15:48 on." in page.text
    assert "Look again at 16:19." in page.text


async def test_not_shown_says_what_to_do_until_the_adult_is_seen(
    world: World, second: Browser
) -> None:
    session_id = await near(world)
    url = door_of(world.house, session_id)
    await a_child_is_let_in(world, session_id, second)
    await second.send(url, "sighting", result="not_shown")
    page = await second.open(url)
    assert "Not shown: the tutor stops, the child waits outside" in page.text
    assert "does not count as supervised" in page.text
    await world.house.advance(minutes=1)
    await second.send(url, "sighting", result="seen")
    assert "Not shown: the tutor stops" not in (await second.open(url)).text


async def test_the_api_shows_second_staff_what_the_page_shows(
    world: World, second: Browser
) -> None:
    session_id = await near(world)
    await a_child_is_let_in(world, session_id, second)
    api = world.house.api(Role.SECOND_STAFF, subject=world.second)
    (adult,) = (await api.get(f"/v1/sessions/{session_id}/door")).body["adults"]
    assert [look["kind"] for look in adult["looks"]] == ["start", "middle", "end"]
    assert (adult["noted"], adult["supervised_since"]) == (None, None)
    await second.send(door_of(world.house, session_id), "sighting", result="seen")
    (adult,) = (await api.get(f"/v1/sessions/{session_id}/door")).body["adults"]
    assert [look["kind"] for look in adult["looks"]] == ["middle", "end"]
    assert adult["supervised_since"] == adult["let_in_at"]
    shown = await api.get(f"/v1/sessions/{session_id}")
    assert shown.body["supervised_since"] == {world.family.child: adult["let_in_at"]}
    tutor = world.house.api(Role.TUTOR, subject=world.tutor)
    assert (await tutor.get(f"/v1/sessions/{session_id}/door")).body["adults"] == []


async def test_tutors_note_no_sightings(world: World, tutor: Browser) -> None:
    page = await tutor.open(door_of(world.house, await near(world)))
    assert "sighting" not in page.forms


async def test_a_form_is_worth_nothing_to_another_session_or_person(
    world: World, second: Browser, tutor: Browser
) -> None:
    session_id = await near(world)
    url = door_of(world.house, session_id)
    fields = (await tutor.open(url)).forms["here"]
    before = await everything(world.house)
    assert (await second.post(url, fields)).status == 403
    assert (await tutor.post(url, fields, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert await everything(world.house) == before


@pytest.mark.pitfall(18)
async def test_looking_at_staff_pages_changes_nothing(world: World, second: Browser) -> None:
    url = door_of(world.house, await near(world))
    before = await everything(world.house)
    for method in ("GET", "HEAD"):
        assert (await second.open(url, method)).status == 200
        assert (await second.open(world.house.base_url + "/staff", method)).status == 200
    assert await everything(world.house) == before


@pytest.mark.pitfall(14)
async def test_staff_state_what_happened_against_what_was_promised_and_noted(world: World) -> None:
    session_id = await near(world)
    await second_staff_look(world, session_id)
    await world.house.advance(minutes=70)
    await world.house.settle()
    second = await signed_in(world, world.second, Role.SECOND_STAFF)
    url = door_of(world.house, session_id)
    tutor = await signed_in(world, world.tutor, Role.TUTOR)
    for page in (await second.open(url), await tutor.open(url)):
        text = " ".join(page.text.split())
        assert "The adult of child R. Promised: in the same room. Second staff noted: seen" in text
    assert (await second.send(url, "statement", took_place="no")).status == 422
    answers = {"took_place": "no", "adult_present": "no", "second_staff_present": "yes"}
    assert (await second.send(url, "statement", **answers)).status == 303
    assert "statement" not in (await second.open(url)).forms
