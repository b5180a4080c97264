"""Sessions at odd times: over midnight, and those that were over before anybody booked them."""

from datetime import datetime, timedelta

import pytest

from service.policy.people import Role
from service.policy.session import SessionState
from tests.invariants import check_everything
from tests.stories.steps import a_live_session, on_sqlite, session_of
from tests.world import World, a_clear_session

MIDNIGHT = datetime.fromisoformat("2026-11-25T00:00:00+00:00")


@on_sqlite
@pytest.mark.pitfall(36)
async def test_a_session_over_midnight_takes_place_if_the_lead_sets_the_hours_aside(
    world: World,
) -> None:
    starts_at = MIDNIGHT - timedelta(minutes=20)
    session_id = await a_clear_session(world, starts_at=starts_at)
    lead = world.house.api(Role.DSL, subject=world.lead)
    place = f"/v1/sessions/{session_id}"
    told = (await lead.get(f"{place}/clearance")).body["blockers"]
    assert [one["code"] for one in told] == ["outside_hours"]
    until = (starts_at + timedelta(minutes=45)).isoformat()
    aside = {"code": "outside_hours", "reason": "The family is abroad.", "expires_at": until}
    assert (await lead.post(f"{place}/overrides", aside)).status == 201
    for instant in (starts_at - timedelta(minutes=20), MIDNIGHT + timedelta(minutes=1)):
        await world.house.until(instant)
        await world.house.settle()
        assert (await session_of(world, session_id)).state is SessionState.OPEN
    await world.house.until(starts_at + timedelta(minutes=46))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(36)
async def test_people_are_taken_on_both_sides_of_midnight(world: World) -> None:
    await a_clear_session(world, starts_at=MIDNIGHT - timedelta(minutes=20))
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    body = {
        "tutor_id": world.tutor,
        "children": [world.family.child],
        "starts_at": (MIDNIGHT + timedelta(minutes=10)).isoformat(),
        "duration_minutes": 30,
        "purpose": "Sums",
    }
    assert (await office.post("/v1/sessions", body)).code == "taken"
    after = body | {"starts_at": (MIDNIGHT + timedelta(minutes=25)).isoformat()}
    assert (await office.post("/v1/sessions", after)).status == 201


@on_sqlite
@pytest.mark.pitfall(32)
async def test_nobody_books_or_moves_a_session_into_the_past(world: World) -> None:
    session_id = await a_live_session(world)
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    now = world.house.clock.now()
    taken = {"tutor_id": "taken", "children.0": "taken"}
    for ago, also in (
        (timedelta(0), taken),
        (timedelta(minutes=1), taken),
        (timedelta(days=400), {}),
    ):
        body = {
            "tutor_id": world.tutor,
            "children": [world.family.child],
            "starts_at": (now - ago).isoformat(),
            "duration_minutes": 45,
            "purpose": "Sums",
        }
        reply = await office.post("/v1/sessions", body)
        assert (reply.status, reply.fields) == (422, {"starts_at": "in_the_past", **also})
    assert (await session_of(world, session_id)).state is SessionState.LIVE
