"""Whatever fails while a session is opened, it ends with one released meeting, and no other."""

import pytest

from service.policy.session import SessionState
from tests.contract.faults import Called, Fault, each, it_happens
from tests.contract.promises import (
    then_in_the_end_nothing_is_left,
    then_one_meeting_is_released,
    until_it_is_open,
)
from tests.stories.steps import on_both_providers, on_sqlite, session_of, ways_in
from tests.world import World, a_clear_session

CALLS = (
    Called("zoom", "token", changes=False),
    Called("zoom", "read_user", changes=False),
    Called("zoom", "read_settings", changes=False),
    Called("zoom", "create_meeting", tries=1),
    Called("zoom", "read_meeting", changes=False),
    Called("zoom", "add_registrant", tries=1),
    Called("teams", "token", tries=1, changes=False),
    Called("teams", "create_meeting", tries=1),
    Called("teams", "read_meeting", changes=False),
    Called("teams", "create_subscription"),
)


@pytest.mark.pitfall(44)
@each(CALLS, "zoom-create_meeting", "teams-create_meeting")
async def test_a_fault_on_the_way_costs_time_and_never_a_second_meeting(
    world: World, call: Called, fault: Fault
) -> None:
    house = world.house
    session_id = await a_clear_session(world)
    await house.settle()
    asked = len(await house.rooms.calls(call.name))
    await it_happens(world, call, fault)
    await house.advance(minutes=35)
    await house.settle()
    assert len(await house.rooms.calls(call.name)) > asked, "this call is not made"
    if (await session_of(world, session_id)).state is not SessionState.OPEN:
        assert await ways_in(world, session_id) == set()
    await until_it_is_open(world, session_id)
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    await then_one_meeting_is_released(world, session_id)
    await then_in_the_end_nothing_is_left(world, session_id)


@on_sqlite
@on_both_providers
async def test_only_a_create_whose_token_is_refused_is_sent_again_at_once(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.rooms.fault("create_meeting", "unauthorised")
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    refused, made = await world.house.rooms.calls("create_meeting")
    assert refused["body"] == made["body"]
    await then_one_meeting_is_released(world, session_id)
    assert len(await world.house.rooms.meetings()) == 1
