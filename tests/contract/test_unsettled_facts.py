"""What the providers' documents leave open: the service keeps its promises either way."""

from typing import Any

import pytest

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.workflows.watch import attendance
from service.workflows.watch.attendance import Attested
from tests.contract.promises import until_it_is_gone
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_sqlite,
    on_teams,
    pass_by,
    reason_of,
    second_staff_go_in,
    session_of,
    the_call_ends,
    then_nothing_is_left,
    waits,
)
from tests.world import World, check_in

HARMLESS: list[tuple[str, dict[str, Any]]] = [
    ("zoom", {"answers_join_url": False}),
    ("zoom", {"listing_delay_seconds": 600}),
    ("zoom", {"sends_lifecycle": False}),
    ("zoom", {"sends_registrations": False}),
    ("zoom", {"tells_left_when_put_back": True}),
    ("zoom", {"shows_one_person_meetings": True}),
    ("zoom", {"reports_ready_after": 600}),
    ("zoom", {"rate_headers": "all"}),
    ("zoom", {"page_cap": 1}),
    ("teams", {"guest_identity": "guest"}),
    ("teams", {"guest_identity": "user"}),
    ("teams", {"keys_case": "camel"}),
    ("teams", {"reports_outlive_meeting": True}),
    ("teams", {"report_delay_seconds": 600}),
    ("teams", {"record_emails": False}),
    ("teams", {"items_per_body": 3}),
    ("teams", {"records_per_page": 1}),
    ("teams", {"events_need_policy": True}),
]


def said(case: object) -> str:
    if isinstance(case, dict):
        ((name, value),) = case.items()
        return f"{name}={value}"
    return str(case)


async def the_report(world: World, session_id: SessionId) -> Attested:
    """What is reported in the end; fails if there is no report within the hour."""
    for minutes in (0, 2, 3, 10, 45):
        await world.house.advance(minutes=minutes)
        await world.house.settle()
        found: Attested = await world.house.read(attendance.of_session, session_id)
        if not found.missing:
            return found
    raise AssertionError("no report")


@on_sqlite
@pytest.mark.parametrize(("provider", "facts"), HARMLESS, indirect=["provider"], ids=said)
async def test_a_session_runs_is_reported_and_leaves_nothing_either_way(
    world: World, facts: dict[str, Any]
) -> None:
    await world.house.rooms.control("POST", "options", facts)
    session_id = await a_live_session(world)
    assert await alerts_now(world) == set()
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await until_it_is_gone(world, session_id)
    await then_nothing_is_left(world)
    found = await the_report(world, session_id)
    assert {stay.subject_id for stay in found.stays} >= {world.tutor, world.family.child}
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_teams
async def test_where_a_co_organiser_waits_in_the_lobby_too_nobody_is_let_in_alone(
    world: World,
) -> None:
    await world.house.rooms.control("POST", "options", {"coorganizers_pass_lobby": False})
    session_id = await in_the_check_in_window(world)
    second = await second_staff_go_in(world, session_id)
    assert second["place"] == "lobby"
    await check_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    assert await waits(world, session_id, mother, world.family.child) == ["second_staff_not_in"]
    await pass_by(world, 61 * 60, every=600)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "no_signals"
    # Nobody could be let in, so everybody is late as well, each by the clock alone (W-04, W-11, W-12).
    late = {"second_staff_late", "tutor_late", "nobody_came"}
    assert await alerts_now(world) == {"no_signals", "end_call_by_hand"} | late
    await check_everything(world.house)


@pytest.mark.pitfall(48)
@on_teams
async def test_where_guests_are_not_told_of_the_room_is_shown_without_them_and_never_guessed(
    world: World,
) -> None:
    await world.house.rooms.control("POST", "options", {"guest_identity": "none"})
    session_id = await a_live_session(world)
    assert await alerts_now(world) == set()
    await the_call_ends(world)
    await until_it_is_gone(world, session_id)
    found = await world.house.read(attendance.of_session, session_id)
    assert world.family.child in {stay.subject_id for stay in found.stays}
    await check_everything(world.house)


@pytest.mark.pitfall(47)
@on_teams
async def test_where_an_empty_call_is_not_said_to_be_over_it_is_over_at_the_planned_end(
    world: World,
) -> None:
    await world.house.rooms.control("POST", "options", {"call_ended_when_all_left": False})
    session_id = await a_live_session(world)
    (meeting,) = await world.house.rooms.meetings()
    for person in meeting["people"]:
        await world.house.rooms.act(person["key"], "leave")
    await world.house.settle()
    await world.house.until((await session_of(world, session_id)).ends_at)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await until_it_is_gone(world, session_id)
    assert not (await world.house.read(attendance.of_session, session_id)).missing
    await check_everything(world.house)


@pytest.mark.pitfall(49)
@on_teams
async def test_a_report_whose_times_teams_has_lost_is_not_taken_for_nobody_came(
    world: World,
) -> None:
    await world.house.rooms.control("POST", "options", {"null_intervals": True})
    session_id = await a_live_session(world)
    await the_call_ends(world)
    await pass_by(world, 20 * 60, every=300)
    found = await world.house.read(attendance.of_session, session_id)
    assert found.missing or found.stays
