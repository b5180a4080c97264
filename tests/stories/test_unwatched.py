"""Nobody watched for a time: it is told once, with its rooms, and stands in their findings."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from service.policy.blindness import STALLED_AFTER
from service.policy.people import Role, SessionId, system
from service.policy.session import SessionState
from service.reconcilers.schedule import BEAT, Rounds
from service.store.alerts import alerts
from service.store.transactions import Reader
from service.store.watch.breaches import WATCHING
from service.workflows.watch import unwatched
from tests.invariants import check_everything
from tests.stories.signals import a_dashboard, everybody_in_without_a_word, webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    on_teams,
    pass_by,
    session_of,
    the_call_ends,
)
from tests.world import World, a_clear_session


async def a_beat(world: World) -> None:
    await world.house.do(unwatched.note_beat, None, system(BEAT))


async def findings(world: World, session_id: SessionId) -> list[Any]:
    api = world.house.api(Role.INSPECTOR, subject="inspector_1")
    reply = await api.get(f"/v1/sessions/{session_id}/statements")
    return [one for one in reply.body["findings"] if one["code"] == "not_watched"]


async def blind_times(world: World) -> list[Any]:
    api = world.house.api(Role.DSL, subject=world.lead)
    return list((await api.get("/v1/blind-times")).body["items"])


async def times_of(world: World, code: str) -> list[int]:
    def read(reader: Reader) -> list[int]:
        found = alerts.listed(reader, after="", limit=200, open_only=True)
        return [one.times for one in found if one.code == code]

    times: list[int] = await world.house.read(read)
    return times


@pytest.mark.pitfall(47)
async def test_a_time_we_were_down_is_told_once_with_its_rooms_and_stands_in_their_findings(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await a_beat(world)
    down_at = world.house.clock.now()
    await world.house.advance(minutes=7)  # nothing goes round meanwhile
    await a_beat(world)
    await a_beat(world)
    await world.house.settle()
    assert await times_of(world, "blind_time") == [1]
    (blind,) = await blind_times(world)
    assert (blind["cause"], blind["sessions"]) == ("our_service", [session_id])
    assert blind["began_at"].startswith(down_at.strftime("%Y-%m-%dT%H:%M:%S"))
    (finding,) = await findings(world, session_id)
    assert "24 November 2026, 16:00:00 to 24 November 2026, 16:07:00" in finding["sentence"]
    await check_everything(world.house)


@on_sqlite
async def test_an_outage_without_rooms_is_no_news(world: World) -> None:
    await a_clear_session(world)
    await a_beat(world)
    await world.house.advance(minutes=20)
    await a_beat(world)
    assert await blind_times(world) == []


@on_sqlite
async def test_a_beat_that_is_a_little_late_is_no_outage(world: World) -> None:
    session_id = await a_live_session(world)
    await a_beat(world)
    await world.house.advance(seconds=STALLED_AFTER.total_seconds())
    await a_beat(world)
    assert await findings(world, session_id) == []


async def until(rounds: Rounds, name: str) -> None:
    """Have one round gone, and wait for its end."""
    rounds.wake(name)
    tasks = [one for one in asyncio.all_tasks() if one.get_name() == f"round:{name}"]
    await asyncio.gather(*tasks)


@on_sqlite
async def test_while_the_watch_stands_still_there_is_no_beat_though_the_rest_goes_round(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    rounds = Rounds(world.house.deps)
    for name in (WATCHING, BEAT):
        await until(rounds, name)
    await world.house.advance(minutes=9)
    await until(rounds, BEAT)  # the watch has not gone round for long
    assert await findings(world, session_id) == []
    for name in (WATCHING, BEAT):
        await until(rounds, name)
    assert len(await findings(world, session_id)) == 1
    await rounds.stop()


@on_sqlite
async def test_a_lesson_that_ended_while_we_did_not_watch_was_unwatched_at_its_end(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await a_beat(world)
    await world.house.advance(minutes=5)
    await the_call_ends(world)  # the webhook is taken in, the watch stands still
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await a_beat(world)
    assert len(await findings(world, session_id)) == 1
    await check_everything(world.house)


@on_sqlite
async def test_two_replicas_that_find_the_gap_tell_of_it_once(world: World) -> None:
    await a_live_session(world)
    await a_beat(world)
    await world.house.advance(minutes=5)
    await a_beat(world)
    await a_beat(world)
    assert len(await blind_times(world)) == 1


# --- theirs -------------------------------------------------------------------------------------------


@on_teams
@pytest.mark.pitfall(47)
async def test_a_room_that_the_provider_never_spoke_of_was_unwatched_until_it_was_over(
    world: World,
) -> None:
    session_id = await everybody_in_without_a_word(world)
    began = world.house.clock.now()
    await pass_by(world, 300, every=60)
    assert "blind" in await alerts_now(world)
    assert await findings(world, session_id) == [], "it is not over yet"
    until = (await session_of(world, session_id)).ends_at - world.house.clock.now()
    await pass_by(world, until.total_seconds() + 20 * 60, every=600)
    (blind,) = await blind_times(world)
    assert (blind["cause"], blind["provider"]) == ("lost_watch", "teams")
    assert blind["began_at"].startswith(began.strftime("%Y-%m-%dT%H:%M"))
    assert len(await findings(world, session_id)) == 1
    assert await times_of(world, "blind_time") == [1]
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(47)
async def test_a_hook_that_does_not_tell_what_looks_find_is_told_of_until_it_speaks_again(
    world: World,
) -> None:
    await a_dashboard(world, timedelta(0))
    await a_live_session(world)
    await pass_by(world, 240, every=120)
    (meeting,) = await world.house.rooms.meetings()
    tutor = next(one["key"] for one in meeting["people"] if one["role"] != "host")
    await webhooks(world, "drop")
    await world.house.rooms.act(tutor, "put_in_waiting_room")
    await pass_by(world, 600, every=60)
    assert await times_of(world, "hook_silent") == [1]
    await webhooks(world, "deliver")
    await world.house.rooms.act(tutor, "admit")
    await pass_by(world, 420, every=60)

    def is_over(reader: Reader) -> bool:
        found = alerts.listed(reader, after="", limit=200, open_only=True)
        return all(one.over_since is not None for one in found if one.code == "hook_silent")

    assert await world.house.read(is_over)
    assert await blind_times(world) == [], "looks took its place"
    await check_everything(world.house)
