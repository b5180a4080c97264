"""A child's adult fails again and again, and that comes up by itself (pitfall 15)."""

from datetime import timedelta

import pytest

from service.policy.people import SessionId
from service.policy.presence import SightingResult
from service.policy.repeats import WITHIN
from tests.invariants import check_everything
from tests.stories.steps import (
    alerts_now,
    in_the_check_in_window,
    on_sqlite,
    pass_by,
    second_staff_go_in,
    second_staff_look,
    session_of,
)
from tests.world import World, check_in

OFTEN = "adult_fails_often"
pytestmark = pytest.mark.pitfall(15)


async def nobody_comes(world: World, *, says_here: bool = False) -> SessionId:
    """A session that second staff come to and no family; the adult may have said that they are there."""
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    if says_here:
        await check_in(world, session_id)
    starts_at = (await session_of(world, session_id)).starts_at
    await world.house.until(starts_at + timedelta(minutes=9))
    await pass_by(world, 2 * 60, every=60)
    assert "nobody_came" in await alerts_now(world)
    return session_id


async def the_next_day(world: World) -> None:
    day = world.house.clock.now().replace(hour=15, minute=0, second=0) + timedelta(days=1)
    await world.house.until(day)
    await world.house.settle()


async def test_the_third_session_without_the_adult_is_an_alert_about_the_child(
    world: World,
) -> None:
    await nobody_comes(world)
    await the_next_day(world)
    await nobody_comes(world)
    await the_next_day(world)
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    assert OFTEN not in await alerts_now(world)
    await second_staff_look(world, session_id, SightingResult.NOT_SHOWN)
    assert OFTEN in await alerts_now(world)
    await check_everything(world.house)


@on_sqlite
async def test_what_is_long_past_and_an_adult_who_waited_outside_do_not_count(world: World) -> None:
    await nobody_comes(world)
    await world.house.advance(days=WITHIN.days)
    await the_next_day(world)
    for _ in range(2):
        await nobody_comes(world)
        await the_next_day(world)
    await nobody_comes(world, says_here=True)
    assert OFTEN not in await alerts_now(world)
    await check_everything(world.house)
