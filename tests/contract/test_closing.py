"""Whatever fails while a meeting is removed, nobody gets in meanwhile, and in the end it is gone."""

import pytest

from service.store.tables import MeetingStage
from tests.contract.faults import Called, Fault, each, it_happens
from tests.contract.promises import until_it_is_gone
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_released
from tests.stories.steps import (
    in_the_check_in_window,
    stages,
    then_everyone_is_shut_out,
    then_nothing_is_left,
)
from tests.world import World

CALLS = (
    Called("zoom", "token", changes=False),
    Called("zoom", "update_registrants"),
    Called("zoom", "list_registrants", changes=False),
    Called("zoom", "update_status"),
    Called("zoom", "read_meeting", changes=False),
    Called("zoom", "delete_meeting"),
    Called("zoom", "list_meetings", changes=False),
    Called("teams", "token", tries=1, changes=False),
    Called("teams", "update_meeting"),
    Called("teams", "read_meeting", changes=False),
    Called("teams", "delete_meeting"),
)


@pytest.mark.pitfall(45)
@each(CALLS, "zoom-delete_meeting", "teams-delete_meeting")
async def test_a_fault_on_the_way_out_lets_nobody_in_and_leaves_nothing(
    world: World, call: Called, fault: Fault
) -> None:
    session_id = await in_the_check_in_window(world)
    asked = len(await world.house.rooms.calls(call.name))
    await it_happens(world, call, fault)
    await second_staff_is_released(world, session_id)
    await then_everyone_is_shut_out(world, session_id)
    await world.house.settle()
    assert len(await world.house.rooms.calls(call.name)) > asked, "this call is not made"
    await then_everyone_is_shut_out(world, session_id)
    await until_it_is_gone(world, session_id)
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    await check_everything(world.house)
