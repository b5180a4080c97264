"""What each word in a child's ledger takes with it, and what it leaves; told over HTTP."""

import pytest

from service.policy.consent import ConsentKind
from service.policy.session import SessionState
from tests.api.people import a_word, coordinator
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite, session_of
from tests.stories.test_families import blockers, resolve
from tests.world import World, a_clear_session, say

pytestmark = on_sqlite


async def never_right(world: World, giver: str) -> None:
    """The office finds that a yes was not the giver's."""
    word = a_word(world, giver_id=giver, kind="invalidated", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", word)).status == 201


@pytest.mark.pitfall(1)
async def test_a_false_yes_that_is_invalidated_does_not_take_the_true_no_before_it_away(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    father = world.family.father
    await say(world, ConsentKind.REFUSED, giver=father)
    await say(world, giver=father)  # somebody else had his link
    assert await blockers(world, session_id) == set()
    await never_right(world, father)
    assert await blockers(world, session_id) == {"consent_refused"}
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED

    assert (await resolve(world, settles=[1, 3])).status == 201
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)
