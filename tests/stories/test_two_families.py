"""Two families in one session: each is let in, and shut out, for itself alone."""

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import SessionId
from service.policy.session import SessionState
from tests.invariants import check_everything
from tests.stories.steps import (
    alerts_now,
    family_goes_in,
    on_both_providers,
    on_sqlite,
    second_staff_go_in,
    session_of,
    waits,
    ways_in,
)
from tests.world import Family, World, a_family, book, cover, pledge, say


async def with_the_other_family_in_the_room(world: World) -> tuple[SessionId, Family]:
    """A session of two families, both clear; only the other one has gone in."""
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world)
    await say(world, family=other)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, other)
    await world.house.advance(minutes=45)
    await world.house.settle()
    await second_staff_go_in(world, session_id)
    await family_goes_in(world, session_id, other)
    return session_id, other


@pytest.mark.pitfall(11)
@on_sqlite
@on_both_providers
async def test_a_child_who_becomes_clear_later_gets_a_way_in_then(world: World) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    await say(world, family=other)
    await pledge(world, session_id, other)
    await world.house.settle()
    assert await ways_in(world, session_id) == {world.tutor, world.family.child, other.child}
    assert len(await world.house.rooms.calls("create_meeting")) == 1
    await check_everything(world.house)


@pytest.mark.pitfall(11)
@on_both_providers
async def test_one_familys_withdrawal_shuts_that_family_out_alone(world: World) -> None:
    session_id, other = await with_the_other_family_in_the_room(world)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    mother = world.as_parent(other.mother)
    assert await waits(world, session_id, mother, other.child) is not None
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await family_goes_in(world, session_id)
    await check_everything(world.house)


@pytest.mark.pitfall(4)
@pytest.mark.pitfall(17)
async def test_a_way_in_that_was_given_out_is_taken_back_at_the_provider_too(world: World) -> None:
    _, other = await with_the_other_family_in_the_room(world)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    await world.house.settle()
    (meeting,) = await world.house.rooms.meetings()
    approved = [one for one in meeting["registrants"] if one["status"] == "approved"]
    assert len(approved) == 2, "the shut-out family's link still opens the waiting room"
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_a_shut_out_child_who_was_let_in_is_an_alert(world: World) -> None:
    session_id, other = await with_the_other_family_in_the_room(world)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    assert "child_must_leave" in await alerts_now(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
