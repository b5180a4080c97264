"""Many ask for one person as second staff of overlapping rooms at once: one room gets them (POL-03)."""

import asyncio
from datetime import timedelta

from service.policy.people import Role, SessionId
from service.store.second_staff.staffing import ASSIGNMENTS
from service.store.transactions import Reader
from service.workflows.sessions import amending, booking
from tests.api.people import coordinator
from tests.harness import Reply
from tests.invariants import check_everything
from tests.world import World, a_colleague, a_family, book

ROOMS = 8


async def rooms(world: World, apart: timedelta) -> list[SessionId]:
    """Sessions of as many tutors and families, each starting so much after the one before."""
    first = world.house.clock.now() + timedelta(hours=1)
    found = []
    for number in range(ROOMS):
        family = await a_family(world.house, f"family{number}", world.coordinator)
        tutor = await a_colleague(world.house, f"Tutor {number}", f"tutor{number}")
        starts_at = first + number * apart
        found.append(await book(world, family.child, tutor=tutor, starts_at=starts_at))
    return found


async def assign(world: World, session_id: SessionId) -> Reply:
    place = f"/v1/sessions/{session_id}/second-staff"
    return await coordinator(world).put(place, {"staff_id": world.second})


async def accept(world: World, session_id: SessionId) -> Reply:
    api = world.house.api(Role.SECOND_STAFF, subject=world.second)
    return await api.post(f"/v1/sessions/{session_id}/second-staff/acceptance")


def accepted(reader: Reader) -> int:
    return sum(row.accepted_at is not None for row in reader.conn.execute(ASSIGNMENTS.select()))


def then_one_got_them(replies: list[Reply]) -> None:
    assert [reply.status for reply in replies].count(200) == 1, [one.text for one in replies[:3]]
    refused = [reply for reply in replies if reply.status != 200]
    assert {(reply.status, reply.code) for reply in refused} == {(409, "nobody_eligible")}
    reasons = {one["code"] for reply in refused for one in reply.body["details"]["reasons"]}
    assert reasons == {"second_staff_elsewhere"}


async def test_of_many_assignments_to_overlapping_rooms_exactly_one_is_made(world: World) -> None:
    overlapping = await rooms(world, timedelta(minutes=1))
    then_one_got_them(await asyncio.gather(*(assign(world, one) for one in overlapping)))
    await check_everything(world.house)


async def test_of_many_acceptances_of_overlapping_rooms_exactly_one_counts(world: World) -> None:
    apart = await rooms(world, timedelta(minutes=50))
    first = world.house.clock.now() + timedelta(hours=1)
    for number, session_id in enumerate(apart):
        assert (await assign(world, session_id)).status == 200
        starts_at = first + timedelta(minutes=number)
        ends_at = starts_at + timedelta(minutes=45)
        terms = booking.Terms(starts_at, ends_at, "local", "Europe/London", "Fractions")
        moved = amending.Reschedule(session_id, None, terms)
        await world.house.do(amending.reschedule, moved, world.as_coordinator)
    then_one_got_them(await asyncio.gather(*(accept(world, one) for one in apart)))
    assert await world.house.read(accepted) == 1
    await check_everything(world.house)
