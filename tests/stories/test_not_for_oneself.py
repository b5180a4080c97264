"""What nobody does for themselves or their own family, under whichever entry of the register."""

import pytest

from service.policy.people import Role, StaffId
from service.policy.session import SessionState
from tests.api.people import coordinator, lead
from tests.harness import Api, Reply
from tests.invariants import check_everything
from tests.stories.register import a_second_entry_of_the_tutor, is_family
from tests.stories.steps import on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import blockers
from tests.world import World, a_colleague, an_open_session

pytestmark = on_sqlite


def another_lead(world: World, staff_id: StaffId) -> Api:
    """Somebody else, signed in as safeguarding lead."""
    return world.house.api(Role.DSL, subject=staff_id)


async def suspension(api: Api, staff_id: StaffId, *, suspended: bool) -> Reply:
    """A member of staff is suspended, or reinstated."""
    body = {"suspended": suspended, "reason": "a question"}
    return await api.put(f"/v1/staff/{staff_id}/suspension", body)


@pytest.mark.pitfall(31)
async def test_anybody_in_the_office_suspends_and_the_lead_alone_reinstates(world: World) -> None:
    session_id = await an_open_session(world)
    assert (await suspension(coordinator(world), world.tutor, suspended=True)).status == 204
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    reply = await suspension(coordinator(world), world.tutor, suspended=False)
    assert (reply.status, reply.body["detail"]) == (
        403, "Only the safeguarding lead lifts a suspension.",
    )  # fmt: skip
    both = world.house.api(Role.DSL, Role.MACHINE, subject=world.lead)
    assert (await suspension(both, world.tutor, suspended=False)).status == 403
    assert await blockers(world, session_id) == {"tutor_suspended"}
    assert (await suspension(lead(world), world.tutor, suspended=False)).status == 204
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(28)
async def test_nobody_reinstates_themselves_under_another_entry(world: World) -> None:
    other = await a_second_entry_of_the_tutor(world)
    assert (await suspension(lead(world), world.tutor, suspended=True)).status == 204
    reply = await suspension(another_lead(world, other), world.tutor, suspended=False)
    assert (reply.status, reply.body["detail"]) == (403, "This person is suspended or has left.")
    assert (await suspension(lead(world), world.tutor, suspended=False)).status == 204


@pytest.mark.pitfall(9)
@pytest.mark.parametrize("said_by", ["the lead", "the tutor", "the tutor's other entry"])
async def test_nobody_reinstates_their_own_family(world: World, said_by: str) -> None:
    other = await a_second_entry_of_the_tutor(world)
    who = {"the lead": world.lead, "the tutor": world.tutor}.get(said_by, other)
    await is_family(world, who, world.tutor if who is world.lead else world.lead)
    assert (await suspension(lead(world), world.tutor, suspended=True)).status == 204
    reply = await suspension(lead(world), world.tutor, suspended=False)
    assert (reply.status, "you are family" in reply.body["detail"]) == (403, True)
    dana = another_lead(world, await a_colleague(world.house, "Dana", "dana"))
    assert (await suspension(dana, world.tutor, suspended=False)).status == 204


@pytest.mark.pitfall(28)
async def test_nobody_vouches_for_their_own_check_under_another_entry(world: World) -> None:
    other = await a_second_entry_of_the_tutor(world)
    place = f"/v1/staff/{world.tutor}/evidence"
    check = {
        "kind": "background_check",
        "seen_on": "2026-11-02",
        "trusted_until": "2027-11-01",
        "scheme": "dbs_enhanced",
    }
    own = world.house.api(Role.COORDINATOR, subject=other)
    assert (await own.post(place, check)).status == 403
    assert (await coordinator(world).post(place, check)).status == 201
    read = {"kind": "policy_acknowledgement", "seen_on": "2026-11-02", "policy_version": "v3"}
    assert (await own.post(place, read)).status == 201, "all acknowledge for themselves"


@pytest.mark.pitfall(28)
async def test_nobody_takes_their_own_last_day_back_under_another_entry(world: World) -> None:
    other = await a_second_entry_of_the_tutor(world)
    place = f"/v1/staff/{world.tutor}"
    leaves = {"name": "Theo", "account": "theo@tuition.example", "left_on": "2026-12-24"}
    version = (await coordinator(world).get(place)).etag
    assert (await coordinator(world).put(place, leaves, headers={"If-Match": version})).ok
    why = {"reason": "stays after all"}
    own = world.house.api(Role.COORDINATOR, subject=other)
    assert (await own.post(f"{place}/return", why)).status == 403
    assert (await coordinator(world).post(f"{place}/return", why)).status == 204


@pytest.mark.pitfall(10)
@pytest.mark.pitfall(28)
async def test_nobody_accepts_a_connection_of_their_own_under_another_entry(world: World) -> None:
    other = await a_second_entry_of_the_tutor(world)
    place = f"/v1/staff/{world.tutor}/relations"
    connected = {"related_id": world.family.mother, "kind": "connection"}
    assert (await coordinator(world).post(place, connected)).status == 201
    accept, why = f"{place}/{world.family.mother}/acceptance", {"reason": "They share a street."}
    assert (await another_lead(world, other).post(accept, why)).status == 403
    assert (await lead(world).post(accept, why)).status == 204


@pytest.mark.pitfall(28)
async def test_nobody_tells_themselves_or_their_family_apart_from_somebody(world: World) -> None:
    other = await a_second_entry_of_the_tutor(world)
    third = await a_colleague(world.house, "Dora", "dora", phone="07700 900999")
    place = f"/v1/staff/{third}/distinct"
    apart = {"other_id": world.tutor, "reason": "They share a landline."}
    assert (await another_lead(world, other).post(place, apart)).status == 403
    assert (await lead(world).post(place, apart)).status == 204
    await is_family(world, world.lead, world.family.child)
    mother = {"other_id": world.family.mother, "reason": "They share a landline."}
    assert (await lead(world).post(place, mother)).status == 403
    dana = another_lead(world, await a_colleague(world.house, "Dana", "dana"))
    assert (await dana.post(place, mother)).status == 204
