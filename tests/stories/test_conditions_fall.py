"""A condition falls: at the commit no way in is worth anything, and the meeting goes right after."""

from collections.abc import Awaitable, Callable

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.consents import consent
from service.store.tables import MeetingStage
from service.workflows.meetings import opening
from service.workflows.meetings.opening import Begun
from tests.invariants import check_everything
from tests.stories import falls, steps
from tests.stories.steps import (
    a_live_session,
    claimed,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    reason_of,
    session_of,
    stages,
    then_everyone_is_shut_out,
    then_nothing_is_left,
    then_the_call_is_over,
    ways_in,
)
from tests.world import World, a_clear_session, pledge, say

Fall = Callable[[World, SessionId], Awaitable[None]]

FALLS: list[Fall] = [
    falls.consent_is_withdrawn,
    falls.the_father_refuses,
    falls.second_staff_is_released,
    falls.the_pledge_is_revoked,
    falls.second_staff_is_suspended,
    falls.the_tutor_is_suspended,
]

ON_POSTGRESQL_TOO = (falls.consent_is_withdrawn, falls.second_staff_is_suspended)


def _case(database: str, provider: str, fall: Fall) -> object:
    marks = [pytest.mark.postgres] if database == "postgresql" else []
    name = f"{fall.__name__}-{provider}-{database}"
    return pytest.param(database, provider, fall, id=name, marks=marks)


each_fall = pytest.mark.parametrize(
    ("database_url", "provider", "fall"),
    [
        _case(database, provider, fall)
        for fall in FALLS
        for provider in ("zoom", "teams")
        for database in ("sqlite", "postgresql")
        if database == "sqlite" or fall in ON_POSTGRESQL_TOO
    ],
    indirect=["database_url", "provider"],
)


async def an_intent(world: World) -> Begun:
    """What the scheduler writes down inside the opening window, before it asks the provider."""
    await world.house.settle()  # the log keeps up; with ten minutes behind it nothing is opened
    await world.house.advance(minutes=35)
    (claim,) = await claimed(world, "open_meetings")
    begun: Begun = await world.house.do(opening.begin, claim, opening.BY)
    return begun


@pytest.mark.pitfall(31)
@each_fall
async def test_an_open_session_is_shut_at_the_commit(world: World, fall: Fall) -> None:
    session_id = await in_the_check_in_window(world)
    await fall(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await stages(world, session_id) == [MeetingStage.CLOSING]
    await then_everyone_is_shut_out(world, session_id)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    await check_everything(world.house)


@pytest.mark.pitfall(4)
@each_fall
async def test_a_live_session_is_ended_at_the_commit(world: World, fall: Fall) -> None:
    session_id = await a_live_session(world)
    await fall(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await then_everyone_is_shut_out(world, session_id)
    await world.house.settle()
    await then_the_call_is_over(world)
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert await reason_of(world, session_id) not in (None, "over")
    (letter,) = world.house.letters(world.family.mother_mail, "A session was ended early")
    assert "do not accept any other link" in letter.text
    assert world.house.letters(world.family.mother_mail, "does not take place") == []
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_a_session_whose_condition_comes_back_is_opened_anew(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await falls.consent_is_withdrawn(world, session_id)
    await world.house.settle()
    await say(world)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    await check_everything(world.house)


@each_fall
async def test_between_intent_and_create_leaves_nothing(world: World, fall: Fall) -> None:
    session_id = await a_clear_session(world)
    begun = await an_intent(world)
    await fall(world, session_id)
    await opening.create(world.house.deps, begun)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert await ways_in(world, session_id) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(5)
@on_sqlite
async def test_a_promise_taken_back_is_no_consent_taken_back_and_another_promise_is_enough(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    child = world.family.child
    await falls.the_pledge_is_revoked(world, session_id)
    await world.house.settle()
    ledgers = await world.house.read(consent.ledgers, (child,))
    assert [word.kind for word in ledgers[child]] == [ConsentKind.GIVEN]
    await pledge(world, session_id)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_an_intent_that_waited_too_long_asks_the_provider_for_nothing(world: World) -> None:
    session_id = await a_clear_session(world)
    begun = await an_intent(world)
    await world.house.advance(seconds=60)
    await opening.create(world.house.deps, begun)
    assert await world.house.rooms.calls("create_meeting") == []
    await pass_by(world, 120)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@each_fall
async def test_between_create_and_release_leaves_nothing(world: World, fall: Fall) -> None:
    session_id = await a_clear_session(world)
    await steps.the_opening_will_stall(world)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert len(await world.house.rooms.meetings()) == 1
    assert (await session_of(world, session_id)).state is SessionState.OPENING
    assert await ways_in(world, session_id) == set()
    await fall(world, session_id)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await check_everything(world.house)


@pytest.mark.pitfall(45)
async def test_a_room_is_ended_although_its_ways_in_cannot_be_cancelled(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault("update_registrants", "status_before", status=400, times=99)
    await say(world, ConsentKind.WITHDRAWN)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
