"""The provider's words are lost, and a look of our own notices: each with how soon at the latest."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.zoom.inside import LAG
from service.policy.blindness import DOUBT_AFTER
from service.policy.people import SessionId
from service.policy.room import HOST, Picture
from service.policy.session import SessionState
from service.store.meetings import meetings
from service.store.transactions import Reader
from service.store.watch import signals
from service.workflows.watch.looking import LOOK_EVERY, LOOK_SOON
from service.workflows.watch.roster import roster
from tests.invariants import check_everything
from tests.stories.signals import a_dashboard, everybody_in_without_a_word, webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    meetings_of,
    on_both_providers,
    on_sqlite,
    on_teams,
    pass_by,
    reason_of,
    second_staff_go_in,
    session_of,
    the_call_ends,
    tutor_goes_in,
)
from tests.world import World

SEEN_WITHIN = LOOK_EVERY + LAG
"""How late a look notices what was not told, with a dashboard that is behind."""

TOLD_WITHIN = LOOK_EVERY + LOOK_SOON
"""How late two looks notice that the call is over."""


def blind_grace(world: World) -> timedelta:
    """How long a room may be blind before it is an alert."""
    return world.house.deps.organisation.minutes("blind_grace")


async def picture(world: World, session_id: SessionId) -> Picture:
    def read(reader: Reader) -> Picture:
        meeting = meetings.live_of_session(reader, session_id)
        assert meeting is not None
        return roster(reader, meeting)

    found: Picture = await world.house.read(read)
    return found


async def looked_at(world: World, session_id: SessionId) -> list[str]:
    """What we found by looking, by kind."""
    found: list[str] = []
    for meeting in await meetings_of(world, session_id):
        told: Any = await world.house.read(signals.of_meeting, meeting.meeting_id)
        found += [one.kind.value for one in told if one.looked_at is not None]
    return found


async def somebody(world: World, role: str) -> str:
    """The emulator's key of the person in the room who is the host, or who is not."""
    (meeting,) = await world.house.rooms.meetings()
    people = [one for one in meeting["people"] if one["place"] == "inside"]
    keys = [one["key"] for one in people if (one["role"] == "host") == (role == "host")]
    return str(keys[-1])


@on_sqlite
@pytest.mark.pitfall(47)
@pytest.mark.parametrize("who", ["host", "child"])
async def test_a_lost_left_is_noticed_by_looking(world: World, who: str) -> None:
    await a_dashboard(world)
    session_id = await a_live_session(world)
    await pass_by(world, 240, every=120)
    key = await somebody(world, who)
    await webhooks(world, "drop")
    await world.house.rooms.act(key, "leave")
    before = await picture(world, session_id)
    for _ in range(int(SEEN_WITHIN / timedelta(minutes=1))):
        await pass_by(world, 60, every=60)
        if await looked_at(world, session_id):
            break
    after = await picture(world, session_id)
    (gone,) = before.inside - after.inside
    assert (gone == HOST) is (who == "host")
    assert await looked_at(world, session_id) == ["left"]
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(47)
async def test_everybody_whose_coming_was_never_told_is_seen_by_looking(world: World) -> None:
    await a_dashboard(world, timedelta(minutes=2))
    session_id = await everybody_in_without_a_word(world)
    await pass_by(world, (LOOK_SOON * 2 + LAG).total_seconds(), every=60)
    seen = await picture(world, session_id)
    assert len(seen.inside) == 3
    assert HOST in seen.inside
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert "blind" not in await alerts_now(world)
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(47)
async def test_without_a_dashboard_a_lost_start_is_noticed_and_the_room_is_told_to_be_blind(
    world: World,
) -> None:
    session_id = await everybody_in_without_a_word(world)
    await pass_by(world, blind_grace(world).total_seconds())
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert await looked_at(world, session_id) == ["started"]
    assert "blind" in await alerts_now(world)
    await check_everything(world.house)


@pytest.mark.pitfall(47)
async def test_a_lost_end_is_noticed_by_two_looks(world: World) -> None:
    session_id = await a_live_session(world)
    await pass_by(world, 300, every=100)
    await webhooks(world, "drop")
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await pass_by(world, TOLD_WITHIN.total_seconds(), every=60)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "over"
    assert await looked_at(world, session_id) == ["ended"]
    assert world.house.letters(world.family.mother_mail, "Was everything as it should be?")
    await check_everything(world.house)


@on_sqlite
async def test_a_look_that_agrees_with_what_we_were_told_adds_nothing(world: World) -> None:
    await a_dashboard(world)
    session_id = await a_live_session(world)
    await pass_by(world, DOUBT_AFTER.total_seconds() * 2, every=150)
    assert await looked_at(world, session_id) == []
    assert await alerts_now(world) == set()
    assert await world.house.rooms.calls("list_inside")
    await check_everything(world.house)


@on_sqlite
@pytest.mark.parametrize("call", ["read_meeting", "list_inside"])
async def test_a_look_that_fails_takes_nothing_away_and_is_taken_again(
    world: World, call: str
) -> None:
    await a_dashboard(world)
    session_id = await a_live_session(world)
    await pass_by(world, 240, every=120)
    before = await picture(world, session_id)
    await world.house.rooms.fault(call, "status_before", times=40)
    await pass_by(world, LOOK_EVERY.total_seconds(), every=100)
    assert (await picture(world, session_id)).inside == before.inside
    await world.house.rooms.control("DELETE", "faults")
    key = await somebody(world, "host")
    await webhooks(world, "drop")
    await world.house.rooms.act(key, "leave")
    await pass_by(world, SEEN_WITHIN.total_seconds(), every=60)
    assert HOST not in (await picture(world, session_id)).inside
    await check_everything(world.house)


@on_teams
async def test_teams_shows_nothing_so_a_room_without_a_word_is_told_to_be_blind(
    world: World,
) -> None:
    session_id = await everybody_in_without_a_word(world)
    await pass_by(world, blind_grace(world).total_seconds())
    assert await looked_at(world, session_id) == []
    assert "blind" in await alerts_now(world)
    await check_everything(world.house)


@on_both_providers
@on_sqlite
async def test_a_room_that_is_shut_is_looked_at_no_more(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    await world.house.until((await session_of(world, session_id)).starts_at + timedelta(minutes=1))
    await the_call_ends(world)
    await pass_by(world, 600, every=200)
    asked = len(await world.house.rooms.calls("read_meeting"))
    await pass_by(world, 900, every=300)
    assert len(await world.house.rooms.calls("read_meeting")) == asked
    await check_everything(world.house)
