"""Staff who are suspended, not let in yet, or not the one who was asked: their word counts for nothing."""

import pytest

from service.errors import NotAllowed
from service.policy.people import Role
from service.workflows.attending import door, presence
from service.workflows.second_staff import staffing
from service.workflows.staff import register
from tests.stories.steps import in_the_check_in_window, on_both_providers, on_sqlite
from tests.world import World, book


async def test_a_suspended_person_can_do_nothing_more_although_the_token_is_good(
    world: World,
) -> None:
    api = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    assert (await api.get("/v1/sessions")).status == 200
    suspend = register.Suspend(world.coordinator, suspended=True, reason="a question")
    await world.house.do(register.suspend, suspend)
    refused = await api.get("/v1/sessions")
    assert (refused.status, refused.code) == (403, "suspended")


@pytest.mark.pitfall(25)
@on_sqlite
@on_both_providers
async def test_a_claim_to_be_in_the_room_counts_only_after_being_let_in(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    claim = presence.CheckInStaff(session_id, in_the_room=True)
    second = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(presence.check_in_staff, claim, second)
    seen = await world.house.read(door.look_household, session_id, world.family.child)
    assert "second_staff_not_in" in {wait.code for wait in seen.waits}
    await door.go_in(world.house.deps, door.GoIn(session_id), second)
    await world.house.do(presence.check_in_staff, claim, second)
    seen = await world.house.read(door.look_household, session_id, world.family.child)
    assert "second_staff_not_in" not in {wait.code for wait in seen.waits}


async def test_a_tutor_never_accepts_for_their_own_second_staff(world: World) -> None:
    session_id = await book(world)
    assign = staffing.AssignSecondStaff(session_id, world.second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    tutor = world.actor(world.tutor, Role.TUTOR, Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        await world.house.do(staffing.accept, staffing.AcceptSession(session_id), tutor)
