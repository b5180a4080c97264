"""Teams speaks of a call only while it is asked to: the asking is kept up, and its gaps are told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.policy.session import SessionState
from service.reconcilers.schedule import RECONCILERS
from tests.deployment import ORGANISATION
from tests.harness import running
from tests.invariants import check_everything
from tests.rooms import HOST_ACCOUNTS
from tests.stories.falls import second_staff_is_released
from tests.stories.signals import webhooks
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_teams,
    pass_by,
    session_of,
    the_call_ends,
    the_lesson_goes_on,
    then_nothing_is_left,
    ways_in,
)
from tests.world import World, a_clear_session, a_world, an_open_session

A_LOOK = timedelta(hours=60)
"""A watch lasts for seventy hours."""

ROOMS_2 = {"organiser": "rooms-2@tuition.example", "subject": "Private lesson"}


async def watches(world: World) -> list[Any]:
    """The subscriptions over meetings that the provider holds."""
    held = (await world.house.rooms.state())["subscriptions"]
    return [one for one in held if one["meeting"]]


async def the_provider_says(world: World, event: str) -> None:
    """A lifecycle word about the one watch there is."""
    (watch,) = await watches(world)
    await world.house.rooms.control("POST", f"subscriptions/{watch['id']}/{event}")
    await world.house.settle()


async def days_pass(world: World, days: int) -> None:
    """In which nothing is done but to keep what is watched."""
    until = world.house.clock.now() + timedelta(days=days)
    while world.house.clock.now() < until:
        left = until - world.house.clock.now()
        await world.house.advance(seconds=min(A_LOOK, left).total_seconds())
        for one in RECONCILERS:
            if one.name.startswith("keep_"):
                await one.run(world.house.deps)


async def renewals(world: World) -> int:
    return len(await world.house.rooms.calls("update_subscription"))


# --- while the meeting is ours ------------------------------------------------------------------------


@on_teams
async def test_nobody_has_a_way_in_before_the_call_is_watched(world: World) -> None:
    await world.house.rooms.fault("create_subscription", "rate_limit")
    session_id = await an_open_session(world)
    assert len(await world.house.rooms.meetings()) == 1
    assert await watches(world) == []
    assert await ways_in(world, session_id) == set()
    assert (await session_of(world, session_id)).state is SessionState.OPENING
    await pass_by(world, 120)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert len(await watches(world)) == 1
    await check_everything(world.house)


@on_teams
async def test_a_watch_is_renewed_before_its_authority_is_over(world: World) -> None:
    session_id = await a_live_session(world)
    await the_lesson_goes_on(world, session_id)
    await pass_by(world, 4 * 60, every=60)
    assert await renewals(world) >= 2
    (watch,) = await watches(world)
    assert watch["authorised_until"] > world.house.clock.now().isoformat()
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_teams
async def test_asked_to_renew_a_watch_it_is_renewed_at_once(world: World) -> None:
    await in_the_check_in_window(world)
    before = await renewals(world)
    await the_provider_says(world, "reauthorizationRequired")
    assert await renewals(world) == before + 1
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_teams
async def test_a_watch_that_was_removed_is_made_anew_and_the_gap_is_told(world: World) -> None:
    await in_the_check_in_window(world)
    (lost,) = await watches(world)
    await the_provider_says(world, "subscriptionRemoved")
    (made,) = await watches(world)
    assert made["id"] != lost["id"]
    assert await alerts_now(world) == {"signals_missed"}
    await check_everything(world.house)


@on_teams
async def test_a_watch_that_went_without_a_word_is_made_anew_at_its_next_renewal(
    world: World,
) -> None:
    await in_the_check_in_window(world)
    await webhooks(world, "drop")
    await the_provider_says(world, "subscriptionRemoved")
    assert await watches(world) == []
    assert await alerts_now(world) == set()
    await pass_by(world, 30 * 60, every=600)
    assert len(await watches(world)) == 1
    nobody_came = {"second_staff_late", "tutor_late", "nobody_came"}
    assert await alerts_now(world) == {"signals_missed", *nobody_came}
    await check_everything(world.house)


@on_teams
async def test_a_call_whose_watch_runs_out_while_the_provider_is_down_is_told(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await world.house.rooms.fault("update_subscription", "status_before", times=99)
    await pass_by(world, 10 * 60, every=600)
    assert await alerts_now(world) == set()
    await pass_by(world, 36 * 60, every=12 * 60)
    assert "call_unwatched" in await alerts_now(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@on_teams
async def test_signals_that_the_provider_says_were_missed_are_an_alert(world: World) -> None:
    await a_live_session(world)
    await the_provider_says(world, "missed")
    assert await alerts_now(world) == {"signals_missed"}
    await check_everything(world.house)


# --- when it is ours no more ----------------------------------------------------------------------------


async def a_burned_link(world: World) -> str:
    """The address of a meeting to which people were let in, and that is over and removed."""
    await a_live_session(world)
    (meeting,) = await world.house.rooms.meetings()
    await the_call_ends(world)
    await then_nothing_is_left(world)
    await pass_by(world, 30 * 60, every=600)  # the record of its call is out too
    return str(meeting["join_url"])


@on_teams
async def test_a_link_that_nobody_was_given_is_watched_no_longer(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    await then_nothing_is_left(world)
    assert await watches(world) == []
    await check_everything(world.house)


@pytest.mark.pitfall(45)
@on_teams
async def test_a_burned_link_is_watched_for_sixty_one_days_and_then_given_up(
    world: World,
) -> None:
    await a_burned_link(world)
    await days_pass(world, 60)
    assert len(await watches(world)) == 1
    await days_pass(world, 2)
    assert await watches(world) == []
    assert not await alerts_now(world) & {"call_unwatched", "burned_link_unwatched"}
    await check_everything(world.house)


@pytest.mark.pitfall(45)
@on_teams
async def test_somebody_who_uses_a_burned_link_weeks_later_is_an_alert(world: World) -> None:
    link = await a_burned_link(world)
    await days_pass(world, 20)
    assert "call_without_session" not in await alerts_now(world)
    person = await world.house.rooms.follow(link, account="rooms-1@tuition.example")
    assert person["place"] == "inside"
    await world.house.settle()
    assert "call_without_session" in await alerts_now(world)


@on_teams
async def test_a_burned_link_that_can_be_watched_no_more_is_told_once_its_word_is_lost(
    world: World,
) -> None:
    await a_burned_link(world)
    await world.house.rooms.fault("update_subscription", "status_before", times=99)
    await pass_by(world, 3 * 3600, every=3 * 3600)
    assert "burned_link_unwatched" not in await alerts_now(world)
    await pass_by(world, 6 * 3600, every=3 * 3600)
    assert "burned_link_unwatched" in await alerts_now(world)


# --- the organisation's accounts ------------------------------------------------------------------------


async def a_call_by_hand(world: World) -> None:
    """Somebody makes a meeting in Teams, holds a call in it and ends it; its record comes later."""
    rooms = world.house.rooms
    made = await rooms.control("POST", "meetings", ROOMS_2)
    person = await rooms.follow(made["joinWebUrl"], account=ROOMS_2["organiser"])
    assert person["place"] == "inside"
    await world.house.advance(minutes=5)
    await rooms.act(person["key"], "leave")
    await pass_by(world, 20 * 60, every=300)


@pytest.mark.pitfall(33)
@on_teams
async def test_a_call_in_a_meeting_made_by_hand_is_an_alert(world: World) -> None:
    await world.house.settle()
    await a_call_by_hand(world)
    assert await alerts_now(world) == {"stray_meeting"}
    await check_everything(world.house)


@pytest.fixture
async def with_an_account_for_staff(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same organisation, which keeps its second account for staff meetings."""
    account = HOST_ACCOUNTS["teams"][1]
    told = f'staff_only_accounts = ["{account}"]\n{ORGANISATION}'
    async with running(
        sqlite_url, tmp_path, provider="teams", migrated=True, organised=told
    ) as house:
        yield await a_world(house)


async def test_a_call_on_an_account_kept_for_staff_is_none(
    with_an_account_for_staff: World,
) -> None:
    world = with_an_account_for_staff
    await world.house.settle()
    await a_call_by_hand(world)
    assert await alerts_now(world) == set()
    await check_everything(world.house)


@on_teams
async def test_the_record_of_a_call_of_ours_is_no_stray_meeting(world: World) -> None:
    session_id = await a_live_session(world)
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await then_nothing_is_left(world)
    await pass_by(world, 40 * 60, every=600)
    assert await alerts_now(world) == set()


@on_teams
async def test_the_accounts_are_watched_before_anything_is_opened(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.settle()
    held = (await world.house.rooms.state())["subscriptions"]
    assert [one["resource"] for one in held] == ["communications/callRecords"]
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
