"""What the provider tells us comes late, doubled, out of order, not at all, or about strangers."""

import pytest
import sqlalchemy as sa

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.meetings import meetings, ways_in
from service.store.tables import SignalRow, table_of
from service.store.transactions import Reader
from service.workflows.attending import door
from tests.invariants import check_everything
from tests.rooms import HOST_ACCOUNTS
from tests.stories.signals import webhooks, zoom_says_joined
from tests.stories.steps import (
    a_live_session,
    account_of,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    on_both_providers,
    on_sqlite,
    on_teams,
    second_staff_go_in,
    session_of,
    the_call_ends,
    tutor_goes_in,
)
from tests.world import World, check_in

SIGNALS = table_of(SignalRow)


async def signal_digests(world: World) -> list[str]:
    def read(reader: Reader) -> list[str]:
        return list(reader.conn.execute(sa.select(SIGNALS.c.digest)).scalars())

    found: list[str] = await world.house.read(read)
    return found


@pytest.mark.pitfall(47)
@on_both_providers
async def test_doubled_signals_count_once(world: World) -> None:
    await webhooks(world, "double")
    session_id = await a_live_session(world)
    digests = await signal_digests(world)
    assert len(digests) == len(set(digests)) >= 4
    sent = await world.house.rooms.control("GET", "webhooks")
    assert {200 <= status < 300 for one in sent["events"] for status in one["outcomes"]} == {True}
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)


@pytest.mark.pitfall(47)
@on_sqlite
@on_both_providers
async def test_a_lost_started_is_made_up_for_by_the_first_joined(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await webhooks(world, "drop", "meeting.started")
    await second_staff_go_in(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@pytest.mark.pitfall(47)
@on_both_providers
async def test_signals_in_the_wrong_order_give_the_same_room(world: World) -> None:
    house = world.house
    session_id = await in_the_check_in_window(world)
    await webhooks(world, "hold")
    way = await door.go_in(house.deps, door.GoIn(session_id), world.actor(world.second))
    account = await account_of(world, world.actor(world.second))
    await house.rooms.follow(way.url.get_secret_value(), account=account)
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await house.rooms.control("POST", "webhooks/release", {"backwards": True})
    await webhooks(world, "deliver")
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    assert await alerts_now(world) == set()
    await check_everything(house)


@pytest.mark.pitfall(47)
@on_sqlite
@on_both_providers
async def test_late_signals_take_effect_when_they_come(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await webhooks(world, "late", late_seconds=120)
    await second_staff_go_in(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await world.house.advance(seconds=121)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await check_everything(world.house)


@pytest.mark.pitfall(47)
@on_sqlite
@on_both_providers
async def test_a_late_ended_of_a_withdrawn_meeting_does_no_harm(world: World) -> None:
    session_id = await a_live_session(world)
    await webhooks(world, "late", "meeting.ended", late_seconds=300)
    await the_call_ends(world)
    await world.house.advance(seconds=301)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)


@pytest.mark.pitfall(48)
async def test_someone_the_provider_cannot_name_is_an_alert(world: World) -> None:
    await a_live_session(world)
    await zoom_says_joined(world, connection="16999999", registrant_id="", name="Theo")
    await world.house.settle()
    assert await alerts_now(world) == {"unknown_person"}
    await check_everything(world.house)


@pytest.mark.pitfall(17)
async def test_a_link_that_is_used_without_an_admission_is_an_alert(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await check_in(world, session_id)
    (meeting,) = await world.house.rooms.meetings()
    registrant_id = await _household(world, session_id)
    await zoom_says_joined(world, connection="16999998", registrant_id=registrant_id)
    await world.house.settle()
    assert await alerts_now(world) == {"in_without_admission"}
    assert meeting["status"] == "started"
    await check_everything(world.house)


@pytest.mark.pitfall(48)
@on_teams
async def test_a_person_whom_second_staff_admits_without_a_code_is_an_alert(world: World) -> None:
    await a_live_session(world)
    (meeting,) = await world.house.rooms.meetings()
    stranger = await world.house.rooms.follow(meeting["join_url"], "Theo")
    assert stranger["place"] == "lobby"
    await world.house.settle()
    assert await alerts_now(world) == set()
    await world.house.rooms.act(stranger["key"], "admit")
    await world.house.settle()
    assert await alerts_now(world) == {"unknown_person"}
    await check_everything(world.house)


@pytest.mark.pitfall(17)
@on_teams
async def test_a_code_that_is_admitted_before_the_door_let_it_in_is_an_alert(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    (meeting,) = await world.house.rooms.meetings()
    code = await _household(world, session_id)
    early = await world.house.rooms.follow(meeting["join_url"], code)
    await world.house.rooms.act(early["key"], "admit")
    await world.house.settle()
    assert await alerts_now(world) == {"in_without_admission"}
    await check_everything(world.house)


@on_teams
@pytest.mark.parametrize("form", ["token", "signature", "missing"])
async def test_a_notification_that_microsoft_did_not_seal_changes_nothing(
    world: World, form: str
) -> None:
    session_id = await in_the_check_in_window(world)
    before = await signal_digests(world)
    await webhooks(world, "forged", form=form)
    await second_staff_go_in(world, session_id)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await signal_digests(world) == before
    await check_everything(world.house)


@pytest.mark.pitfall(33)
async def test_a_meeting_we_did_not_make_is_an_alert(world: World) -> None:
    stray = {
        "host": HOST_ACCOUNTS["zoom"][1],
        "topic": "Private lesson",
        "settings": {"join_before_host": True},
    }
    made = await world.house.rooms.control("POST", "meetings", stray)
    await world.house.rooms.control("POST", f"meetings/{made['id']}/settings", {"approval_type": 2})
    await world.house.rooms.follow(made["join_url"])
    await world.house.settle()
    assert await alerts_now(world) == {"stray_meeting"}
    await check_everything(world.house)


async def test_a_changed_role_is_an_alert(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    tutor = await tutor_goes_in(world, session_id)
    await world.house.rooms.act(tutor["key"], "role", role="co-host")
    await world.house.settle()
    assert await alerts_now(world) == {"role_changed"}
    await check_everything(world.house)


async def test_a_signal_that_nobody_signed_changes_nothing(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    before = await signal_digests(world)
    status = await zoom_says_joined(
        world, connection="1", registrant_id="", secret="not the secret"
    )
    assert status == 401
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await signal_digests(world) == before
    await check_everything(world.house)


async def _household(world: World, session_id: SessionId) -> str:
    """What the provider calls the holder of the household's way in."""

    def read(reader: Reader) -> str:
        (mine,) = meetings.of_session(reader, session_id)
        held = {one.subject_id: one for one in ways_in.held(reader, mine.meeting_id)}
        return held[world.family.child].registrant_id

    found: str = await world.house.read(read)
    return found


@pytest.mark.pitfall(47)
@on_sqlite
@on_both_providers
async def test_a_call_tried_out_before_the_start_ends_nothing(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    await world.house.advance(seconds=1)
    await second_staff_go_in(world, session_id)
    await family_goes_in(world, session_id)
    await world.house.until((await session_of(world, session_id)).starts_at)
    await the_call_ends(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)


@pytest.mark.pitfall(47)
@on_sqlite
@on_both_providers
async def test_a_call_that_ended_early_and_stayed_so_is_over_at_the_planned_end(
    world: World,
) -> None:
    session_id = await in_the_check_in_window(world)
    await second_staff_go_in(world, session_id)
    await the_call_ends(world)
    await world.house.until((await session_of(world, session_id)).ends_at)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(world.house)
