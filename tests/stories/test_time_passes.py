"""Sessions that are moved, called off, never begun, or do not end."""

from datetime import timedelta

import pytest

from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.policy.staff import CheckScheme, Evidence, EvidenceKind
from service.reconcilers import open_meetings
from service.store.tables import MeetingStage
from service.workflows.second_staff import staffing
from service.workflows.sessions import amending, booking
from service.workflows.staff import evidence
from service.workflows.watch import watching
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
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
from tests.world import (
    ADMIN,
    World,
    a_clear_session,
    a_colleague,
    an_open_session,
    book,
    cover,
    pledge,
    say,
)


@pytest.mark.pitfall(45)
@on_both_providers
async def test_an_open_session_that_is_moved_loses_its_meeting_and_its_promises(
    world: World,
) -> None:
    house, session_id = world.house, await in_the_check_in_window(world)
    starts = house.clock.now() + timedelta(hours=2)
    terms = booking.Terms(
        starts, starts + timedelta(minutes=45), "local", "Europe/London", "Decimals"
    )
    move = amending.Reschedule(session_id, None, terms, "The tutor is late.")
    await house.do(amending.reschedule, move, world.as_coordinator)
    assert await ways_in(world, session_id) == set()
    await house.settle()
    await then_nothing_is_left(world)
    assert house.letters(world.family.mother_mail, "A session has changed")

    await house.until(starts - timedelta(minutes=20))
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    accept = staffing.AcceptSession(session_id)
    await house.do(staffing.accept, accept, world.actor(world.second, Role.SECOND_STAFF))
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await pledge(world, session_id, terms=2)
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    await check_everything(house)


@pytest.mark.pitfall(45)
@on_sqlite
@on_both_providers
async def test_a_cancelled_session_loses_its_meeting_and_the_families_are_told(
    world: World,
) -> None:
    house, session_id = world.house, await in_the_check_in_window(world)
    cancel = amending.Cancel(session_id, "The tutor is ill.")
    await house.do(amending.cancel, cancel, world.as_coordinator)
    await then_everyone_is_shut_out(world, session_id)
    await house.settle()
    await then_nothing_is_left(world)
    assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    (letter,) = house.letters(world.family.mother_mail, "A session does not take place")
    assert "/p/" not in letter.text
    await check_everything(house)


@pytest.mark.pitfall(64)
async def test_a_session_that_was_never_clear_lapses_after_the_late_limit(world: World) -> None:
    session_id = await book(world)
    await world.house.advance(minutes=74, seconds=59)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await world.house.advance(seconds=1)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    assert "session_lapsed" in await alerts_now(world)
    assert await world.house.rooms.calls("create_meeting") == []
    await check_everything(world.house)


@pytest.mark.pitfall(27)
@on_sqlite
async def test_a_check_that_ends_before_the_session_blocks_it_until_a_new_one_is_seen(
    world: World,
) -> None:
    today = world.house.clock.now().date()
    tutor = await a_colleague(world.house, "Tess", "tess", checked_until=today + timedelta(days=1))
    await say(world)
    starts_at = world.house.clock.now() + timedelta(days=2)
    session_id = await book(world, starts_at=starts_at, tutor=tutor)
    await cover(world, session_id)
    await pledge(world, session_id)
    await world.house.until(starts_at - timedelta(minutes=25))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    seen = Evidence(
        EvidenceKind.BACKGROUND_CHECK, today, today + timedelta(days=200), None, CheckScheme.PVG
    )
    await world.house.do(evidence.add_evidence, evidence.AddEvidence(tutor, seen), ADMIN)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_a_session_may_still_open_before_the_late_limit(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=74)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_a_call_that_nobody_started_ends_with_the_planned_time(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await pass_by(world, timedelta(minutes=61).total_seconds(), every=600)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "nobody_started"
    missing = {"second_staff_late", "tutor_late", "nobody_came"}
    assert await alerts_now(world) == {"nobody_started", *missing}
    await then_nothing_is_left(world)
    await check_everything(world.house)


@on_both_providers
async def test_a_call_that_overruns_is_ended(world: World) -> None:
    session_id = await a_live_session(world)
    await pass_by(world, timedelta(minutes=54).total_seconds(), every=600)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await pass_by(world, timedelta(minutes=2).total_seconds(), every=60)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "overran"
    await then_the_call_is_over(world)
    await then_nothing_is_left(world)
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_the_lead_can_end_a_running_session_with_a_reason(world: World) -> None:
    session_id = await a_live_session(world)
    end = watching.EndSession(session_id, "A stranger was heard.")
    await world.house.do(watching.end_session, end, world.actor(world.lead, Role.DSL))
    await then_everyone_is_shut_out(world, session_id)
    await world.house.settle()
    await then_the_call_is_over(world)
    await then_nothing_is_left(world)
    assert await reason_of(world, session_id) == "A stranger was heard."
    await check_everything(world.house)


async def test_a_session_moved_to_next_week_opens_next_week(world: World) -> None:
    session_id = await a_clear_session(world)
    before = await session_of(world, session_id)
    await move_by(world, session_id, timedelta(days=7))
    await accept_and_promise_again(world, session_id)
    await world.house.until(before.starts_at)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await world.house.until(before.starts_at + timedelta(days=7, minutes=-20))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_an_open_session_moved_to_next_week_opens_again(world: World) -> None:
    session_id = await an_open_session(world)
    before = await session_of(world, session_id)
    await move_by(world, session_id, timedelta(days=7))
    await world.house.settle()
    await accept_and_promise_again(world, session_id)
    await world.house.until(before.starts_at + timedelta(days=7, minutes=-20))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


async def move_by(world: World, session_id: SessionId, by: timedelta) -> None:
    was = await session_of(world, session_id)
    terms = booking.Terms(was.starts_at + by, was.ends_at + by, "local", "Europe/London", "Sums")
    await world.house.do(
        amending.reschedule,
        amending.Reschedule(session_id, None, terms, "agreed"),
        world.as_coordinator,
    )


async def accept_and_promise_again(world: World, session_id: SessionId) -> None:
    by = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(staffing.accept, staffing.AcceptSession(session_id), by)
    await pledge(world, session_id, terms=2)


async def test_nothing_is_opened_while_the_log_lags_behind(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=35)  # nobody has sequenced an entry since the booking
    await open_meetings.RECONCILER.run(world.house.deps)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await alerts_now(world) == {"log_lags"}
    assert not await world.house.rooms.calls("create_meeting")
    await world.house.settle()
    await world.house.advance(seconds=61)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)
