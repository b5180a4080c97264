"""Who attended, by the provider's own report: late, or never, and never taken for "nobody"."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.workflows.attending import door
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
    the_call_ends,
    the_lesson_goes_on,
    then_nothing_is_left,
    tutor_goes_in,
)
from tests.world import World, check_in

NO_REPORTS = {
    "zoom": {"reports_ready_after": timedelta(days=9).total_seconds()},
    "teams": {"attendance_reports": False},
}


async def report(world: World, session_id: SessionId) -> Any:
    """What an inspector is shown."""
    inspector = world.house.api(Role.INSPECTOR, subject="inspector_1")
    reply = await inspector.get(f"/v1/sessions/{session_id}/attendance")
    assert reply.status == 200, reply.text
    return reply.body


async def in_the_report(world: World, session_id: SessionId) -> list[tuple[str, str | None]]:
    """Place and person of each stay that is reported."""
    stays = (await report(world, session_id))["stays"]
    return sorted((stay["place"], stay["person"]) for stay in stays)


async def the_report_comes(world: World, session_id: SessionId) -> None:
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert (await report(world, session_id))["missing"]
    await world.house.advance(minutes=2)
    await world.house.settle()


@on_both_providers
async def test_after_a_call_the_report_shows_each_person_by_place_and_id(world: World) -> None:
    session_id = await a_live_session(world)
    await the_lesson_goes_on(world, session_id)
    ended_at = world.house.clock.now()
    await the_report_comes(world, session_id)
    shown = await report(world, session_id)
    assert not shown["missing"]
    assert await in_the_report(world, session_id) == [
        ("household", world.family.child), ("second_staff", None), ("tutor", world.tutor),
    ]  # fmt: skip
    left = {datetime.fromisoformat(stay["left_at"]) for stay in shown["stays"]}
    assert left == {ended_at}
    await then_nothing_is_left(world)
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_that_somebody_read_the_report_is_in_the_log(world: World) -> None:
    session_id = await a_live_session(world)
    await report(world, session_id)
    inspector = world.house.api(Role.INSPECTOR, subject="inspector_1")
    story = await inspector.get(f"/v1/audit/sessions/{session_id}")
    assert "record.read" in {entry["kind"] for entry in story.body["entries"]}


@on_sqlite
@on_both_providers
async def test_who_left_and_came_back_has_two_stays(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    person = await family_goes_in(world, session_id)
    await world.house.advance(minutes=5)
    await world.house.rooms.act(person["key"], "leave")
    await world.house.settle()
    await world.house.advance(minutes=5)
    await family_goes_in(world, session_id)
    await world.house.until((await session_of(world, session_id)).starts_at)
    await the_report_comes(world, session_id)
    mine = [
        stay
        for stay in (await report(world, session_id))["stays"]
        if stay["person"] == world.family.child
    ]
    assert len(mine) == 2
    first, second = sorted(mine, key=lambda stay: str(stay["joined_at"]))
    gone_for = datetime.fromisoformat(second["joined_at"]) - datetime.fromisoformat(
        first["left_at"]
    )
    assert gone_for == timedelta(minutes=5)
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_waiting_at_the_provider_is_no_attendance(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await check_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    way = await door.go_in(world.house.deps, door.GoIn(session_id, world.family.child), mother)
    waiting = await world.house.rooms.follow(way.url.get_secret_value(), way.name or "Somebody")
    assert waiting["place"] in ("waiting_room", "lobby")
    await world.house.settle()
    await world.house.until((await session_of(world, session_id)).starts_at)
    await the_report_comes(world, session_id)
    assert await in_the_report(world, session_id) == [
        ("second_staff", None), ("tutor", world.tutor),
    ]  # fmt: skip
    await check_everything(world.house)


@pytest.mark.pitfall(49)
@on_both_providers
async def test_a_report_that_never_comes_is_said_to_be_missing_and_an_alert_after_a_day(
    world: World,
) -> None:
    await world.house.rooms.control("POST", "options", NO_REPORTS[world.house.rooms.provider])
    session_id = await a_live_session(world)
    await the_call_ends(world)
    await pass_by(world, 20 * 3600, every=2 * 3600)
    assert "no_attendance_report" not in await alerts_now(world)
    await pass_by(world, 6 * 3600, every=2 * 3600)
    shown = await report(world, session_id)
    assert shown["missing"] and shown["stays"] == [] and shown["read_at"] is None
    assert "no_attendance_report" in await alerts_now(world)
    await then_nothing_is_left(world)
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_without_a_call_there_is_no_report_to_wait_for(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await pass_by(world, 61 * 60, every=600)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await then_nothing_is_left(world)
    await world.house.advance(hours=25)
    await world.house.settle()
    assert "no_attendance_report" not in await alerts_now(world)
    assert (await report(world, session_id))["missing"]
    await check_everything(world.house)
