"""A provider is out of order: one button shuts its rooms and tells every family, once (pitfall 55)."""

from datetime import timedelta
from typing import Any

import pytest

from service.errors import ChaperoneError, InvalidInput, NotFound
from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.store import work
from service.store.meetings import outages
from service.store.tables import MeetingStage
from service.store.transactions import Reader
from service.workflows.meetings import outage
from service.workflows.meetings.outage import CALLING_OFF, BeginOutage, LiftOutage
from tests.invariants import check_everything
from tests.office import a_host
from tests.stories.steps import (
    a_live_session,
    claimed,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    session_of,
    stages,
    then_everyone_is_shut_out,
    waits,
)
from tests.world import World, a_clear_session, a_colleague, a_family, book, cover, pledge
from tests.world import say as says

OFF = "A session does not take place"


def the_day(world: World, **more: Any) -> BeginOutage:
    until = world.house.clock.now() + timedelta(hours=20)
    return BeginOutage(world.house.rooms.provider, "Their status page says so", until, **more)


async def the_button_is_pressed(world: World, **more: Any) -> None:
    await world.house.do(outage.begin_outage, the_day(world, **more), world.as_coordinator)


async def it_is_lifted(world: World) -> None:
    command = LiftOutage(world.house.rooms.provider, "A test room opened")
    await world.house.do(outage.lift_outage, command, world.as_coordinator)


async def blockers(world: World, session_id: SessionId) -> set[str]:
    api = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    reply = await api.get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in reply.body["blockers"]}


async def another_family(world: World, name: str) -> SessionId:
    """A clear session of another family, tutor and second staff, at the same time."""
    family = await a_family(world.house, name, world.coordinator)
    tutor = await a_colleague(world.house, f"T{name}", f"t.{name}")
    second = await a_colleague(world.house, f"S{name}", f"s.{name}")
    await a_host(world.house, 1, world.coordinator, world.lead)
    await says(world, family=family)
    session_id: SessionId = await book(world, family.child, tutor=tutor)
    await cover(world, session_id, second)
    await pledge(world, session_id, family)
    return session_id


@pytest.mark.pitfall(55)
@on_both_providers
async def test_the_button_shuts_every_room_that_was_to_open_and_tells_each_family_once(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    await the_button_is_pressed(world)
    await world.house.settle()
    await then_everyone_is_shut_out(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    (letter,) = world.house.letters(world.family.mother_mail, OFF)
    assert "do not accept any other link" in letter.text
    assert "/p/" not in letter.text
    await the_button_is_pressed(world)
    await world.house.settle()
    assert len(world.house.letters(world.family.mother_mail, OFF)) == 1
    await check_everything(world.house)


@pytest.mark.pitfall(55)
@on_sqlite
async def test_nothing_is_opened_there_until_it_is_lifted(world: World) -> None:
    await the_button_is_pressed(world)
    session_id = await a_clear_session(world)  # booked since: the outage is still there
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert "provider_out" in await blockers(world, session_id)
    assert await world.house.rooms.calls("create_meeting") == []
    await it_is_lifted(world)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
async def test_without_calling_off_the_rooms_are_shut_and_the_sessions_wait(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await the_button_is_pressed(world, call_off=False)
    await world.house.settle()
    await then_everyone_is_shut_out(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert world.house.letters(world.family.mother_mail, OFF) == []
    await it_is_lifted(world)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    await check_everything(world.house)


@on_sqlite
@pytest.mark.parametrize(("also", "then"), [(False, SessionState.LIVE), (True, SessionState.ENDED)])
async def test_a_lesson_that_runs_is_ended_only_if_that_is_said(
    world: World, also: bool, then: SessionState
) -> None:
    session_id = await a_live_session(world)
    await the_button_is_pressed(world, also_running=also)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is then
    assert bool(world.house.letters(world.family.mother_mail, "was ended early")) is also
    await check_everything(world.house)


@on_sqlite
async def test_nobody_else_goes_in_while_the_provider_is_out(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await the_button_is_pressed(world, call_off=False)
    second = world.actor(world.second, Role.SECOND_STAFF)
    assert "not_clear" in await waits(world, session_id, second)


# --- crashes and repeats ------------------------------------------------------------------------------


async def left(world: World) -> int:
    def count(reader: Reader) -> int:
        found = outages.standing(reader, world.house.rooms.provider)
        return outages.left_to_do(reader, found) if found else 0

    number: int = await world.house.read(count)
    return number


async def test_whoever_dies_in_the_middle_leaves_the_rest_to_the_next_and_nobody_is_told_twice(
    world: World,
) -> None:
    sessions = [await a_clear_session(world), await another_family(world, "brook")]
    await world.house.settle()
    await the_button_is_pressed(world)
    assert await left(world) == 2
    dead = await claimed(world, CALLING_OFF, timedelta(seconds=0))
    await outage.call_off_one(world.house.deps, dead[0])  # and dies before the second
    assert await left(world) == 1
    await world.house.settle()
    await outage.call_off_one(world.house.deps, dead[1])  # a claim that is outdated by now
    await world.house.settle()
    for session_id in sessions:
        assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    for mail in (world.family.mother_mail, "mother@brook.example"):
        assert len(world.house.letters(mail, OFF)) == 1
    assert await left(world) == 0
    await check_everything(world.house)


@on_sqlite
async def test_what_is_lifted_before_a_sessions_turn_leaves_it_on(world: World) -> None:
    session_id = await a_clear_session(world)
    await the_button_is_pressed(world)
    await it_is_lifted(world)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert world.house.letters(world.family.mother_mail, OFF) == []
    await check_everything(world.house)


async def test_two_who_press_at_once_make_one_outage(world: World) -> None:
    await a_clear_session(world)
    await the_button_is_pressed(world)
    await the_button_is_pressed(world)
    await world.house.settle()
    await it_is_lifted(world)
    with pytest.raises(NotFound):
        await it_is_lifted(world)
    await check_everything(world.house)


@on_sqlite
async def test_an_outage_needs_a_reason_and_a_reach(world: World) -> None:
    now = world.house.clock.now()
    for reason, until in (
        (" ", now + timedelta(hours=1)),
        ("x", now),
        ("x", now + timedelta(days=2)),
    ):
        with pytest.raises(InvalidInput):
            command = BeginOutage("zoom", reason, until)
            await world.house.do(outage.begin_outage, command, world.as_coordinator)
    with pytest.raises(ChaperoneError):
        await world.house.do(outage.lift_outage, LiftOutage("zoom", " "), world.as_coordinator)


# --- over the API -------------------------------------------------------------------------------------


@on_sqlite
async def test_a_dry_run_says_what_it_would_come_to_and_changes_nothing(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.settle()
    api = world.house.api(Role.DSL, subject=world.lead)
    until = (world.house.clock.now() + timedelta(hours=10)).isoformat()
    body = {"reason": "down", "until": until}
    tried = await api.post("/v1/providers/zoom/outage", body | {"dry_run": True})
    assert tried.body == {"sessions": 1, "running": 0, "adults": 1}
    assert (await api.get("/v1/providers")).body["items"][0]["out_since"] is None
    assert (await api.post("/v1/providers/zoom/outage", body)).body == tried.body
    (shown,) = (await api.get("/v1/providers")).body["items"]
    assert (shown["reason"], shown["left_to_do"]) == ("down", 1)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    lifted = await api.post("/v1/providers/zoom/outage/lift", {"reason": "works"})
    assert (lifted.status, lifted.body["out_since"]) == (200, None)
    assert (await api.post("/v1/providers/skype/outage", body)).status == 404
    await check_everything(world.house)


@on_sqlite
async def test_the_list_of_work_is_empty_after_it_all(world: World) -> None:
    session_id = await a_clear_session(world)
    await the_button_is_pressed(world)
    await world.house.settle()
    assert not await world.house.read(work.is_there, session_id)
    assert await left(world) == 0
