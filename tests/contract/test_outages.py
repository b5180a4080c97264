"""The provider is down for a while: a session opens late or lapses, and somebody is told."""

import pytest

from service.policy.session import SessionState
from tests.contract.promises import (
    then_in_the_end_nothing_is_left,
    then_one_meeting_is_released,
    until_it_is_gone,
    until_it_is_open,
)
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_released
from tests.stories.steps import (
    alerts_now,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    session_of,
    then_everyone_is_shut_out,
    then_nothing_is_left,
    ways_in,
)
from tests.world import World, a_clear_session, book, cover, pledge, say

CALLS = {
    "zoom": (
        *("token", "read_user", "read_settings", "read_locks", "create_meeting", "read_meeting"),
        *("add_registrant", "list_registrants", "update_registrants", "list_meetings"),
        *("update_status", "delete_meeting"),
    ),
    "teams": (
        *("token", "create_meeting", "read_meeting", "update_meeting", "delete_meeting"),
        *("create_subscription", "update_subscription", "list_subscriptions"),
    ),
}


async def the_provider_goes_down(world: World, kind: str = "status_before") -> None:
    rooms = world.house.rooms
    for call in CALLS[rooms.provider]:
        await rooms.fault(call, kind, times=10_000)


async def the_provider_comes_back(world: World) -> None:
    await world.house.rooms.control("DELETE", "faults")


@on_both_providers
async def test_down_for_twenty_minutes_round_the_opening_it_opens_late_and_says_so(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    await pass_by(world, 29 * 60, every=600)
    await the_provider_goes_down(world)
    await pass_by(world, 20 * 60, every=300)
    assert (await session_of(world, session_id)).state is not SessionState.OPEN
    assert await ways_in(world, session_id) == set()
    assert "opening_failed" in await alerts_now(world)
    await the_provider_comes_back(world)
    await until_it_is_open(world, session_id)
    await then_one_meeting_is_released(world, session_id)
    await then_in_the_end_nothing_is_left(world, session_id)


@pytest.mark.pitfall(55)
@on_sqlite
@on_both_providers
async def test_down_beyond_the_late_limit_the_session_lapses_and_both_are_told(
    world: World,
) -> None:
    house = world.house
    session_id = await book(world)
    await cover(world, session_id)
    await house.advance(minutes=58)
    await house.settle()
    await the_provider_goes_down(world)
    await say(world)
    await pledge(world, session_id)
    await pass_by(world, 25 * 60, every=300)
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    assert await alerts_now(world) >= {"opening_failed", "session_lapsed"}
    assert house.letters(world.family.mother_mail, "A session does not take place")
    await the_provider_comes_back(world)
    await until_it_is_gone(world, session_id)
    await then_nothing_is_left(world)
    await check_everything(house)


@pytest.mark.pitfall(45)
@on_sqlite
@on_both_providers
async def test_down_while_a_condition_falls_nobody_gets_in_and_it_is_removed_afterwards(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    await the_provider_goes_down(world)
    await second_staff_is_released(world, session_id)
    await pass_by(world, 60, every=10)
    await world.house.advance(minutes=20)
    await then_everyone_is_shut_out(world, session_id)
    assert "meeting_not_closed" in await alerts_now(world)
    assert len(await world.house.rooms.meetings()) == 1
    await the_provider_comes_back(world)
    await until_it_is_gone(world, session_id)
    await then_nothing_is_left(world)
    await check_everything(world.house)
