"""The provider fails, or fails to tell us."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.tables import MeetingStage
from service.workflows.meetings import opening
from tests.invariants import check_everything
from tests.rooms import HOST_ACCOUNTS
from tests.stories import falls, steps
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    meetings_of,
    on_both_providers,
    on_sqlite,
    pass_by,
    session_of,
    stages,
    then_nothing_is_left,
    ways_in,
)
from tests.world import World, a_clear_session

LOST_AFTER = ["drop_after", "status_after", "cut_after"]
LOST_BEFORE = ["drop_before", "status_before"]


async def when_the_window_opens(world: World) -> SessionId:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    await world.house.settle()
    return session_id


async def host(world: World, **changes: Any) -> None:
    await world.house.rooms.control("POST", f"hosts/{HOST_ACCOUNTS['zoom'][0]}", changes)


@pytest.mark.pitfall(44)
@pytest.mark.parametrize("kind", LOST_AFTER)
async def test_a_meeting_whose_answer_was_lost_is_found_and_adopted(
    world: World, kind: str
) -> None:
    await world.house.rooms.fault("create_meeting", kind)
    session_id = await when_the_window_opens(world)
    assert (await session_of(world, session_id)).state is SessionState.OPENING
    assert await ways_in(world, session_id) == set()
    await pass_by(world, 65)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert len(await world.house.rooms.calls("create_meeting")) == 1
    assert len(await world.house.rooms.meetings()) == 1
    await check_everything(world.house)


@pytest.mark.pitfall(44)
@pytest.mark.parametrize("kind", LOST_BEFORE)
async def test_an_intent_of_which_nothing_came_is_given_up_and_tried_anew(
    world: World, kind: str
) -> None:
    await world.house.rooms.fault("create_meeting", kind)
    session_id = await when_the_window_opens(world)
    await pass_by(world, 180)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSING, MeetingStage.OPEN]
    assert len(await world.house.rooms.calls("create_meeting")) == 2
    assert len(await world.house.rooms.meetings()) == 1
    assert await alerts_now(world) == {"opening_failed"}
    await check_everything(world.house)


@pytest.mark.pitfall(44)
async def test_a_lost_meeting_that_is_listed_late_is_swept_and_never_released(
    world: World,
) -> None:
    house = world.house
    await house.rooms.control("POST", "options", {"listing_delay_seconds": 600})
    await house.rooms.fault("create_meeting", "drop_after")
    session_id = await when_the_window_opens(world)
    await pass_by(world, 240)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert len(await house.rooms.meetings()) == 2  # one of them nobody has a link to
    lost, mine = await meetings_of(world, session_id)
    assert (lost.stage, lost.handle) == (MeetingStage.CLOSING, None)
    await pass_by(world, 2700, every=300)
    (left,) = await house.rooms.meetings()
    assert left["id"] == mine.provider_id
    await house.advance(hours=24)
    await house.settle()
    assert (await meetings_of(world, session_id))[0].stage is MeetingStage.CLOSED
    await check_everything(house)


async def test_a_refused_create_is_an_alert_and_tried_again_later(world: World) -> None:
    await host(world, type=1)
    session_id = await when_the_window_opens(world)
    assert await world.house.rooms.calls("create_meeting") == []
    assert await stages(world, session_id) == [MeetingStage.FAILED]
    assert await alerts_now(world) == {"opening_failed"}
    await host(world, type=2)
    await pass_by(world, 65)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_both_providers
async def test_a_busy_provider_is_asked_again_later_and_not_at_once(world: World) -> None:
    await world.house.rooms.fault("create_meeting", "rate_limit")
    session_id = await when_the_window_opens(world)
    assert await stages(world, session_id) == [MeetingStage.FAILED]
    assert len(await world.house.rooms.calls("create_meeting")) == 1
    await pass_by(world, 65)
    assert await stages(world, session_id) == [MeetingStage.FAILED, MeetingStage.OPEN]
    await check_everything(world.house)


@pytest.mark.pitfall(40)
async def test_while_the_hosts_settings_cannot_be_read_no_meeting_is_made(world: World) -> None:
    await world.house.rooms.fault("read_settings", "status_before", times=3)
    session_id = await when_the_window_opens(world)
    assert await world.house.rooms.calls("create_meeting") == []
    assert await stages(world, session_id) == [MeetingStage.FAILED]
    await pass_by(world, 65)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@pytest.mark.pitfall(39)
@pytest.mark.parametrize(
    "locked",
    [
        {"waiting_room": False},
        {"auto_recording": "cloud"},
        {"approval_type": 2},
    ],
    ids=lambda locked: next(iter(locked)),
)
async def test_a_meeting_with_a_weak_setting_is_never_released(
    world: World, locked: dict[str, object]
) -> None:
    await host(world, locked=locked)
    session_id = await when_the_window_opens(world)
    assert await ways_in(world, session_id) == set()
    await pass_by(world, 30, every=10)
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await alerts_now(world) == {"opening_failed"}
    await host(world, locked={})
    await pass_by(world, 65)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@pytest.mark.pitfall(45)
@pytest.mark.parametrize("call", ["update_status", "delete_meeting"])
async def test_a_provider_that_says_done_and_has_not_is_asked_again(
    world: World, call: str
) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault(call, "lie")
    await falls.second_staff_is_released(world, session_id)
    await world.house.settle()
    assert len(await world.house.rooms.meetings()) == 1
    assert await stages(world, session_id) == [MeetingStage.CLOSING]
    await steps.then_everyone_is_shut_out(world, session_id)
    await pass_by(world, 10, every=5)
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    await check_everything(world.house)


@pytest.mark.pitfall(45)
@on_sqlite
@on_both_providers
async def test_a_meeting_that_will_not_close_is_an_alert_and_is_never_given_up(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    await world.house.rooms.fault("delete_meeting", "lie", times=6)
    await falls.the_pledge_is_revoked(world, session_id)
    await pass_by(world, 40, every=5)
    assert "meeting_not_closed" in await alerts_now(world)
    await pass_by(world, 1500, every=150)
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    await check_everything(world.house)


@pytest.mark.parametrize("call", ["read_meeting", "add_registrant"])
async def test_an_opening_that_was_broken_off_is_finished_with_one_meeting(
    world: World, call: str
) -> None:
    await world.house.rooms.fault(call, "status_before", times=4)
    session_id = await when_the_window_opens(world)
    assert await ways_in(world, session_id) == set()
    await pass_by(world, 180)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert len(await world.house.rooms.calls("create_meeting")) == 1
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    await check_everything(world.house)


async def test_while_somebody_looks_nobody_else_does(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    await steps.claimed(world, "open_meetings")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await check_everything(world.house)


@on_both_providers
async def test_a_dead_workers_session_is_taken_over_after_its_lease(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    (claim,) = await steps.claimed(world, "open_meetings", timedelta(microseconds=1))
    await world.house.advance(seconds=1)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await world.house.do(opening.begin, claim, opening.BY) is None  # it comes back too late
    assert len(await world.house.rooms.calls("create_meeting")) == 1
    await check_everything(world.house)
