"""Second staff are in one room at a time: who teaches, stays or is to take over is in no other (POL-03)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.policy.people import Role, SessionId, StaffId
from service.policy.session import CoverMode, SessionState, Span
from service.workflows.sessions import amending, booking
from service.workflows.staff import duties
from tests.api.people import a_booking, coordinator
from tests.deployment import VISITED
from tests.harness import Reply, running
from tests.invariants import check_everything
from tests.office import a_host
from tests.stories.second_staff import ask, goes_in, says_in_the_room, says_yes, second_of
from tests.stories.steps import a_live_session, on_sqlite, session_of
from tests.world import World, a_colleague, a_family, a_world, book, cover, pledge, say

pytestmark = on_sqlite

ELSEWHERE = {
    "code": "second_staff_elsewhere",
    "sentence": "The second member of staff covers other rooms at that time.",
    "people": 1,
}


@pytest.fixture
async def visited(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Where second staff may visit up to three rooms."""
    async with running(database_url, tmp_path, migrated=True, organised=VISITED) as house:
        yield await a_world(house)


async def another_room(world: World, minutes: float, mode: CoverMode, name: str) -> SessionId:
    """A session of another family and tutor, so many minutes from now."""
    family = await a_family(world.house, name, world.coordinator)
    tutor = await a_colleague(world.house, f"Tutor of {name}", f"tutor-{name}")
    starts_at = world.house.clock.now() + timedelta(minutes=minutes)
    return await book(world, family.child, tutor=tutor, cover_mode=mode, starts_at=starts_at)


async def assigned(world: World, session_id: SessionId, who: StaffId) -> Reply:
    """The coordinator assigns somebody, over HTTP."""
    place = f"/v1/sessions/{session_id}/second-staff"
    return await coordinator(world).put(place, {"staff_id": who})


async def suggested(world: World, session_id: SessionId) -> list[str]:
    """Whom the rules would choose."""
    place = f"/v1/sessions/{session_id}/second-staff/suggestions"
    return [one["staff_id"] for one in (await coordinator(world).post(place)).body["eligible"]]


async def blockers(world: World, session_id: SessionId) -> set[str]:
    """What keeps a session shut, about second staff."""
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    codes = {one["code"] for one in reply.body["blockers"]}
    return {code for code in codes if code.startswith("second_staff")}


async def is_moved(world: World, session_id: SessionId, starts_at: datetime) -> None:
    """It is to start at another time; whoever is assigned is asked anew."""
    terms = booking.Terms(
        starts_at, starts_at + timedelta(minutes=45), "local", "Europe/London", "Fractions"
    )
    moved = amending.Reschedule(session_id, None, terms, "the hall is closed")
    await world.house.do(amending.reschedule, moved, world.as_coordinator)


async def says_yes_to_the_day(world: World, who: StaffId) -> None:
    """They accept whatever they are put on, and what they are on already."""
    now = world.house.clock.now()
    rota = duties.AcceptRota(who, Span(now, now + timedelta(hours=9)))
    await world.house.do(duties.accept_rota, rota, world.actor(who, Role.SECOND_STAFF))


def nobody_but_them(reply: Reply) -> Any:
    """A refusal, with its reasons in words."""
    assert (reply.status, reply.code) == (409, "nobody_eligible"), reply.text
    return [{key: one[key] for key in ELSEWHERE} for one in reply.body["details"]["reasons"]]


STAYS, VISITS = CoverMode.THROUGHOUT, CoverMode.VISITING


@pytest.mark.pitfall(25)
@pytest.mark.parametrize(("first", "then"), [(STAYS, VISITS), (VISITS, STAYS), (STAYS, STAYS)])
async def test_whoever_stays_in_a_room_is_in_no_other_whichever_they_accepted_first(
    visited: World, first: CoverMode, then: CoverMode
) -> None:
    world = visited
    await cover(world, await another_room(world, 60, first, "brook"))
    session_id = await another_room(world, 70, then, "meadow")
    assert nobody_but_them(await assigned(world, session_id, world.second)) == [ELSEWHERE]
    assert world.second not in await suggested(world, session_id), "nor does anything choose them"

    moved = await another_room(world, 180, then, "orchard")
    assert (await assigned(world, moved, world.second)).status == 200
    await is_moved(world, moved, world.house.clock.now() + timedelta(minutes=80))
    api = world.house.api(Role.SECOND_STAFF, subject=world.second)
    accepted = await api.post(f"/v1/sessions/{moved}/second-staff/acceptance")
    assert nobody_but_them(accepted) == [ELSEWHERE]
    await says_yes_to_the_day(world, world.second)
    assert await blockers(world, moved) == {"second_staff_elsewhere"}, "a yes alone opens nothing"
    await check_everything(world.house)


@pytest.mark.pitfall(25)
async def test_rooms_that_are_all_visited_are_covered_at_once_up_to_the_cap(visited: World) -> None:
    world = visited
    for minutes, name in ((60, "brook"), (70, "meadow"), (80, "orchard")):
        await cover(world, await another_room(world, minutes, VISITS, name))
    one_more = await another_room(world, 90, VISITS, "thicket")
    assert nobody_but_them(await assigned(world, one_more, world.second)) == [ELSEWHERE]


async def test_whoever_teaches_visits_nobody_meanwhile(visited: World) -> None:
    await book(visited)
    session_id = await another_room(visited, 70, VISITS, "brook")
    assert nobody_but_them(await assigned(visited, session_id, visited.tutor)) == [ELSEWHERE]


async def test_whoever_is_second_staff_is_not_booked_as_tutor_for_that_time(world: World) -> None:
    await cover(world, await another_room(world, 60, STAYS, "brook"))
    starts_at = world.house.clock.now() + timedelta(minutes=90)
    lesson = a_booking(world, tutor_id=world.second, starts_at=starts_at.isoformat())
    reply = await coordinator(world).post("/v1/sessions", lesson)
    assert (reply.status, reply.code, reply.fields) == (409, "taken", {"tutor_id": "taken"})
    lesson["starts_at"] = (starts_at + timedelta(minutes=15)).isoformat()
    assert (await coordinator(world).post("/v1/sessions", lesson)).status == 201, "touching ends"


# --- who is to take over a running room -------------------------------------------------------------


async def two_live_rooms(world: World) -> tuple[SessionId, SessionId]:
    """Two lessons at the same time, each with second staff of its own in the room."""
    brook = await a_family(world.house, "brook", world.coordinator)
    await a_host(world.house, 1, world.coordinator, world.lead)
    await say(world, family=brook)
    tutor = await a_colleague(world.house, "Tina", "tina")
    other = await book(world, brook.child, tutor=tutor)
    uma = await a_colleague(world.house, "Uma", "uma")
    await cover(world, other, uma)
    await pledge(world, other, brook)
    session_id = await a_live_session(world)
    await goes_in(world, other, uma)
    assert (await session_of(world, other)).state is SessionState.LIVE
    return session_id, other


@pytest.mark.pitfall(24, 25)
async def test_nobody_is_to_take_over_two_running_rooms(world: World, newcomer: StaffId) -> None:
    session_id, other = await two_live_rooms(world)
    assert (await ask(world, session_id, newcomer)).status == 200
    refused = nobody_but_them(await ask(world, other, newcomer))
    assert refused == [ELSEWHERE], "asked is as good as taken"
    await says_yes(world, session_id, newcomer)
    assert nobody_but_them(await ask(world, other, newcomer)) == [ELSEWHERE]
    lesson = a_booking(world, tutor_id=newcomer)
    lesson["starts_at"] = (world.house.clock.now() + timedelta(minutes=5)).isoformat()
    booked = await coordinator(world).post("/v1/sessions", lesson)
    assert (booked.code, booked.fields["tutor_id"]) == ("taken", "taken")
    await world.house.advance(seconds=20)
    await goes_in(world, session_id, newcomer)
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == newcomer
    for one in (session_id, other):
        assert (await session_of(world, one)).state is SessionState.LIVE
    await check_everything(world.house)


@pytest.mark.pitfall(24)
async def test_a_newcomer_who_teaches_by_now_can_no_longer_say_yes(
    world: World, newcomer: StaffId
) -> None:
    session_id = await a_live_session(world)
    assert (await ask(world, session_id, newcomer)).status == 200
    meadow = await a_family(world.house, "meadow", world.coordinator)
    soon = world.house.clock.now() + timedelta(minutes=5)
    await book(world, meadow.child, tutor=newcomer, starts_at=soon)
    api = world.house.api(Role.SECOND_STAFF, subject=newcomer)
    reply = await api.post(f"/v1/sessions/{session_id}/second-staff/acceptance")
    assert nobody_but_them(reply) == [ELSEWHERE]
    assert (await session_of(world, session_id)).state is SessionState.LIVE


@pytest.mark.pitfall(24)
async def test_the_room_that_a_newcomer_promised_first_goes_on_when_they_take_over(
    world: World, newcomer: StaffId
) -> None:
    later = await another_room(world, 240, STAYS, "brook")
    assert (await assigned(world, later, newcomer)).status == 200
    session_id = await a_live_session(world)
    await ask(world, session_id, newcomer)
    await says_yes(world, session_id, newcomer)
    await is_moved(world, later, world.house.clock.now() + timedelta(minutes=20))
    await says_yes_to_the_day(world, newcomer)
    await world.house.advance(seconds=20)
    await goes_in(world, session_id, newcomer)
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == newcomer
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert await blockers(world, later) == {"second_staff_elsewhere"}
    await check_everything(world.house)
