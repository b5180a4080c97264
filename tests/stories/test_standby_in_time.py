"""Whoever stands by steps in within a minute, with nobody who helps, and the family's link stays (POL-03)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from service.policy.people import SessionId
from service.store.tables import MeetingStage
from tests.api.people import coordinator
from tests.invariants import check_everything
from tests.stories.steps import a_live_session, on_both_providers, on_sqlite, on_teams, stages
from tests.world import World, a_colleague, an_open_session

WITHIN_SECONDS = 60


async def somebody_stands_by(world: World) -> str:
    """A colleague who could step in at once."""
    nora = await a_colleague(world.house, "Nora", "nora")
    now = world.house.clock.now()
    body = {
        "starts_at": (now - timedelta(minutes=1)).isoformat(),
        "ends_at": (now + timedelta(hours=4)).isoformat(),
        "staff": [nora],
    }
    reply = await coordinator(world).put("/v1/standby", body)
    assert reply.status == 200, reply.text
    return nora


async def replaced(world: World, session_id: SessionId) -> Any:
    """The one command of a coordinator."""
    place = f"/v1/sessions/{session_id}/second-staff/replace-from-standby"
    return await coordinator(world).post(place, {"reason": "ill"})


async def the_familys_page(world: World) -> int:
    """What the link in the family's first letter answers."""
    link = world.house.letters(world.family.mother_mail, "")[0].link
    async with world.house.session.get(link) as page:
        return page.status


@on_sqlite
@on_both_providers
@pytest.mark.pitfall(25)
async def test_the_meeting_is_ready_within_a_minute_of_the_one_command(world: World) -> None:
    """The service goes round by itself and its clock stands still: whatever it puts off never comes."""
    session_id = await an_open_session(world)
    nora = await somebody_stands_by(world)
    letters = len(world.house.letters(world.family.mother_mail))
    await world.house.restart(with_rounds=True)
    await world.house.has_gone_round()
    async with asyncio.timeout(WITHIN_SECONDS):
        assert (await replaced(world, session_id)).status == 200
        while await stages(world, session_id) != [MeetingStage.CLOSED, MeetingStage.OPEN]:
            pass
    seen = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body
    assert (seen["state"], seen["second_staff"]["staff_id"]) == ("open", nora)
    assert len(world.house.letters(world.family.mother_mail)) == letters
    assert await the_familys_page(world) == 200
    await world.house.restart()
    await check_everything(world.house)


@on_teams
@pytest.mark.pitfall(25)
async def test_in_a_running_teams_call_nobody_steps_in_and_the_refusal_says_what_to_do(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await somebody_stands_by(world)
    reply = await replaced(world, session_id)
    assert (reply.status, reply.code) == (409, "room_cannot_be_handed_over")
    assert "the lead ends the session and the rest is booked anew" in reply.body["detail"]
    seen = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body
    assert (seen["state"], seen["second_staff"]["staff_id"]) == ("live", world.second)
