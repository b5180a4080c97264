"""A session moves to the other configured provider, and everything promised for it stands."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.errors import InvalidInput
from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.store.attending import presence
from service.store.second_staff import staffing
from service.store.tables import MeetingStage
from service.store.transactions import Reader
from service.workflows.meetings import outage
from service.workflows.meetings.outage import BeginOutage
from service.workflows.sessions import moving
from service.workflows.sessions.moving import MOVING, ChangeProvider
from service.workflows.staff import accounts
from tests.api.people import coordinator
from tests.harness import Reply, running
from tests.invariants import check_everything
from tests.rooms import HOST_ACCOUNTS
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    claimed,
    in_the_check_in_window,
    meetings_of,
    on_sqlite,
    pass_by,
    session_of,
    stages,
    waits,
)
from tests.world import ADMIN, World, a_clear_session, a_world, check_in


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """An organisation with accounts at both providers: the first session is booked on Zoom."""
    async with running(
        database_url, tmp_path, provider="zoom", also="teams", migrated=True
    ) as house:
        yield await a_world(house)


async def an_account_on_teams(world: World) -> None:
    put = accounts.PutHost(
        "teams", HOST_ACCOUNTS["teams"][0], "tuition.example", (world.coordinator, world.lead)
    )
    await world.house.do(accounts.put_host, put, ADMIN)


async def it_moves(world: World, session_id: SessionId, to: str = "teams") -> Reply:
    api = coordinator(world)
    seen = await api.get(f"/v1/sessions/{session_id}")
    body = {"provider": to, "reason": "Zoom is down"}
    path = f"/v1/sessions/{session_id}/provider"
    return await api.post(path, body, headers={"If-Match": seen.etag})


async def zoom_is_out(world: World) -> None:
    until = world.house.clock.now() + timedelta(hours=12)
    command = BeginOutage("zoom", "down", until, call_off=False)
    await world.house.do(outage.begin_outage, command, world.as_coordinator)


async def promises(world: World, session_id: SessionId) -> tuple[object, ...]:
    """What was promised and accepted, by id."""

    def read(reader: Reader) -> tuple[object, ...]:
        current = staffing.current(reader, session_id)
        found = presence.pledges(reader, session_id)
        return (current and current.accepted, found)

    found: tuple[object, ...] = await world.house.read(read)
    return found


@pytest.mark.pitfall(55)
async def test_a_session_that_is_open_moves_and_opens_there_with_every_promise_as_it_was(
    world: World,
) -> None:
    await an_account_on_teams(world)
    session_id = await in_the_check_in_window(world)
    before, letters = await promises(world, session_id), len(world.house.mailbox.letters)
    reply = await it_moves(world, session_id)
    assert (reply.status, reply.body["provider"]) == (200, "teams")
    await pass_by(world, 60)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    assert [one.provider for one in await meetings_of(world, session_id)] == ["zoom", "teams"]
    assert await world.house.rooms.meetings() == []
    assert await promises(world, session_id) == before
    assert len(world.house.mailbox.letters) == letters, "nothing changes that a family sees"
    second = world.actor(world.second, Role.SECOND_STAFF)
    assert await waits(world, session_id, second) is None
    await check_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    assert await waits(world, session_id, mother, world.family.child) == ["second_staff_not_in"]
    await check_everything(world.house)


@on_sqlite
async def test_where_no_account_is_free_it_is_refused_and_everything_is_as_it_was(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    reply = await it_moves(world, session_id)
    assert (reply.status, reply.code) == (409, "no_host_free")
    await world.house.settle()
    assert (await session_of(world, session_id)).provider == "zoom"
    assert await stages(world, session_id) == [MeetingStage.OPEN]
    await check_everything(world.house)


@on_sqlite
async def test_every_refusal_is_named(world: World) -> None:
    await an_account_on_teams(world)
    session_id = await a_clear_session(world)
    assert (await it_moves(world, session_id, "zoom")).fields == {"provider": "same_provider"}
    assert (await it_moves(world, session_id, "skype")).fields == {"provider": "unknown"}
    until = world.house.clock.now() + timedelta(hours=12)
    command = BeginOutage("teams", "down", until)
    await world.house.do(outage.begin_outage, command, world.as_coordinator)
    assert (await it_moves(world, session_id)).code == "provider_out"
    stale = await coordinator(world).post(
        f"/v1/sessions/{session_id}/provider",
        {"provider": "teams", "reason": "x"},
        headers={"If-Match": '"99"'},
    )
    assert stale.code == "stale_version"


@on_sqlite
async def test_a_lesson_that_runs_is_not_moved(world: World) -> None:
    await an_account_on_teams(world)
    session_id = await a_live_session(world)
    assert (await it_moves(world, session_id)).code == "illegal_move"


# --- all sessions of an outage -------------------------------------------------------------------------


async def they_all_move(world: World) -> Reply:
    return await coordinator(world).post("/v1/providers/zoom/outage/move", {"to": "teams"})


@pytest.mark.pitfall(55)
@on_sqlite
async def test_all_sessions_of_an_outage_move_and_are_not_called_off(world: World) -> None:
    await an_account_on_teams(world)
    session_id = await in_the_check_in_window(world)
    await zoom_is_out(world)
    reply = await they_all_move(world)
    assert (reply.status, reply.body["left_to_do"]) == (200, 1)
    await pass_by(world, 60)
    session = await session_of(world, session_id)
    assert (session.state, session.provider) == (SessionState.OPEN, "teams")
    await world.house.do(
        outage.begin_outage,
        BeginOutage("zoom", "still down", world.house.clock.now() + timedelta(hours=1)),
        world.as_coordinator,
    )
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN, "it is not there now"
    await check_everything(world.house)


@on_sqlite
async def test_what_cannot_move_is_told_of_and_waits_for_a_person(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await zoom_is_out(world)
    assert (await they_all_move(world)).status == 200
    await world.house.settle()
    assert "not_moved" in await alerts_now(world)
    session = await session_of(world, session_id)
    assert (session.state, session.provider) == (SessionState.BOOKED, "zoom")
    await check_everything(world.house)


async def test_whoever_dies_while_moving_leaves_it_to_the_next(world: World) -> None:
    await an_account_on_teams(world)
    session_id = await a_clear_session(world)
    await world.house.settle()
    await zoom_is_out(world)
    await they_all_move(world)
    (dead,) = await claimed(world, MOVING, timedelta(seconds=0))
    await world.house.settle()
    version = (await session_of(world, session_id)).version
    await moving.move_one(world.house.deps, dead)  # it was only paused: its claim is outdated
    session = await session_of(world, session_id)
    assert (session.provider, session.version) == ("teams", version)
    await check_everything(world.house)


@on_sqlite
async def test_only_what_is_out_is_left(world: World) -> None:
    await an_account_on_teams(world)
    assert (await they_all_move(world)).status == 404
    command = ChangeProvider(await a_clear_session(world), "teams", " ")
    with pytest.raises(InvalidInput):
        await world.house.do(moving.change_provider, command, world.as_coordinator)
