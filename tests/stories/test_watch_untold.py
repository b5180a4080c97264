"""What the provider does not tell of a running room is found by the next look."""

from datetime import timedelta

import pytest

from integrations.zoom.inside import LAG
from service.policy.admission import Place
from service.policy.people import Role, SessionId
from service.store.meetings import meetings, ways_in
from service.store.transactions import Reader
from service.workflows.attending import door
from service.workflows.watch.looking import LOOK_EVERY
from tests.invariants import check_everything
from tests.stories.signals import a_dashboard, webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_sqlite,
    on_teams,
    pass_by,
    second_staff_go_in,
    session_of,
)
from tests.stories.under_watch import leave, people_inside
from tests.world import World

SEEN_WITHIN = LOOK_EVERY + LAG + timedelta(minutes=1)
"""With a dashboard, at the latest: the next look, the dashboard's lag, and the watch's own next look."""

LOST: dict[str, tuple[str, str, set[str]]] = {
    "second staff left": ("host", "leave", {"child_with_tutor_alone"}),
    "second staff put out": ("host", "put_in_waiting_room", {"child_with_tutor_alone"}),
}


async def second_staff_alone_and_no_more_words(world: World) -> SessionId:
    """Second staff are in; from now on a dashboard alone tells who comes."""
    await a_dashboard(world)
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await webhooks(world, "drop")
    return session_id


@on_sqlite
@pytest.mark.pitfall(47)
@pytest.mark.parametrize("what", LOST)
async def test_a_lost_word_is_made_up_for_by_a_look(world: World, what: str) -> None:
    who, act, expected = LOST[what]
    await a_dashboard(world)
    await a_live_session(world)
    await webhooks(world, "drop")
    await world.house.rooms.act((await people_inside(world))[who], act)
    await pass_by(world, SEEN_WITHIN.total_seconds(), every=30)
    assert await alerts_now(world) >= expected
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(17, 47)
async def test_somebody_never_let_in_whose_coming_was_never_told_is_found_by_a_look(
    world: World,
) -> None:
    session_id = await second_staff_alone_and_no_more_words(world)
    link = await world.house.read(_household_link, session_id)
    person = await world.house.rooms.follow(link)
    await world.house.rooms.act(person["key"], "admit")
    await pass_by(world, SEEN_WITHIN.total_seconds(), every=30)
    assert "in_without_admission" in await alerts_now(world)
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(47)
async def test_somebody_whose_waiting_was_never_told_is_found_by_a_look(world: World) -> None:
    session_id = await second_staff_alone_and_no_more_words(world)
    way = await door.go_in(
        world.house.deps, door.GoIn(session_id), world.actor(world.tutor, Role.TUTOR)
    )
    await world.house.rooms.follow(way.url.get_secret_value())
    grace = world.house.deps.organisation.minutes("waiting_grace")
    await pass_by(world, (SEEN_WITHIN + grace).total_seconds(), every=30)
    assert "waiting_too_long" in await alerts_now(world)
    await check_everything(world.house)


def _household_link(reader: Reader, session_id: SessionId) -> str:
    """The link as a thief would have it."""
    meeting = meetings.live_of_session(reader, session_id)
    assert meeting is not None
    ways = ways_in.held(reader, meeting.meeting_id)
    (way,) = [one for one in ways if one.place is Place.HOUSEHOLD]
    url = reader.house.unseal(way.url_sealed, f"ways_in.url:{way.way_in_id}")
    return url.get_secret_value()


@on_teams
@pytest.mark.pitfall(47)
async def test_where_nothing_can_be_looked_at_the_next_look_that_stays_out_tells(
    world: World,
) -> None:
    """At the latest halfway through the lesson, and before its end again."""
    session_id = await a_live_session(world)
    await webhooks(world, "drop")
    await leave(world, "host")
    session = await session_of(world, session_id)
    halfway = (session.ends_at - session.starts_at) / 2 + timedelta(minutes=4)
    await pass_by(world, halfway.total_seconds(), every=120)
    assert "sighting_missed" in await alerts_now(world)
    await check_everything(world.house)
