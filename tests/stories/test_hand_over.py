"""Second staff changes: before the call at once, during it with the newcomer in before the other leaves."""

import json
from datetime import timedelta
from typing import Any

import pytest

from service.errors import ChaperoneError
from service.policy.people import Role, SessionId, StaffId
from service.policy.session import SessionState
from service.store.tables import EntryRow, HandOverRow, MeetingStage, table_of
from service.store.transactions import Reader
from service.workflows.attending import door
from service.workflows.second_staff import handing_over
from service.workflows.staff import register
from tests.invariants import check_everything
from tests.stories.second_staff import ask, goes_in, says_in_the_room, says_yes, second_of
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    family_goes_in,
    in_the_check_in_window,
    meetings_of,
    on_sqlite,
    second_staff_go_in,
    session_of,
    stages,
    tutor_goes_in,
    waits,
)
from tests.world import ADMIN, World, a_colleague, an_open_session

pytestmark = on_sqlite


async def hand_over(world: World) -> Any:
    def read(reader: Reader) -> Any:
        return reader.conn.execute(table_of(HandOverRow).select()).one()

    return await world.house.read(read)


async def before_the_family_comes(world: World) -> tuple[SessionId, Any]:
    """Second staff and tutor are in; the session, and second staff as the provider knows them."""
    session_id = await in_the_check_in_window(world)
    old = await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    return session_id, old


async def a_live_session_with_somebody_coming(world: World, newcomer: StaffId) -> SessionId:
    """A session has begun, and somebody else has said yes to taking over."""
    session_id = await a_live_session(world)
    await ask(world, session_id, newcomer)
    await says_yes(world, session_id, newcomer)
    return session_id


# --- during the call --------------------------------------------------------------------------------


@pytest.mark.pitfall(24)
async def test_the_newcomer_is_in_before_the_other_leaves_and_the_call_goes_on(
    world: World, newcomer: StaffId
) -> None:
    session_id, old = await before_the_family_comes(world)
    await family_goes_in(world, session_id)
    reply = await ask(world, session_id, newcomer)
    assert reply.status == 200, reply.text
    assert reply.body["second_staff"]["staff_id"] == world.second
    assert reply.body["second_staff"]["coming"]["staff_id"] == newcomer
    by = world.actor(newcomer, Role.SECOND_STAFF)
    assert await waits(world, session_id, by) == ["not_clear"], "nobody takes over without a yes"
    await says_yes(world, session_id, newcomer)
    await world.house.advance(seconds=20)
    await goes_in(world, session_id, newcomer)
    assert await second_of(world, session_id) == world.second, "until they say so themselves"
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == newcomer
    await world.house.advance(seconds=20)
    await world.house.rooms.act(old["key"], "leave")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LIVE
    assert (await hand_over(world)).gap_seconds == 0
    assert await alerts_now(world) == set()
    assert len(await meetings_of(world, session_id)) == 1
    left = world.actor(world.second, Role.SECOND_STAFF)
    assert await waits(world, session_id, left) == "not_found", "whoever left has no way back"
    await check_everything(world.house)


@pytest.mark.pitfall(30)
async def test_what_was_known_of_a_newcomer_is_kept_with_the_session(
    world: World, newcomer: StaffId
) -> None:
    session_id = await a_live_session_with_somebody_coming(world, newcomer)
    await world.house.advance(seconds=20)
    await goes_in(world, session_id, newcomer)
    await says_in_the_room(world, session_id, newcomer)

    def facts(reader: Reader) -> Any:
        entries = table_of(EntryRow)
        query = entries.select().where(entries.c.kind == "hand_over.done")
        return json.loads(reader.conn.execute(query).one().leaf)["facts"]

    kept = await world.house.read(facts)
    until = (world.house.clock.now() + timedelta(days=200)).date().isoformat()
    assert kept["second_staff_check_until"] == kept["second_staff_training_until"] == until
    assert kept["second_staff_policy_seen_on"] < until


@pytest.mark.pitfall(24)
async def test_a_time_without_anybody_is_measured_and_told(world: World, newcomer: StaffId) -> None:
    session_id, old = await before_the_family_comes(world)
    await ask(world, session_id, newcomer)
    await says_yes(world, session_id, newcomer)
    await world.house.rooms.act(old["key"], "leave")
    await world.house.advance(seconds=45)
    await goes_in(world, session_id, newcomer)
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == newcomer
    assert (await hand_over(world)).gap_seconds == 45
    assert "second_staff_gap" in await alerts_now(world)


async def test_a_word_alone_changes_nothing_while_the_provider_shows_who_is_there(
    world: World, newcomer: StaffId
) -> None:
    session_id = await a_live_session_with_somebody_coming(world, newcomer)
    by = world.actor(newcomer, Role.SECOND_STAFF)
    await world.house.advance(seconds=20)
    await door.go_in(world.house.deps, door.GoIn(session_id), by)
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == world.second
    person = await goes_in(world, session_id, newcomer)
    assert person
    await says_in_the_room(world, session_id, newcomer)
    assert await second_of(world, session_id) == newcomer


async def test_whoever_may_not_be_second_staff_cannot_be_asked(world: World) -> None:
    session_id = await a_live_session(world)
    reply = await ask(world, session_id, world.tutor)
    assert (reply.status, reply.code) == (409, "nobody_eligible")
    aunt = await a_colleague(world.house, "Ann", "ann")
    related = register.DeclareRelation(aunt, world.family.child)
    await world.house.do(register.declare_relation, related, ADMIN)
    reply = await ask(world, session_id, aunt)
    (reason,) = reply.body["details"]["reasons"]
    assert (reason["code"], reason["sentence"], reason["people"]) == (
        "second_staff_is_family",
        "The second member of staff is family.",
        1,
    )
    assert await second_of(world, session_id) == world.second


@pytest.mark.pitfall(23)
async def test_a_newcomer_who_falls_away_before_coming_in_is_kept_out_and_the_call_goes_on(
    world: World, newcomer: StaffId
) -> None:
    session_id = await a_live_session_with_somebody_coming(world, newcomer)
    await world.house.do(register.suspend, register.Suspend(newcomer, True, "inquiry"), ADMIN)
    by = world.actor(newcomer, Role.SECOND_STAFF)
    assert await waits(world, session_id, by) == ["not_clear"]
    assert (await session_of(world, session_id)).state is SessionState.LIVE


async def test_a_newcomer_who_is_suspended_with_the_key_in_hand_ends_the_call(
    world: World, newcomer: StaffId
) -> None:
    session_id = await a_live_session_with_somebody_coming(world, newcomer)
    await goes_in(world, session_id, newcomer)
    await world.house.do(register.suspend, register.Suspend(newcomer, True, "inquiry"), ADMIN)
    assert (await session_of(world, session_id)).state is SessionState.ENDED


@pytest.mark.parametrize("provider", ["teams"], indirect=True)
async def test_in_teams_a_running_call_keeps_who_holds_it(world: World) -> None:
    newcomer = await a_colleague(world.house, "Nora", "nora")
    session_id = await a_live_session(world)
    reply = await ask(world, session_id, newcomer)
    assert (reply.status, reply.code) == (409, "room_cannot_be_handed_over")
    assert await second_of(world, session_id) == world.second


# --- before the call --------------------------------------------------------------------------------


async def test_before_the_call_the_meeting_is_made_anew_and_the_familys_link_stays(
    world: World, newcomer: StaffId
) -> None:
    session_id = await an_open_session(world)
    before = len(world.house.letters(world.family.mother_mail))
    reply = await ask(world, session_id, newcomer)
    assert reply.body["second_staff"] == {
        "staff_id": newcomer, "accepted_at": None, "coming": None,
    }  # fmt: skip
    assert reply.body["state"] == "booked"
    await says_yes(world, session_id, newcomer)
    await world.house.settle()
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    assert len(world.house.letters(world.family.mother_mail)) == before
    await check_everything(world.house)


async def test_a_swap_needs_a_reason_and_somebody_to_swap(world: World, newcomer: StaffId) -> None:
    session_id = await an_open_session(world)
    for reason, code in (("  ", "invalid"), ("ill", None)):
        command = handing_over.SwapSecondStaff(session_id, newcomer, reason)
        if code is None:
            await world.house.do(handing_over.swap, command, world.as_coordinator)
            continue
        with pytest.raises(ChaperoneError):
            await world.house.do(handing_over.swap, command, world.as_coordinator)
    assert await second_of(world, session_id) == newcomer
