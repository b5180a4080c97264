"""The organisation's host accounts: taken out of use, taken in turns, and used up for the day."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from integrations.teams.limits import draws_for_meeting
from integrations.zoom.limits import draw_for_write
from service.policy.people import HostId, Role, SessionId, system
from service.policy.session import SessionState
from service.ports import Draw
from service.reconcilers import watch_hooks
from service.store import budgets
from service.store.budgets import Spend
from service.store.tables import MeetingStage
from service.store.transactions import Tx
from service.workflows.staff import accounts, register
from tests.invariants import check_everything
from tests.office import a_host
from tests.stories.falls import second_staff_is_released
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    pass_by,
    session_of,
    stages,
    the_call_ends,
    then_nothing_is_left,
)
from tests.world import ADMIN, World, a_clear_session, a_family, book


async def another_host(world: World) -> HostId:
    """The second of the organisation's accounts."""
    return await a_host(world.house, 1, world.coordinator, world.lead)


async def is_withdrawn(world: World, host_id: HostId) -> None:
    withdraw = accounts.WithdrawHost(host_id, "Somebody signed in with it.")
    await world.house.do(accounts.withdraw_host, withdraw, ADMIN)


async def blockers(world: World, session_id: SessionId) -> set[str]:
    """What is in the way, as a coordinator is told."""
    api = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    reply = await api.get(f"/v1/sessions/{session_id}/clearance")
    return {blocker["code"] for blocker in reply.body["blockers"]}


async def the_lead_is_suspended(world: World) -> None:
    suspend = register.Suspend(world.lead, suspended=True, reason="under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)


async def the_lead_leaves(world: World) -> None:
    today = world.house.clock.now().date()
    name, account = SecretStr("Lea"), SecretStr("lea@tuition.example")
    leaves = register.PutStaff(name, account, left_on=today, staff_id=world.lead)
    await world.house.do(register.put_staff, leaves, ADMIN)


async def the_lead_turns_out_to_be_the_coordinator(world: World) -> None:
    for staff_id, account in ((world.lead, "lea"), (world.coordinator, "cora")):
        number = SecretStr("020 7946 0999")
        entry = register.PutStaff(
            SecretStr("One"), SecretStr(f"{account}@tuition.example"), number, staff_id=staff_id
        )
        await world.house.do(register.put_staff, entry, ADMIN)


# --- custodians -----------------------------------------------------------------------------------------


@pytest.mark.pitfall(28)
@pytest.mark.parametrize(
    "falls",
    [the_lead_is_suspended, the_lead_leaves, the_lead_turns_out_to_be_the_coordinator],
)
async def test_an_open_session_is_shut_at_the_commit_that_leaves_its_account_one_custodian(
    world: World, falls: Callable[[World], Awaitable[None]]
) -> None:
    session_id = await in_the_check_in_window(world)
    await falls(world)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await blockers(world, session_id) == {"host_custodians"}
    shown = await world.house.api(Role.ADMIN).get("/v1/hosts")
    assert [host["active_custodians"] for host in shown.body["items"]] == [1]
    await check_everything(world.house)


@on_sqlite
async def test_a_call_under_way_goes_on_when_a_custodian_of_its_account_is_suspended(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await the_lead_is_suspended(world)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


# --- taken out of use -----------------------------------------------------------------------------------


@pytest.mark.pitfall(43)
@on_sqlite
@on_both_providers
async def test_sessions_to_come_move_to_another_account(world: World) -> None:
    session_id = await a_clear_session(world)
    other = await another_host(world)
    await is_withdrawn(world, world.host)
    assert (await session_of(world, session_id)).host_id == other
    assert await blockers(world, session_id) == set()
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_both_providers
async def test_an_open_session_is_made_anew_on_another_account(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    other = await another_host(world)
    await is_withdrawn(world, world.host)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await world.house.settle()
    await pass_by(world, 180)
    session = await session_of(world, session_id)
    assert (session.state, session.host_id) == (SessionState.OPEN, other)
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    assert len(await world.house.rooms.meetings()) == 1
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_without_another_account_the_session_is_blocked_and_says_why(world: World) -> None:
    session_id = await a_clear_session(world)
    await is_withdrawn(world, world.host)
    assert "host_missing" in await blockers(world, session_id)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await world.house.rooms.calls("create_meeting") == []
    await another_host(world)
    await world.house.advance(minutes=2)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


# --- taken in turns -------------------------------------------------------------------------------------


@pytest.mark.pitfall(43)
@on_sqlite
async def test_lessons_right_after_each_other_take_different_accounts(world: World) -> None:
    other = await another_host(world)
    family = await a_family(world.house, "meadow", world.coordinator)
    first = await book(world)
    ends_at = (await session_of(world, first)).ends_at
    second = await book(world, family.child, starts_at=ends_at)
    third = await book(world, starts_at=ends_at + timedelta(minutes=90))
    hosts = [(await session_of(world, one)).host_id for one in (first, second, third)]
    assert {hosts[0], hosts[1]} == {world.host, other}
    assert hosts[2] is not None


# --- used up for the day --------------------------------------------------------------------------------


def draws(world: World) -> tuple[Draw, ...]:
    account = world.house.rooms.host_accounts[0]
    if world.house.rooms.provider == "teams":
        return draws_for_meeting(account)
    return (draw_for_write(account),)


async def the_days_meetings_are_used_up(world: World) -> None:
    """As many were made on the account today as its provider allows."""

    def spend_all(tx: Tx, spend: Spend) -> None:
        while budgets.spend(tx, spend) is None:
            pass

    await world.house.do(spend_all, Spend(draws(world), for_safety=False), system("budget"))


@on_both_providers
async def test_with_the_day_used_up_nothing_is_made_and_somebody_is_told(world: World) -> None:
    session_id = await a_clear_session(world)
    await the_days_meetings_are_used_up(world)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await world.house.rooms.calls("create_meeting") == []
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await alerts_now(world) == {"opens_too_late"}
    await check_everything(world.house)


@on_sqlite
@on_both_providers
async def test_with_the_day_used_up_a_session_of_the_next_day_opens(world: World) -> None:
    tomorrow = world.house.clock.now() + timedelta(days=1)
    session_id = await a_clear_session(world, starts_at=tomorrow)
    await the_days_meetings_are_used_up(world)
    await world.house.settle()
    await world.house.until(tomorrow - timedelta(minutes=25))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(45)
@on_sqlite
@on_both_providers
async def test_with_the_day_used_up_a_meeting_is_still_ended_and_removed(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await the_days_meetings_are_used_up(world)
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert await stages(world, session_id) == [MeetingStage.CLOSED]
    await check_everything(world.house)


# --- whether we would hear at all -----------------------------------------------------------------------


@on_sqlite
async def test_a_hook_that_zoom_has_not_validated_for_eighty_hours_is_an_alert(
    world: World,
) -> None:
    await world.house.settle()
    world.house.clock.advance(timedelta(hours=79))  # here alone: Zoom does not ask
    await world.house.settle()
    assert await alerts_now(world) == set()
    world.house.clock.advance(timedelta(hours=2))
    await watch_hooks.RECONCILER.run(world.house.deps)
    assert await alerts_now(world) == {"hook_not_validated"}


@on_sqlite
async def test_a_hook_that_zoom_validates_in_its_time_is_none(world: World) -> None:
    await world.house.settle()
    await pass_by(world, 8 * 24 * 3600, every=24 * 3600)
    assert await alerts_now(world) == set()


@on_sqlite
@on_both_providers
async def test_an_account_taken_out_of_use_keeps_its_running_call(world: World) -> None:
    session_id = await a_live_session(world)
    await is_withdrawn(world, world.host)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)
