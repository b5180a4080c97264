"""Changing a session over HTTP: what changed, what it voids, and how near the start it may be."""

from typing import Any

import pytest

from service.policy.people import ChildId, Role, SessionId
from service.policy.session import SessionState
from service.store.sessions import sessions
from service.workflows.staff import register
from tests.api.people import a_promise, coordinator, lead, machine, recorded, stored, tutor
from tests.harness import Api, Reply
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import (
    ADMIN,
    World,
    a_clear_session,
    a_colleague,
    a_family,
    an_open_session,
    book,
    cover,
    pledge,
    say,
)

pytestmark = on_sqlite


async def change(api: Api, session_id: SessionId, **changes: Any) -> Reply:
    place = f"/v1/sessions/{session_id}"
    version = (await api.get(place)).etag
    return await api.call("PATCH", place, changes, headers={"If-Match": version})


def codes(reply: Reply) -> set[str]:
    found: list[dict[str, str]] = reply.body["session"]["blockers"]["open"]
    return {blocker["code"] for blocker in found}


async def state_of(world: World, session_id: SessionId) -> SessionState:
    found: SessionState = (await world.house.read(sessions.get, session_id)).state
    return found


CHANGES: list[tuple[dict[str, Any], list[str]]] = [
    ({"purpose": "Decimals"}, ["purpose"]),
    ({"duration_minutes": 30}, ["time"]),
    ({"local_start": "2026-11-24T18:00"}, ["time"]),
    ({"starts_at": "2026-11-24T17:00:00Z", "purpose": "Sums"}, ["time", "purpose"]),
]


async def test_new_terms_void_promises_and_acceptance(world: World) -> None:
    session_id = await a_clear_session(world)
    for terms, (changes, changed) in enumerate(CHANGES, 2):
        reply = await change(coordinator(world), session_id, **changes)
        assert reply.status == 200, reply.text
        assert (reply.body["changed"], reply.body["voids"]) == (changed, ["pledges", "acceptance"])
        assert codes(reply) == {"pledge_void", "second_staff_unaccepted"}
        assert (reply.body["session"]["terms"], reply.etag) == (terms, f'"{terms}"')
    await world.house.settle()
    letters = world.house.letters(world.family.mother_mail, "A session has changed")
    assert len(letters) == len(CHANGES)
    await check_everything(world.house)


async def test_a_start_alone_keeps_the_duration_and_what_is_so_already_changes_nothing(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    before = await stored(world.house)
    reply = await change(coordinator(world), session_id, purpose="Fractions", duration_minutes=45)
    assert (reply.status, reply.body["changed"], reply.body["voids"]) == (200, [], [])
    assert await stored(world.house) == before
    reply = await change(coordinator(world), session_id, local_start="2026-11-25T10:00")
    assert reply.body["session"]["ends_at"] == "2026-11-25T10:45:00Z"
    assert reply.body["session"]["local_start"] == "2026-11-25T10:00"


@pytest.mark.pitfall(20)
@pytest.mark.pitfall(23)
async def test_another_tutor_keeps_promises_and_the_family_is_told(world: World) -> None:
    session_id = await a_clear_session(world)
    other = await a_colleague(world.house, "Tina Hill", "tina")
    reply = await change(coordinator(world), session_id, tutor_id=other)
    assert (reply.body["changed"], reply.body["voids"]) == (["tutor"], [])
    assert codes(reply) == set()
    await world.house.settle()
    (letter,) = world.house.letters(world.family.mother_mail, "Another tutor for a session")
    assert "taught by Tina." in letter.text
    assert (await tutor(world).get(f"/v1/sessions/{session_id}")).status == 404
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert await state_of(world, session_id) is SessionState.OPEN
    await check_everything(world.house)


@pytest.mark.pitfall(23)
async def test_a_tutor_who_may_not_teach_the_child_blocks_what_was_clear(world: World) -> None:
    session_id = await a_clear_session(world)
    aunt = await a_colleague(world.house, "Tina", "tina")
    relation = register.DeclareRelation(aunt, world.family.child)
    await world.house.do(register.declare_relation, relation, ADMIN)
    reply = await change(coordinator(world), session_id, tutor_id=aunt)
    assert codes(reply) == {"tutor_is_family"}


@pytest.mark.pitfall(23)
async def test_the_old_tutors_way_in_dies_with_the_meeting(world: World) -> None:
    session_id = await an_open_session(world)
    (before,) = await world.house.rooms.meetings()
    other = await a_colleague(world.house, "Tina", "tina")
    reply = await change(coordinator(world), session_id, tutor_id=other, reason="Theo is ill.")
    assert reply.body["voids"] == ["meeting"]
    await world.house.settle()
    (after,) = await world.house.rooms.meetings()
    assert after["id"] != before["id"]
    assert await state_of(world, session_id) is SessionState.OPEN
    door = world.house.api(Role.TUTOR, subject=world.tutor)
    assert (await door.post(f"/v1/sessions/{session_id}/door")).status == 404
    await check_everything(world.house)


async def test_nobody_is_in_two_places_after_a_change(world: World) -> None:
    other = await a_colleague(world.house, "Tina", "tina")
    brook = await a_family(world.house, "brook", world.coordinator)
    await book(world, brook.child, tutor=other)
    session_id = await book(world)
    before = await stored(world.house)
    for changes, field in (
        ({"tutor_id": other}, "tutor_id"),
        ({"children": [world.family.child, brook.child]}, "children.1"),
    ):
        reply = await change(coordinator(world), session_id, **changes)
        assert (reply.status, reply.fields) == (409, {field: "taken"})
    assert await stored(world.house) == before


@pytest.mark.pitfall(12)
async def test_a_child_who_leaves_is_told_so_and_the_others_learn_no_name_and_no_reason(
    world: World,
) -> None:
    house = world.house
    brook = await a_family(house, "brook", world.coordinator)
    for family in (world.family, brook):
        await say(world, family=family)
    session_id = await book(world, world.family.child, brook.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, brook)
    reply = await change(
        coordinator(world), session_id, children=[world.family.child], reason="A dispute."
    )
    assert (reply.body["changed"], reply.body["voids"]) == (["children"], ["pledges", "acceptance"])
    await house.settle()
    (gone,) = house.letters(brook.mother_mail, "A session does not take place")
    (stays,) = house.letters(world.family.mother_mail, "A session has changed")
    for letter in (gone, stays):
        assert "dispute" not in letter.text.casefold()
    assert "Brook" not in stays.text
    assert "River" not in gone.text
    back = await change(
        coordinator(world), session_id, children=[world.family.child, ChildId(brook.child)]
    )
    assert back.status == 200
    word = a_promise(world, child_id=brook.child, adult_id=brook.mother, terms=3)
    made = await coordinator(world).post(f"/v1/sessions/{session_id}/pledges", word)
    assert made.status == 201, made.text
    await check_everything(house)


ILL: list[tuple[dict[str, Any], str]] = [
    ({"starts_at": "2026-11-24T14:00:00Z"}, "in_the_past"),
    ({"duration_minutes": 241}, "too_large"),
    ({"ends_at": "2026-11-24T15:30:00Z"}, "before_start"),
    ({"children": []}, "too_few"),
    ({"children": ["child_nobody"]}, "unknown"),
    ({"tutor_id": "staff_nobody"}, "unknown"),
    ({"purpose": " "}, "too_short"),
    ({"zone": "Europe/London"}, "ambiguous_time"),
    ({"local_start": "2027-03-28T01:30"}, "no_such_local_time"),
    ({"state": "open"}, "unknown_field"),
]


@pytest.mark.pitfall(32)
async def test_what_makes_no_sense_changes_nothing(world: World) -> None:
    session_id = await a_clear_session(world)
    before = await stored(world.house)
    for changes, code in (*ILL, ({"tutor_id": world.second}, "is_second_staff")):
        reply = await change(coordinator(world), session_id, **changes)
        assert reply.status == 422, f"{changes}: {reply.text}"
        assert code in reply.fields.values(), f"{changes}: {reply.text}"
    assert await stored(world.house) == before


async def test_a_tutor_changes_their_own_hands_nothing_over_and_nothing_that_is_over(
    world: World,
) -> None:
    other = await a_colleague(world.house, "Tina", "tina")
    session_id = await book(world)
    assert (await change(tutor(world), session_id, purpose="Sums")).status == 200
    assert (await change(tutor(world), session_id, tutor_id=other)).status == 403

    await coordinator(world).post(f"/v1/sessions/{session_id}/cancel", {"reason": "ill"})
    reply = await change(coordinator(world), session_id, purpose="Tens")
    assert (reply.status, reply.code) == (409, "illegal_move")


# --- close to the start ---------------------------------------------------------------------------


@pytest.mark.pitfall(31)
async def test_close_to_the_start_only_the_office_changes_and_says_why(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=30)
    before = await stored(world.house)
    for api in (tutor(world), machine(world)):
        reply = await change(api, session_id, purpose="Sums", reason="late")
        assert (reply.status, reply.code) == (403, "change_locked")
    unsaid = await change(coordinator(world), session_id, purpose="Sums")
    assert (unsaid.status, unsaid.fields) == (422, {"reason": "missing"})
    assert await stored(world.house) == before
    assert (
        await change(coordinator(world), session_id, purpose="Sums", reason="agreed")
    ).status == 200
    assert (await change(lead(world), session_id, purpose="Tens", reason="agreed")).status == 200


@pytest.mark.pitfall(31)
@pytest.mark.parametrize("deed", ["cancel", "release", "suspend"])
async def test_a_safer_change_is_never_locked(world: World, deed: str) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=45)
    await world.house.settle()
    assert await state_of(world, session_id) is SessionState.OPEN
    place = f"/v1/sessions/{session_id}"
    if deed == "cancel":
        assert (await tutor(world).post(f"{place}/cancel", {"reason": "ill"})).status == 200
    elif deed == "release":
        second = world.house.api(Role.SECOND_STAFF, subject=world.second)
        assert (await second.delete(f"{place}/second-staff?reason=ill")).status == 204
    else:
        suspend = register.Suspend(world.tutor, suspended=True, reason="under inquiry")
        await world.house.do(register.suspend, suspend, ADMIN)
    await world.house.settle()
    assert await world.house.rooms.meetings() == []
    assert "session.amended" not in await recorded(world.house)
