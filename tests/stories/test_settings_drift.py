"""A meeting's settings are changed behind our back, or somebody does in it what nobody may do."""

from typing import Any

import pytest

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.alerts import alerts
from service.store.tables import MeetingStage
from service.store.transactions import Reader
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    meetings_of,
    on_both_providers,
    on_sqlite,
    pass_by,
    second_staff_go_in,
    session_of,
    stages,
    ways_in,
)
from tests.world import World, an_open_session

WEAK = {
    "zoom": {"waiting_room": False},
    "teams": {"lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": True}},
}


async def somebody_weakens_the_meeting(world: World) -> None:
    """In the provider's own pages, past us. Zoom tells us; Teams tells nobody."""
    rooms = world.house.rooms
    (meeting,) = await rooms.meetings()
    await rooms.control("POST", f"meetings/{meeting['id']}/settings", WEAK[rooms.provider])
    await world.house.settle()


async def times_told(world: World, code: str) -> int:
    """How often an open alert was raised."""

    def read(reader: Reader) -> int:
        found = alerts.listed(reader, after="", limit=200, open_only=True)
        return sum(one.times for one in found if one.code == code)

    told: int = await world.house.read(read)
    return told


async def then_another_meeting_is_open(world: World, session_id: SessionId, weak: str) -> None:
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    assert weak not in {str(one["id"]) for one in await world.house.rooms.meetings()}


@pytest.mark.pitfall(39)
@on_both_providers
async def test_weakened_before_people_come_it_is_withdrawn_and_made_anew(world: World) -> None:
    session_id = await an_open_session(world)
    (weak,) = await meetings_of(world, session_id)
    await somebody_weakens_the_meeting(world)
    await world.house.advance(minutes=10)
    await world.house.settle()
    await pass_by(world, 180)
    assert "settings_drifted" in await alerts_now(world)
    await then_another_meeting_is_open(world, session_id, str(weak.provider_id))
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_a_meeting_that_somebody_deleted_is_made_anew(world: World) -> None:
    session_id = await an_open_session(world)
    (gone,) = await meetings_of(world, session_id)
    await world.house.rooms.control("POST", f"meetings/{gone.provider_id}/delete")
    await world.house.advance(minutes=10)
    await world.house.settle()
    await pass_by(world, 180)
    assert "settings_drifted" in await alerts_now(world)
    await then_another_meeting_is_open(world, session_id, str(gone.provider_id))
    await check_everything(world.house)


@pytest.mark.pitfall(39)
@on_sqlite
@pytest.mark.parametrize("provider", ["zoom"], indirect=True)
async def test_weakened_while_people_are_in_it_is_told_once_and_a_person_judges(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await somebody_weakens_the_meeting(world)
    await pass_by(world, 300, every=60)
    assert await times_told(world, "settings_drifted") == 1
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@pytest.mark.pitfall(52)
@on_sqlite
async def test_a_recording_that_somebody_starts_is_an_alert(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    second = await second_staff_go_in(world, session_id)
    await world.house.rooms.act(second["key"], "record")
    await world.house.settle()
    assert await alerts_now(world) == {"recording_started"}
    await check_everything(world.house)


@pytest.mark.pitfall(46)
@on_sqlite
async def test_a_host_account_that_comes_without_an_admission_is_an_alert(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    (meeting,) = await world.house.rooms.meetings()
    await world.house.rooms.control("POST", f"meetings/{meeting['id']}/sign_in")
    await world.house.settle()
    assert "host_without_admission" in await alerts_now(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@pytest.mark.pitfall(52)
@pytest.mark.parametrize(("database_url", "provider"), [("sqlite", "teams")], indirect=True)
async def test_nobody_can_record_in_teams_at_all(world: World) -> None:
    await a_live_session(world)
    (meeting,) = await world.house.rooms.meetings()
    assert meeting["settings"]["allowRecording"] is False
    refusals = [await _tries_to_record(world, one) for one in meeting["people"]]
    assert refusals == [409] * 3


async def _tries_to_record(world: World, person: Any) -> int:
    url = f"{world.house.rooms.url}/control/people/{person['key']}/record"
    async with world.house.session.post(url, json={}) as answer:
        return answer.status
