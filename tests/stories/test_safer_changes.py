"""What makes a session safer is done at once: by whoever asks, near the start, whatever version they saw."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from tests.api.people import coordinator, lead, second, tutor
from tests.harness import Api, Reply
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.stories.steps import a_live_session, on_sqlite, session_of, ways_in
from tests.world import World, a_family, an_open_session, book, cover, pledge, say

pytestmark = on_sqlite

STALE = {"If-Match": '"77"'}


@pytest.mark.pitfall(31)
@pytest.mark.parametrize("seen", [{}, STALE], ids=["no version", "a stale version"])
async def test_a_session_is_called_off_whatever_version_the_caller_saw(
    world: World, seen: dict[str, str]
) -> None:
    session_id = await an_open_session(world)
    place = f"/v1/sessions/{session_id}"
    off = await tutor(world).post(f"{place}/cancel", {"reason": "danger"}, headers=seen)
    assert (off.status, off.body["state"]) == (200, "cancelled"), off.text
    await world.house.settle()
    assert await world.house.rooms.meetings() == []
    await check_everything(world.house)


async def released(world: World, session_id: SessionId) -> Reply:
    place = f"/v1/sessions/{session_id}/second-staff?reason=ill"
    return await second(world).delete(place, headers=STALE)


async def suspended(world: World, _session_id: SessionId) -> Reply:
    body = {"suspended": True, "reason": "under inquiry"}
    place = f"/v1/staff/{world.tutor}/suspension"
    return await office(world).put(place, body, headers=STALE)


async def withdrawn(world: World, _session_id: SessionId) -> Reply:
    place = f"/v1/hosts/{world.host}/withdraw"
    return await office(world).post(place, {"reason": "lost"}, headers=STALE)


async def taken_back(world: World, session_id: SessionId) -> Reply:
    family = world.family
    body = {"child_id": family.child, "adult_id": family.mother, "route": "phone", "evidence": "x"}
    place = f"/v1/sessions/{session_id}/pledges/revocation"
    return await coordinator(world).post(place, body, headers=STALE)


async def consent_withdrawn(world: World, _session_id: SessionId) -> Reply:
    family = world.family
    body = {
        "child_id": family.child, "giver_id": family.mother, "purpose": "take_part",
        "kind": "withdrawn", "route": "phone", "evidence": "x", "policy_version": "v3",
    }  # fmt: skip
    return await coordinator(world).post("/v1/consents", body, headers=STALE)


def office(world: World) -> Api:
    return world.house.api(Role.ADMIN, Role.COORDINATOR, subject=world.coordinator)


@pytest.mark.pitfall(31)
@pytest.mark.parametrize("deed", [released, suspended, withdrawn, taken_back, consent_withdrawn])
async def test_nothing_that_makes_a_session_safer_asks_for_a_version(
    world: World, deed: Callable[[World, SessionId], Awaitable[Reply]]
) -> None:
    session_id = await an_open_session(world)
    reply = await deed(world, session_id)
    assert reply.ok, reply.text
    assert (await session_of(world, session_id)).state is SessionState.BOOKED


@pytest.mark.pitfall(31)
async def test_a_running_session_is_ended_whatever_version_the_lead_saw(world: World) -> None:
    session_id = await a_live_session(world)
    place = f"/v1/sessions/{session_id}/end"
    ended = await lead(world).post(place, {"reason": "danger"}, headers=STALE)
    assert (ended.status, ended.body["state"]) == (200, "ended"), ended.text


@pytest.mark.pitfall(12, 31)
async def test_a_family_takes_its_own_child_out_by_its_page_when_nobody_else_may_change_it(
    world: World,
) -> None:
    house, browser = world.house, Browser(world.house.session)
    brook = await a_family(house, "brook", world.coordinator)
    for family in (world.family, brook):
        await say(world, family=family)
    session_id = await book(world, world.family.child, brook.child)
    await cover(world, session_id)
    await pledge(world, session_id)
    await pledge(world, session_id, brook)
    await house.advance(minutes=55)
    await house.settle()
    assert await ways_in(world, session_id) >= {world.family.child, brook.child}
    place = f"/v1/sessions/{session_id}"
    version = (await tutor(world).get(place)).etag
    locked = await tutor(world).call(
        "PATCH", place, {"children": [world.family.child]}, headers={"If-Match": version}
    )
    assert (locked.status, locked.code) == (403, "change_locked")
    of_brook = replace(world, family=brook)
    url = await ways.to_session(of_brook, session_id)
    assert (await browser.send(url, "unpledge", sure="yes")).status == 303
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    inside = await ways_in(world, session_id)
    assert world.family.child in inside
    assert brook.child not in inside
    await check_everything(house)
