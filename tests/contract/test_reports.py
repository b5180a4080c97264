"""Whatever fails while the report of a call is fetched, it is fetched later, and once."""

from service.workflows.watch import attendance
from tests.contract.faults import Called, Fault, each, it_happens
from tests.contract.promises import until_it_is_gone
from tests.invariants import check_everything
from tests.stories.steps import a_live_session, alerts_now, the_call_ends
from tests.world import World

CALLS = (
    Called("zoom", "report_participants", changes=False),
    Called("teams", "list_reports", changes=False),
    Called("teams", "read_report", changes=False),
)


@each(CALLS, "zoom-report_participants", "teams-read_report")
async def test_a_fault_on_the_way_to_the_report_costs_time_alone(
    world: World, call: Called, fault: Fault
) -> None:
    session_id = await a_live_session(world)
    await it_happens(world, call, fault)
    await the_call_ends(world)
    await world.house.advance(minutes=2)
    await world.house.settle()
    assert await world.house.rooms.calls(call.name)
    await until_it_is_gone(world, session_id)
    await world.house.advance(minutes=4)
    await world.house.settle()
    found = await world.house.read(attendance.of_session, session_id)
    assert not found.missing
    assert {stay.subject_id for stay in found.stays} >= {world.tutor, world.family.child}
    assert await alerts_now(world) == set()
    await check_everything(world.house)
