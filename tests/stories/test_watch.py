"""A running room under watch: what is wrong is told at once, and acted on when nobody mends it."""

from datetime import timedelta

import pytest

from service.policy.people import Role
from service.policy.presence import SightingResult
from service.policy.session import SessionState, Span
from service.workflows.staff import duties
from tests.invariants import check_everything
from tests.stories.signals import webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    reason_of,
    second_staff_go_in,
    second_staff_look,
    session_of,
    stages,
    tutor_goes_in,
)
from tests.stories.under_watch import leave, noted, people_inside
from tests.world import World, a_colleague

GRACE = timedelta(minutes=5)
"""How long second staff may be missing while the child's adult was last seen."""


# --- second staff -----------------------------------------------------------------------------------


@on_both_providers
async def test_second_staff_who_leave_are_told_of_at_once_and_the_room_ends_after_the_grace(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await leave(world, "host")
    assert await alerts_now(world) == {"child_with_tutor_alone"}
    await pass_by(world, GRACE.total_seconds() - 70, every=60)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await pass_by(world, 70, every=10)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "child_with_tutor_alone"
    (breach,) = await noted(world, session_id)
    assert breach.acted_at is not None and breach.over_at is not None
    assert world.house.letters(world.family.mother_mail, "was ended early")
    await check_everything(world.house)


@on_sqlite
async def test_second_staff_who_are_back_in_time_end_nothing_and_the_alert_stays_for_a_person(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    for times in (1, 2):
        await leave(world, "host")
        await pass_by(world, 120, every=60)
        await second_staff_go_in(world, session_id)
        assert await alerts_now(world) == {"child_with_tutor_alone"}
        assert len(await noted(world, session_id)) == times
    await second_staff_look(world, session_id)
    await pass_by(world, 600, every=120)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert all(breach.over_at is not None for breach in await noted(world, session_id))
    await check_everything(world.house)


@on_sqlite
async def test_without_a_sighted_adult_the_room_ends_sooner(world: World) -> None:
    session_id = await a_live_session(world)
    await second_staff_look(world, session_id, SightingResult.NOT_SHOWN)
    await leave(world, "host")
    await pass_by(world, 125, every=25)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await alerts_now(world) >= {"child_with_tutor_alone", "adult_not_shown"}
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(24)
async def test_somebody_standing_by_is_called_and_takes_over(world: World) -> None:
    house = world.house
    stand_in = await a_colleague(house, "Stella", "stella")
    session_id = await a_live_session(world)
    session = await session_of(world, session_id)
    span = Span(session.starts_at - timedelta(hours=1), session.ends_at + timedelta(hours=1))
    standby = duties.SetStandby(span, (stand_in,))
    await house.do(duties.set_standby, standby, world.as_coordinator)
    await leave(world, "host")
    world.second = stand_in
    await second_staff_go_in(world, session_id)
    said = {"in_the_room": True}
    place = f"/v1/sessions/{session_id}/check-ins"
    answer = await house.api(Role.SECOND_STAFF, subject=stand_in).post(place, said)
    assert answer.status == 201, answer.text
    await house.settle()
    (breach,) = await noted(world, session_id)
    assert breach.standby_called_at is not None and breach.over_at is not None
    await second_staff_look(world, session_id)
    await pass_by(world, 600, every=120)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(house)


@on_sqlite
async def test_a_left_and_a_joined_that_come_late_together_end_nothing(world: World) -> None:
    session_id = await a_live_session(world)
    await webhooks(world, "hold")
    await leave(world, "host")
    await second_staff_go_in(world, session_id)
    await pass_by(world, 600, every=120)
    released = {"backwards": False}
    await world.house.rooms.control("POST", "webhooks/release", released)
    await webhooks(world, "deliver")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(25)
async def test_second_staff_sent_back_to_the_waiting_room_are_told_of_without_grace(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.act((await people_inside(world))["host"], "put_in_waiting_room")
    await world.house.settle()
    assert await alerts_now(world) == {"second_staff_put_out"}
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


# --- the child's adult --------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(15)
async def test_a_child_whose_adult_is_not_shown_is_shut_out_and_then_the_room_ends(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await second_staff_look(world, session_id, SightingResult.NOT_SHOWN)
    assert await alerts_now(world) == {"adult_not_shown"}
    await pass_by(world, GRACE.total_seconds() + 10, every=31)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert "child_must_leave" in await alerts_now(world)
    await pass_by(world, 125, every=25)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "adult_not_shown"
    await check_everything(world.house)


@on_sqlite
async def test_an_adult_who_is_seen_after_all_ends_nothing(world: World) -> None:
    session_id = await a_live_session(world)
    await second_staff_look(world, session_id, SightingResult.NOT_SHOWN)
    await pass_by(world, 120, every=60)
    await second_staff_look(world, session_id)
    await pass_by(world, 600, every=120)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert await alerts_now(world) == {"adult_not_shown"}
    await check_everything(world.house)


@on_sqlite
async def test_a_room_whose_adults_nobody_ever_looked_for_is_ended(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    await pass_by(world, 3 * 60 + 5, every=37)
    assert await alerts_now(world) == {"sighting_missed"}
    await pass_by(world, 5 * 60, every=60)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "sighting_missed"
    await check_everything(world.house)


# --- nobody -------------------------------------------------------------------------------------------


@on_sqlite
async def test_nobody_who_comes_is_told_of_by_the_clock_alone(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    starts_at = (await session_of(world, session_id)).starts_at
    await world.house.until(starts_at + timedelta(minutes=2))
    await world.house.settle()
    assert await alerts_now(world) == {"second_staff_late"}
    await pass_by(world, 8 * 60 + 5, every=60)
    assert await alerts_now(world) == {"second_staff_late", "tutor_late", "nobody_came"}
    assert len(await stages(world, session_id)) == 1
    await check_everything(world.house)
