"""The door while a session runs: one code for one device, an adult who leaves, looks that overrun."""

import asyncio
from datetime import timedelta

import pytest

from service.errors import ChaperoneError
from service.policy.admission import SlipPurpose
from service.policy.consent import Route
from service.policy.people import Role, SessionId
from service.policy.presence import SightingResult
from service.policy.session import SessionState
from service.store.attending import slips as slip_store
from service.workflows.attending import leaving, presence, slips, tapping
from service.workflows.attending.door import Way
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_suspended
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    reason_of,
    second_staff_go_in,
    session_of,
    waits,
    ways_in,
)
from tests.world import World, check_in

DEVICES = 8


async def a_code(world: World, session_id: SessionId) -> slips.Made:
    """Second staff hold the room, the mother is there and makes a code."""
    await second_staff_go_in(world, session_id)
    await check_in(world, session_id)
    command = slips.MakeSlip(session_id, world.family.child, SlipPurpose.WAY_IN)
    made: slips.Made = await world.house.do(
        slips.make_slip, command, world.as_parent(world.family.mother)
    )
    return made


async def knock(world: World, made: slips.Made) -> Way | str:
    """A device tries the code: its way in, or what it was refused with."""
    by = slips.on_the_word_of(world.family.mother, "-")
    try:
        return await slips.go_in(world.house.deps, slips.UseSlip(made.code), by)
    except ChaperoneError as error:
        return error.code


@pytest.mark.pitfall(17)
async def test_one_code_lets_one_device_in_however_many_try_at_once(world: World) -> None:
    made = await a_code(world, await in_the_check_in_window(world))
    came = await asyncio.gather(*(knock(world, made) for _ in range(DEVICES)))
    assert [one for one in came if isinstance(one, str)] == ["not_found"] * (DEVICES - 1)
    await check_everything(world.house)


@on_both_providers
@on_sqlite
async def test_what_was_handed_on_dies_with_the_condition_that_falls(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    made = await a_code(world, session_id)
    await second_staff_is_suspended(world, session_id)
    assert await world.house.read(slip_store.standing, session_id) == ()
    assert await knock(world, made) == "not_found"
    await check_everything(world.house)


@on_both_providers
@on_sqlite
async def test_a_way_in_that_was_taken_back_is_replaced_by_another_one(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    first = await knock(world, await a_code(world, session_id))
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    place = f"/v1/sessions/{session_id}/door/taking-back"
    assert (await office.post(place, {"child_id": world.family.child})).status == 200
    assert world.family.child not in await ways_in(world, session_id)
    assert await alerts_now(world) == {"child_must_leave"}
    await world.house.settle()
    assert world.family.child in await ways_in(world, session_id)
    mother, child = world.as_parent(world.family.mother), world.family.child
    assert await waits(world, session_id, mother, child) is None
    assert isinstance(first, Way)
    again = await office.post(place, {"child_id": world.family.child})
    assert again.status == 200
    assert (await office.post(place, {"child_id": world.family.child})).status == 404
    await check_everything(world.house)


@pytest.mark.pitfall(15)
@on_sqlite
async def test_that_an_adult_has_to_leave_can_be_taken_down_by_telephone(world: World) -> None:
    session_id = await a_live_session(world)
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    family = world.family
    said = {
        "child_id": family.child,
        "adult_id": family.mother,
        "route": "phone",
        "evidence": "on file",
    }
    place = f"/v1/sessions/{session_id}"
    assert (await office.post(f"{place}/departures", said)).status == 201
    again = await office.post(f"{place}/departures", said)
    assert (again.status, again.code) == (409, "not_here")
    assert {"adult_left", "child_must_leave"} <= await alerts_now(world)
    mother = world.as_parent(family.mother)
    assert await waits(world, session_id, mother, family.child) == ["adult_not_here"]
    seen = world.house.api(Role.SECOND_STAFF, subject=world.second)
    (adult,) = (await seen.get(f"{place}/door")).body["adults"]
    assert adult["left_at"] is not None
    assert (await office.post(f"{place}/check-ins", {"family": said | {"terms": 1}})).status == 201
    await world.house.settle()
    assert await waits(world, session_id, mother, family.child) is None
    await check_everything(world.house)


@pytest.mark.pitfall(15)
@on_sqlite
async def test_a_child_that_stays_in_without_its_adult_ends_the_room(world: World) -> None:
    session_id = await a_live_session(world)
    note = presence.NoteSighting(session_id, world.family.child, SightingResult.SEEN)
    second = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(presence.note_sighting, note, second)
    going = leaving.Leave(session_id, world.family.child, world.family.mother, Route.LINK)
    await world.house.do(leaving.leave, going, world.as_parent(world.family.mother))
    await pass_by(world, 6.5 * 60)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await pass_by(world, 60)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "adult_left"
    await check_everything(world.house)


@pytest.mark.pitfall(15)
@on_sqlite
async def test_when_the_adult_is_back_in_time_the_room_goes_on(world: World) -> None:
    session_id = await a_live_session(world)
    family, second = world.family, world.actor(world.second, Role.SECOND_STAFF)
    note = presence.NoteSighting(session_id, family.child, SightingResult.SEEN)
    await world.house.do(presence.note_sighting, note, second)
    going = leaving.Leave(session_id, family.child, family.mother, Route.LINK)
    await world.house.do(leaving.leave, going, world.as_parent(family.mother))
    await pass_by(world, 3 * 60)
    await check_in(world, session_id)
    await pass_by(world, 6 * 60)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@on_sqlite
async def test_a_missed_tap_is_an_alert_only_if_second_staff_do_not_answer_either(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    family, second = world.family, world.actor(world.second, Role.SECOND_STAFF)
    mother = world.as_parent(family.mother)
    device = tapping.RegisterDevice(session_id, family.child, family.mother, "hash")
    await world.house.do(tapping.register_device, device, mother)
    note = presence.NoteSighting(session_id, family.child, SightingResult.SEEN)
    await world.house.do(presence.note_sighting, note, second)
    await pass_by(world, 12 * 60, every=60)
    assert "sighting_missed" not in await alerts_now(world)
    await world.house.do(presence.note_sighting, note, second)
    await pass_by(world, 8 * 60, every=60)
    await world.house.do(tapping.tap, tapping.Tap("hash"), mother)
    await world.house.do(presence.note_sighting, note, second)
    assert "sighting_missed" not in await alerts_now(world)
    await pass_by(world, 16 * 60, every=60)
    assert "sighting_missed" in await alerts_now(world)
    await check_everything(world.house)


@on_sqlite
async def test_second_staff_still_look_when_the_call_goes_on_past_its_end(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.until((await session_of(world, session_id)).ends_at + timedelta(minutes=1))
    note = presence.NoteSighting(session_id, world.family.child, SightingResult.SEEN)
    await world.house.do(presence.note_sighting, note, world.actor(world.second, Role.SECOND_STAFF))
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    shown = (await office.get(f"/v1/sessions/{session_id}")).body["supervised_since"]
    assert list(shown) == [world.family.child]
    await check_everything(world.house)
