"""The provider says nothing, or says it late: what people did still counts, and nothing is made up."""

from datetime import datetime, timedelta

import pytest

from service.policy.people import SessionId
from service.policy.session import WITH_MEETING, SessionState
from service.store.tables import MeetingStage
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_released
from tests.stories.signals import everybody_in_without_a_word, webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    on_teams,
    pass_by,
    reason_of,
    second_staff_go_in,
    second_staff_look,
    session_of,
    stages,
    the_call_ends,
    the_lesson_goes_on,
)
from tests.world import World


async def second_staff_keep_saying(world: World, session_id: SessionId, until: datetime) -> None:
    """Every few minutes second staff note what they see, which says that they are there."""
    while world.house.clock.now() < until:
        await second_staff_look(world, session_id)
        await pass_by(world, 4 * 60, every=120)


@on_teams
async def test_a_lesson_that_the_provider_never_told_of_was_a_lesson(world: World) -> None:
    session_id = await everybody_in_without_a_word(world)
    await second_staff_keep_saying(world, session_id, (await session_of(world, session_id)).ends_at)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "no_signals"
    assert {"no_signals", "blind"} <= await alerts_now(world)
    assert world.house.letters(world.family.mother_mail, "Was everything as it should be?")
    await check_everything(world.house)


@on_sqlite
async def test_a_lesson_that_zoom_never_told_of_is_found_by_looking(world: World) -> None:
    session_id = await everybody_in_without_a_word(world)
    await pass_by(world, 300, every=100)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert "blind" in await alerts_now(world)
    starts_at = (await session_of(world, session_id)).starts_at
    await second_staff_keep_saying(world, session_id, starts_at)
    await the_call_ends(world)
    await pass_by(world, 180, every=60)
    assert await reason_of(world, session_id) == "over"
    assert world.house.letters(world.family.mother_mail, "Was everything as it should be?")
    await check_everything(world.house)


@on_both_providers
@on_sqlite
async def test_a_room_that_nobody_tells_of_is_ended_when_second_staff_say_nothing_either(
    world: World,
) -> None:
    session_id = await everybody_in_without_a_word(world)
    await pass_by(world, 4 * 60, every=60)
    assert (await session_of(world, session_id)).state in WITH_MEETING
    assert "blind" in await alerts_now(world)
    await pass_by(world, 4 * 60, every=60)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "child_with_tutor_alone"
    assert world.house.letters(world.family.mother_mail, "was ended early")
    await check_everything(world.house)


@on_teams
@pytest.mark.pitfall(54)
async def test_whoever_may_be_inside_is_told_of_at_the_commit_that_shuts_the_room(
    world: World,
) -> None:
    session_id = await everybody_in_without_a_word(world)
    await second_staff_is_released(world, session_id)
    assert "end_call_by_hand" in await alerts_now(world)
    await check_everything(world.house)


@on_teams
async def test_a_room_that_cannot_be_tightened_is_told_of_all_the_same(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault("update_meeting", "status_before", times=50)
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    assert "end_call_by_hand" in await alerts_now(world)
    await world.house.rooms.control("DELETE", "faults")
    await pass_by(world, 600)
    await check_everything(world.house)


@on_both_providers
@on_sqlite
@pytest.mark.pitfall(47)
async def test_the_end_of_an_early_try_ends_no_lesson_however_late_it_is_told(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await webhooks(world, "hold")
    await the_call_ends(world)
    starts_at = (await session_of(world, session_id)).starts_at
    await world.house.until(starts_at + timedelta(minutes=1))
    await world.house.rooms.control("POST", "webhooks/release")
    await webhooks(world, "deliver")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is not SessionState.ENDED
    await check_everything(world.house)


@on_teams
async def test_our_own_calls_are_no_stray_meetings_when_their_record_comes(world: World) -> None:
    session_id = await a_live_session(world)
    await the_lesson_goes_on(world, session_id)
    await the_call_ends(world)
    await pass_by(world, 40 * 60, every=300)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_teams
async def test_without_a_watch_over_the_account_our_own_calls_are_still_watched(
    world: World,
) -> None:
    await world.house.rooms.control("DELETE", "faults")
    await world.house.rooms.control("POST", "options", {"roles": ["OnlineMeetings.ReadWrite.All"]})
    await world.house.rooms.control("POST", "tokens/revoke")
    session_id = await a_live_session(world)
    renewed = len(await world.house.rooms.calls("update_subscription"))
    await pass_by(world, 31 * 60, every=600)
    assert len(await world.house.rooms.calls("update_subscription")) > renewed
    assert (await session_of(world, session_id)).state is SessionState.LIVE


@on_teams
async def test_a_lobby_that_somebody_opens_during_the_call_is_seen_within_two_minutes(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    ((_, provider_id),) = await world.house.rooms.made()
    await world.house.rooms.control(
        "POST",
        f"meetings/{provider_id}/settings",
        {"lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": True}},
    )
    await pass_by(world, 120)
    assert "settings_drifted" in await alerts_now(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)
