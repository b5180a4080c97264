"""Nobody says yes for their own second staff, and whoever was second staff stays on record (POL-03)."""

from datetime import timedelta

import pytest

from service.policy.people import Role, SessionId, StaffId
from service.workflows.staff import register
from tests.api.people import coordinator, lead
from tests.harness import Api
from tests.invariants import check_everything
from tests.stories.register import a_second_entry_of_the_tutor
from tests.stories.second_staff import place, stretch
from tests.stories.steps import a_live_session, on_sqlite, states, the_call_ends
from tests.world import ADMIN, World, a_colleague, an_open_session, book

pytestmark = on_sqlite


async def said_yes(world: World, session_id: SessionId) -> bool:
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}")
    return reply.body["second_staff"]["accepted_at"] is not None


@pytest.fixture(params=["the tutor", "a second entry of the tutor"])
async def tutor_at_the_office(world: World, request: pytest.FixtureRequest) -> Api:
    """The tutor coordinates as well, under the one entry of the register or under another, and is
    signed in for that."""
    subject = world.tutor
    if request.param != "the tutor":
        subject = await a_second_entry_of_the_tutor(world)
    return world.house.api(Role.COORDINATOR, subject=subject)


@pytest.mark.pitfall(28)
async def test_a_tutor_says_yes_for_their_own_second_staff_by_no_door(
    world: World, tutor_at_the_office: Api
) -> None:
    api, rota = tutor_at_the_office, f"/v1/staff/{world.second}/rota"
    before = await book(world)
    assert (await api.put(place(before), {"staff_id": world.second})).status == 200
    assert (await api.post(place(before, "/acceptance"))).status == 403
    assert (await api.post(rota, stretch(world))).status == 201, "it may stand for other tutors"
    later = await book(world, starts_at=world.house.clock.now() + timedelta(hours=2))
    assert (await api.put(place(later), {"staff_id": world.second})).status == 200
    for session_id in (before, later):
        assert not await said_yes(world, session_id)
    assert (await coordinator(world).post(rota, stretch(world))).status == 201
    for session_id in (before, later):
        assert await said_yes(world, session_id), "somebody else recorded their word"
    await check_everything(world.house)


@pytest.mark.pitfall(28)
async def test_nobody_steps_in_who_stands_by_on_the_tutors_word_alone(
    world: World, tutor_at_the_office: Api
) -> None:
    session_id = await an_open_session(world)
    nora = await a_colleague(world.house, "Nora", "nora")
    standing_by = stretch(world, staff=[nora])
    assert (await tutor_at_the_office.put("/v1/standby", standing_by)).status == 200
    calling = place(session_id, "/replace-from-standby")
    reply = await coordinator(world).post(calling, {"reason": "ill"})
    assert (reply.status, reply.code) == (409, "nobody_eligible")
    assert (await coordinator(world).put("/v1/standby", standing_by)).status == 200
    reply = await coordinator(world).post(calling, {"reason": "ill"})
    assert reply.body["second_staff"]["staff_id"] == nora
    assert await said_yes(world, session_id)


# --- by the rules that choose them ------------------------------------------------------------------

SUSPENDED = {
    "code": "second_staff_suspended",
    "sentence": "The second member of staff is suspended.",
    "people": 1,
}


async def suspend(world: World, who: StaffId) -> None:
    await world.house.do(register.suspend, register.Suspend(who, True, "inquiry"), ADMIN)


async def test_whom_the_rules_keep_out_nobody_puts_on_by_hand_or_accepts_for(world: World) -> None:
    asked, other = await book(world), await a_colleague(world.house, "Nora", "nora")
    assert (await coordinator(world).put(place(asked), {"staff_id": world.second})).status == 200
    for who in (world.second, other):
        await suspend(world, who)
    accepting = await coordinator(world).post(place(asked, "/acceptance"))
    later = await book(world, starts_at=world.house.clock.now() + timedelta(hours=2))
    assigning = await coordinator(world).put(place(later), {"staff_id": other})
    for reply in (accepting, assigning):
        assert (reply.status, reply.code) == (409, "nobody_eligible")
        (reason,) = reply.body["details"]["reasons"]
        assert reason.items() >= SUSPENDED.items()
    assert not await said_yes(world, asked)
    assert (await coordinator(world).get(f"/v1/sessions/{later}")).body["second_staff"] is None
    await check_everything(world.house)


# --- once it is over --------------------------------------------------------------------------------


@pytest.mark.pitfall(29, 30)
async def test_nobody_is_taken_off_a_session_that_is_over(world: World) -> None:
    session_id = await a_live_session(world)
    await the_call_ends(world)
    second = world.house.api(Role.SECOND_STAFF, subject=world.second)
    for api in (second, coordinator(world)):
        reply = await api.delete(place(session_id), params={"reason": "mistake"})
        assert (reply.status, reply.code) == (409, "illegal_move")
    await states(world, session_id, world.actor(world.second, Role.SECOND_STAFF))
    await world.house.advance(hours=1)
    pairs = (await lead(world).get("/v1/reports/pairs")).body["items"]
    assert [one["second_staff_id"] for one in pairs] == [world.second]
    await check_everything(world.house)
