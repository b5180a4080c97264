"""A condition falls: at the commit no way in is worth anything, and the meeting goes right after."""

from collections.abc import Awaitable, Callable

import pytest

from service.errors import NotAllowed
from service.policy.consent import ConsentKind
from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.store import consent
from service.store.tables import MeetingStage
from service.workflows import door, opening, presence, register, staffing
from service.workflows.opening import Begun
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
from tests.world import World, a_clear_session, a_family, book, cover, pledge, say

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


# --- two families -------------------------------------------------------------------------------------


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
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world)
    await say(world, family=other)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, other)
    await world.house.advance(minutes=45)
    await world.house.settle()
    await steps.second_staff_go_in(world, session_id)
    await steps.family_goes_in(world, session_id, other)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    assert await ways_in(world, session_id) == {world.tutor, world.family.child}
    mother = world.as_parent(other.mother)
    assert await steps.waits(world, session_id, mother, other.child) is not None
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await steps.family_goes_in(world, session_id)
    await check_everything(world.house)


@pytest.mark.pitfall(4)
@pytest.mark.pitfall(17)
async def test_a_way_in_that_was_given_out_is_taken_back_at_the_provider_too(world: World) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world)
    await say(world, family=other)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, other)
    await world.house.advance(minutes=45)
    await world.house.settle()
    await steps.second_staff_go_in(world, session_id)
    await steps.family_goes_in(world, session_id, other)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    await world.house.settle()
    (meeting,) = await world.house.rooms.meetings()
    approved = [one for one in meeting["registrants"] if one["status"] == "approved"]
    assert len(approved) == 2, "the shut-out family's link still opens the waiting room"
    await check_everything(world.house)


async def test_a_suspended_person_can_do_nothing_more_although_the_token_is_good(
    world: World,
) -> None:
    api = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    assert (await api.get("/v1/sessions")).status == 200
    suspend = register.Suspend(world.coordinator, suspended=True, reason="a question")
    await world.house.do(register.suspend, suspend)
    refused = await api.get("/v1/sessions")
    assert (refused.status, refused.code) == (403, "suspended")


@on_sqlite
@on_both_providers
async def test_a_shut_out_child_who_was_let_in_is_an_alert(world: World) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    await say(world)
    await say(world, family=other)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, other)
    await world.house.advance(minutes=45)
    await world.house.settle()
    await steps.second_staff_go_in(world, session_id)
    await steps.family_goes_in(world, session_id, other)
    await say(world, ConsentKind.WITHDRAWN, family=other)
    assert "child_must_leave" in await steps.alerts_now(world)
    assert (await steps.session_of(world, session_id)).state is SessionState.LIVE


@pytest.mark.pitfall(45)
async def test_a_room_is_ended_although_its_ways_in_cannot_be_cancelled(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault("update_registrants", "status_before", status=400, times=99)
    await say(world, ConsentKind.WITHDRAWN)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED


@pytest.mark.pitfall(25)
@on_sqlite
@on_both_providers
async def test_a_claim_to_be_in_the_room_counts_only_after_being_let_in(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    claim = presence.CheckInStaff(session_id, in_the_room=True)
    second = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(presence.check_in_staff, claim, second)
    seen = await world.house.read(door.look_household, session_id, world.family.child)
    assert "second_staff_not_in" in {wait.code for wait in seen.waits}
    await door.go_in(world.house.deps, door.GoIn(session_id), second)
    await world.house.do(presence.check_in_staff, claim, second)
    seen = await world.house.read(door.look_household, session_id, world.family.child)
    assert "second_staff_not_in" not in {wait.code for wait in seen.waits}


async def test_a_tutor_never_accepts_for_their_own_second_staff(world: World) -> None:
    session_id = await book(world)
    assign = staffing.AssignSecondStaff(session_id, world.second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    tutor = world.actor(world.tutor, Role.TUTOR, Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        await world.house.do(staffing.accept, staffing.AcceptSession(session_id), tutor)
