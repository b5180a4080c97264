"""What is asked for at one and the same time: one request wins, and every other is told why."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.sessions.engagements import ENGAGEMENTS
from service.store.transactions import Reader
from service.workflows.staff import accounts
from tests.api.people import a_booking, coordinator
from tests.harness import Reply
from tests.invariants import check_everything
from tests.stories.steps import session_of
from tests.world import (
    ADMIN,
    World,
    a_colleague,
    a_family,
    book,
    cover,
    pledge,
    say,
)

AT_ONCE = 8


async def taken_as(world: World, part: str) -> list[str]:
    """Who is taken in this part, once for each session."""

    def listed(reader: Reader) -> list[str]:
        rows = reader.conn.execute(ENGAGEMENTS.select())
        return [row.subject_id for row in rows if row.taken_as == part]

    found: list[str] = await world.house.read(listed)
    return found


async def test_one_child_goes_to_exactly_one_of_many_overlapping_bookings(world: World) -> None:
    house, child = world.house, world.family.child
    tutors = [await a_colleague(house, "Tina", f"tina{number}") for number in range(AT_ONCE)]
    starts_at = house.clock.now() + timedelta(hours=2)

    async def wanted(number: int) -> Reply:
        begins = (starts_at + timedelta(minutes=number)).isoformat()
        body = a_booking(world, tutor_id=tutors[number], starts_at=begins)
        return await coordinator(world).post("/v1/sessions", body)

    replies = await asyncio.gather(*map(wanted, range(AT_ONCE)))
    lost = [reply for reply in replies if reply.status != 201]
    assert len(lost) == AT_ONCE - 1, [reply.text for reply in lost]
    for reply in lost:
        (problem,) = reply.body["fields"]
        assert (reply.code, problem["field"]) == ("taken", "children.0")
        assert problem["lifted_by"] == "a coordinator"
    assert await taken_as(world, "child") == [child]
    assert len(await taken_as(world, "tutor")) == 1
    await check_everything(house)


@pytest.mark.pitfall(43)
async def test_two_sessions_that_are_clear_in_the_same_minute_never_share_an_account(
    world: World,
) -> None:
    house = world.house
    brook = await a_family(house, "brook", world.coordinator)
    tutor, second = [await a_colleague(house, name, name.lower()) for name in ("Tina", "Uma")]
    await house.do(accounts.withdraw_host, accounts.WithdrawHost(world.host, "lost"), ADMIN)
    for family in (world.family, brook):
        await say(world, family=family)
    ids = [await book(world), await book(world, brook.child, tutor=tutor)]
    await cover(world, ids[0])
    await cover(world, ids[1], second)
    await pledge(world, ids[0])
    await pledge(world, ids[1], brook)
    await house.advance(minutes=35)
    await house.settle()
    assert await taken_as(world, "host") == [], "both wait for the one account there is"
    await house.do(accounts.reinstate_host, accounts.ReinstateHost(world.host, "found"), ADMIN)
    await house.settle()
    states = [(await session_of(world, session_id)).state for session_id in ids]
    assert sorted(states) == [SessionState.BOOKED, SessionState.OPEN]
    assert await taken_as(world, "host") == [world.host]
    assert len(await house.rooms.meetings()) == 1
    waiting = ids[states.index(SessionState.BOOKED)]
    told = (await coordinator(world).get(f"/v1/sessions/{waiting}/clearance")).body["blockers"]
    assert [(one["code"], one["lifted_by"]) for one in told] == [
        ("host_missing", "an administrator")
    ]
    await check_everything(house)


async def changed_and_called_off(
    world: World, session_id: SessionId, change: dict[str, Any], *, change_first: bool
) -> tuple[Reply, Reply]:
    """One session is changed and called off at once; what came of each."""
    api, place = coordinator(world), f"/v1/sessions/{session_id}"
    asked = [
        api.call("PATCH", place, change, headers={"If-Match": '"1"'}),
        api.post(f"{place}/cancel", {"reason": "danger"}),
    ]
    replies = await asyncio.gather(*(asked if change_first else reversed(asked)))
    first, last = replies
    return (first, last) if change_first else (last, first)


@pytest.mark.pitfall(31, 45)
async def test_a_session_that_is_changed_while_it_is_called_off_is_off(world: World) -> None:
    house = world.house
    other = await a_colleague(house, "Tina", "tina")
    starts_at = house.clock.now() + timedelta(hours=2)
    for number in range(AT_ONCE):
        session_id = await book(world, starts_at=starts_at)
        later: datetime = starts_at + timedelta(minutes=30)
        moves: dict[str, Any] = {"starts_at": later.isoformat()}
        change = {"tutor_id": other} | (moves if number % 4 > 1 else {})
        changed, off = await changed_and_called_off(
            world, session_id, change, change_first=number % 2 == 0
        )
        assert off.status == 200, off.text
        assert (changed.status, changed.body.get("code")) in ((200, None), (409, "illegal_move"))
        assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    for part in ("child", "tutor", "host"):
        assert await taken_as(world, part) == []
    await check_everything(house)
