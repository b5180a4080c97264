"""What a provider answers is not believed: it is read back before anybody is let in or given up."""

from typing import Any

import pytest

from service.policy.session import SessionState
from service.store.tables import MeetingStage
from tests.contract.promises import (
    then_in_the_end_nothing_is_left,
    then_one_meeting_is_released,
    until_it_is_gone,
    until_it_is_open,
)
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_released
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_sqlite,
    on_teams,
    session_of,
    stages,
    then_everyone_is_shut_out,
    then_nothing_is_left,
    ways_in,
)
from tests.world import World, a_clear_session

NOT_DONE = [
    ("zoom", "update_registrants"),
    ("zoom", "update_status"),
    ("zoom", "delete_meeting"),
    ("teams", "update_meeting"),
    ("teams", "delete_meeting"),
]


@pytest.mark.pitfall(45)
@on_sqlite
@pytest.mark.parametrize(("provider", "call"), NOT_DONE, indirect=["provider"])
async def test_what_was_said_to_be_done_and_was_not_is_done_in_the_end(
    world: World, call: str
) -> None:
    session_id = await in_the_check_in_window(world)
    await world.house.rooms.fault(call, "lie")
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    await then_everyone_is_shut_out(world, session_id)
    await until_it_is_gone(world, session_id)
    await then_nothing_is_left(world)
    await then_no_burned_link_leads_into_an_open_room(world)
    await check_everything(world.house)


@on_teams
async def test_a_room_that_was_not_tightened_although_teams_said_so_is_tightened_again(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault("update_meeting", "lie")
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    await world.house.advance(seconds=10)
    await world.house.settle()
    (meeting,) = await world.house.rooms.meetings()
    assert is_tight(meeting)


@pytest.mark.pitfall(39)
@on_teams
@pytest.mark.parametrize("shape", ["weaker", "no_passcode"])
async def test_a_meeting_made_weaker_than_asked_is_removed_and_made_anew(
    world: World, shape: str
) -> None:
    await world.house.rooms.fault("create_meeting", shape)
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await stages(world, session_id) == [MeetingStage.FAILED]
    assert await ways_in(world, session_id) == set()
    assert await world.house.rooms.meetings() == []
    assert await alerts_now(world) == {"opening_failed"}
    await until_it_is_open(world, session_id)
    await then_one_meeting_is_released(world, session_id)
    await then_in_the_end_nothing_is_left(world, session_id)


@pytest.mark.pitfall(39)
@on_teams
@pytest.mark.parametrize("shape", ["weaker", "no_passcode"])
async def test_a_weak_meeting_that_cannot_be_removed_at_once_is_never_released(
    world: World, shape: str
) -> None:
    await world.house.rooms.fault("create_meeting", shape)
    await world.house.rooms.fault("delete_meeting", "status_before", times=6)
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await stages(world, session_id) == [MeetingStage.CLOSING]
    assert await ways_in(world, session_id) == set()
    await until_it_is_open(world, session_id)
    await then_one_meeting_is_released(world, session_id)
    await then_in_the_end_nothing_is_left(world, session_id)


@pytest.mark.pitfall(39)
@on_teams
async def test_as_long_as_teams_weakens_every_meeting_none_is_released_and_people_are_told(
    world: World,
) -> None:
    await world.house.rooms.fault("create_meeting", "weaker", times=99)
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)
    for _ in range(9):
        await world.house.settle()
        assert await ways_in(world, session_id) == set()
        await world.house.advance(minutes=5)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    assert await alerts_now(world) >= {"opening_failed", "session_lapsed"}
    assert await world.house.rooms.meetings() == []
    await check_everything(world.house)


async def then_no_burned_link_leads_into_an_open_room(world: World) -> None:
    """Deleting takes no Teams link away, so what it leads to must have been shut before."""
    if world.house.rooms.provider == "teams":
        gone = [one for one in (await world.house.rooms.state())["meetings"] if one["deleted"]]
        assert gone
        assert all(is_tight(one) for one in gone)


def is_tight(meeting: Any) -> bool:
    """Whether nobody new gets in, and whoever does is neither seen nor heard."""
    held = meeting["settings"]
    return (
        held["lobbyBypassSettings"]["scope"] == "organizer"
        and not held["allowAttendeeToEnableMic"]
        and not held["allowAttendeeToEnableCamera"]
    )
