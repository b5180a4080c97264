"""From booking to a closed record, with nothing going wrong."""

from datetime import timedelta

import pytest

from service.policy.people import Role
from service.policy.session import SessionState
from service.store.tables import MeetingStage
from service.workflows.attending import presence
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    second_staff_go_in,
    session_of,
    stages,
    states,
    the_call_ends,
    the_lesson_goes_on,
    then_nothing_is_left,
    tutor_goes_in,
    waits,
    ways_in,
)
from tests.world import World, a_clear_session, a_family, check_in, say


@on_both_providers
async def test_a_session_goes_from_booking_to_closed(world: World) -> None:
    house, family = world.house, world.family
    session_id = await a_live_session(world)
    assert await alerts_now(world) == set()

    await the_lesson_goes_on(world, session_id)
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await then_nothing_is_left(world)
    assert house.letters(family.mother_mail, "Was everything as it should be?")

    await states(world, session_id, world.actor(world.tutor, Role.TUTOR))
    await states(world, session_id, world.actor(world.second, Role.SECOND_STAFF))
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await states(world, session_id, world.as_parent(family.mother), family)
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.CLOSED
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert await alerts_now(world) == set()
    await check_everything(house)


@pytest.mark.pitfall(62)
@on_both_providers
async def test_without_a_statement_the_record_closes_as_incomplete(world: World) -> None:
    session_id = await a_live_session(world)
    await the_call_ends(world)
    await pass_by(world, timedelta(days=7).total_seconds(), every=12 * 3600)
    assert (await session_of(world, session_id)).state is SessionState.CLOSED
    assert await alerts_now(world) == {"statements_incomplete"}
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_no_meeting_is_made_before_the_opening_window(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=29, seconds=59)
    await world.house.settle()
    assert await world.house.rooms.calls("create_meeting") == []
    await world.house.advance(seconds=1)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    assert len(await world.house.rooms.meetings()) == 1
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_the_family_waits_for_the_adult_and_for_second_staff(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    mother, child = world.as_parent(world.family.mother), world.family.child
    assert await waits(world, session_id, mother, child) == [
        "adult_not_here", "second_staff_not_in",
    ]  # fmt: skip
    await check_in(world, session_id)
    assert await waits(world, session_id, mother, child) == ["second_staff_not_in"]
    await second_staff_go_in(world, session_id)
    assert await waits(world, session_id, mother, child) is None
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_while_signals_fail_second_staffs_own_word_counts_as_claimed(world: World) -> None:
    house = world.house
    session_id = await in_the_check_in_window(world)
    await house.rooms.control("POST", "webhooks", {"mode": "drop"})
    await second_staff_go_in(world, session_id)
    await check_in(world, session_id)
    mother, child = world.as_parent(world.family.mother), world.family.child
    assert await waits(world, session_id, mother, child) == ["second_staff_not_in"]
    said = presence.CheckInStaff(session_id, in_the_room=True)
    await house.do(presence.check_in_staff, said, world.actor(world.second, Role.SECOND_STAFF))
    assert await waits(world, session_id, mother, child) is None
    await check_everything(house)


@on_sqlite
@on_both_providers
async def test_nobody_else_gets_in(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    father, child = world.as_parent(world.family.father), world.family.child
    assert await waits(world, session_id, world.actor(world.lead, Role.DSL)) == "not_found"
    assert await waits(world, session_id, father, child) is not None
    assert await waits(world, session_id, world.actor(world.second), child) is not None
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_the_family_comes_back_after_a_dropped_connection(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    person = await family_goes_in(world, session_id)
    await world.house.rooms.act(person["key"], "drop")
    await world.house.settle()
    await world.house.advance(seconds=timedelta(minutes=1).total_seconds())
    assert (await family_goes_in(world, session_id))["place"] == "inside"
    assert await alerts_now(world) == set()
    await check_everything(world.house)


async def test_a_sessions_story_holds_the_consent_it_rests_on(world: World) -> None:
    session_id = await a_clear_session(world)
    inspector = world.house.api(Role.INSPECTOR, subject="inspector_1")
    story = await inspector.get(f"/v1/audit/sessions/{session_id}")
    told = [entry["kind"] for entry in story.body["entries"]]
    assert {"consent.given", "adult.named", "pledge.made", "session.booked"} <= set(told)
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world, family=other)
    again = await inspector.get(f"/v1/audit/sessions/{session_id}")
    assert len([entry for entry in again.body["entries"] if entry["kind"] == "consent.given"]) == 1
