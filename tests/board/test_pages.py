"""The board as a page: who may look, what it shows and what it keeps to itself."""

from datetime import timedelta

import pytest

from service.policy.people import Role, SessionId
from service.policy.presence import SightingResult
from service.store.alerts import alerts
from service.store.transactions import Tx
from service.workflows.attending import presence
from tests.board.watching import coordinator, entries, lead, somebody
from tests.invariants import check_everything
from tests.office import a_host
from tests.pages.records import everything
from tests.stories.falls import the_father_refuses
from tests.stories.signals import zoom_says_joined
from tests.stories.steps import (
    a_live_session,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    second_staff_go_in,
    the_call_ends,
)
from tests.world import World, a_clear_session, a_colleague, a_family, book, say

pytestmark = on_sqlite


def raise_alert(tx: Tx, session_id: SessionId) -> None:
    alerts.raise_alert(tx, session_id, "unknown_person", session_id)


def live(world: World, session_id: SessionId | None = None) -> str:
    return world.house.base_url + (f"/live/rooms/{session_id}" if session_id else "/live")


async def test_only_coordinators_and_leads_see_all_rooms(world: World) -> None:
    session_id = await book(world)
    signed_out = await (await coordinator(world)).open(live(world))
    assert signed_out.status == 200
    for role in (Role.TUTOR, Role.SECOND_STAFF, Role.ADMIN, Role.INSPECTOR, Role.MACHINE):
        other = await somebody(world, world.tutor, role)
        for url in (live(world), live(world) + "/events", live(world, session_id)):
            assert (await other.open(url)).status == 403, (role, url)
    nobody = await coordinator(world)
    nobody.jar.clear()
    assert (await nobody.open(live(world))).headers["Location"] == "/staff/sign-in"
    assert (await nobody.open(live(world) + "/events")).status == 401


async def test_before_its_start_a_room_shows_what_is_in_the_way(world: World) -> None:
    await say(world)
    session_id = await book(world)
    page = await (await coordinator(world)).open(live(world))
    for shown in (
        "16:00", "Theo", "booked", "No second member of staff is assigned.",
        "Child R. No adult named by a giver has promised to be present.",
        f'href="/live/rooms/{session_id}"',
    ):  # fmt: skip
        assert shown in page.text
    assert "<svg viewBox" not in page.text


@on_both_providers
async def test_a_running_room_shows_who_is_in_it_by_picture_and_in_words(world: World) -> None:
    session_id = await a_live_session(world)
    note = presence.NoteSighting(session_id, world.family.child, SightingResult.HEARD)
    await world.house.do(presence.note_sighting, note, world.actor(world.second, Role.SECOND_STAFF))
    page = " ".join((await (await coordinator(world)).open(live(world))).text.split())
    for shown in (
        "under way",
        "<strong>Second staff Sam</strong>: in the room since 15:45",
        "<strong>Tutor Theo</strong>: in the room since 15:45",
        "<strong>Household R</strong>: in the room since 15:45",
        "The adult of child R. heard",
        "<title id=",
        "<desc id=",
        'class="bar inside"',
    ):
        assert shown in page
    assert "Unknown people" not in page


@on_both_providers
async def test_nobody_is_named_but_staff_and_nothing_leads_into_a_room(world: World) -> None:
    session_id = await a_live_session(world)
    viewer = await lead(world)
    for url in (live(world), live(world, session_id)):
        page = await viewer.open(url)
        assert page.status == 200
        for kept in ("River", "Mother", "Father", "example", "07700", world.family.mother):
            assert kept not in page.text, (url, kept)
        assert world.house.rooms.url not in page.text


async def test_a_room_never_says_which_parent_refused(world: World) -> None:
    session_id = await a_clear_session(world)
    await the_father_refuses(world, session_id)
    viewer = await coordinator(world)
    for url in (live(world), live(world, session_id)):
        text = (await viewer.open(url)).text
        assert "Child R." in text
        for kept in (world.family.father, world.family.mother, "father", "mother"):
            assert kept not in text


async def test_somebody_who_should_be_there_is_missed(world: World) -> None:
    await in_the_check_in_window(world)
    await world.house.advance(minutes=16)
    page = " ".join((await (await coordinator(world)).open(live(world))).text.split())
    assert "<strong>Second staff Sam</strong>: not there" in page
    assert "<strong>Household R</strong>: not there" in page


async def test_a_stranger_has_a_row_of_their_own(world: World) -> None:
    await a_live_session(world)
    await zoom_says_joined(world, connection="16999999", registrant_id="", name="iPad")
    page = " ".join((await (await coordinator(world)).open(live(world))).text.split())
    assert "<strong>Unknown people</strong>: in the room since 16:00" in page
    assert 'class="bar unknown"' in page
    assert "iPad" not in page


async def test_rooms_with_an_alert_come_first(world: World) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    tutor = await a_colleague(world.house, "Mira", "mira")
    await a_host(world.house, 1, world.coordinator, world.lead)
    first = await book(world)
    late = world.house.clock.now() + timedelta(hours=2)
    second = await book(world, other.child, starts_at=late, tutor=tutor)
    viewer = await coordinator(world)
    text = (await viewer.open(live(world))).text
    assert text.index(f"room-{first}") < text.index(f"room-{second}")
    await world.house.do(raise_alert, second)
    text = (await viewer.open(live(world))).text
    assert text.index(f"room-{second}") < text.index(f"room-{first}")
    assert text.index("data-alert") < text.index(f"room-{second}")


async def test_looking_is_noted_before_it_is_answered_and_once_for_a_while(world: World) -> None:
    session_id = await book(world)
    viewer = await coordinator(world)
    for _ in range(3):
        await viewer.open(live(world))
    parts = [one["facts"]["part"] for one in await entries(world, "record.read")]
    assert parts == ["board"]
    await world.house.advance(minutes=16)
    await viewer.open(live(world))
    await viewer.open(live(world, session_id))
    parts = [one["facts"]["part"] for one in await entries(world, "record.read")]
    assert parts == ["board", "board", "room"]
    assert (await viewer.open(live(world, SessionId("session_nothing")))).status == 404


async def test_a_rooms_story_tells_of_the_door_the_call_and_the_alerts(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.do(raise_alert, session_id)
    await the_call_ends(world)
    text = " ".join((await (await coordinator(world)).open(live(world, session_id))).text.split())
    told = [
        "The session was booked.", "Second staff accepted.", "The session is open.",
        "<strong>Household R</strong>: said: I am here",
        "<strong>Household R</strong>: let in by the door", "<strong>Tutor Theo</strong>: came in",
        "The session is under way.", "Somebody unknown is in a room.", "The session has ended.",
    ]  # fmt: skip
    for one in told:
        assert one in text
    assert text.index("The session has ended.") < text.index("The session was booked.")


@pytest.mark.pitfall(38)
async def test_the_story_says_when_we_heard_of_something_later(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    late = {"mode": "late", "events": [], "late_seconds": 120}
    await world.house.rooms.control("POST", "webhooks", late)
    await second_staff_go_in(world, session_id)
    await world.house.advance(seconds=121)
    await world.house.settle()
    text = (await (await coordinator(world)).open(live(world, session_id))).text
    assert "we heard of it at 15:47:01" in text


@pytest.mark.pitfall(18)
async def test_looking_changes_nothing_but_that_it_was_looked(world: World) -> None:
    session_id = await a_live_session(world)
    viewer = await lead(world)
    before = await everything(world.house)
    for url in (live(world), live(world, session_id)):
        for method in ("GET", "HEAD"):
            assert (await viewer.open(url, method)).status == 200
    after = await everything(world.house)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"entries", "unsequenced", "pseudonym_keys", "store_batches"}
    await check_everything(world.house)


async def test_the_board_alone_may_run_a_script_and_only_ours(world: World) -> None:
    session_id = await book(world)
    viewer = await coordinator(world)
    board = (await viewer.open(live(world))).headers["Content-Security-Policy"]
    assert "script-src 'self'" in board
    assert "unsafe" not in board
    for other in (live(world, session_id), world.house.base_url + "/staff"):
        assert "script-src" not in (await viewer.open(other)).headers["Content-Security-Policy"]
