"""Second staff over HTTP and in the room: chosen, away for a time, asked to take over, and there."""

from datetime import timedelta
from typing import Any

from service.policy.people import Role, SessionId, StaffId
from service.store.second_staff import staffing
from service.workflows.attending import door, presence
from service.workflows.second_staff import staffing as staffing_flow
from tests.api.people import coordinator
from tests.stories.steps import account_of
from tests.world import World


def place(session_id: SessionId, more: str = "") -> str:
    """Where a session's second staff is dealt with."""
    return f"/v1/sessions/{session_id}/second-staff{more}"


def stretch(world: World, hours: float = 4, **more: Any) -> dict[str, Any]:
    """From now on, for so many hours."""
    now = world.house.clock.now()
    ends_at = now + timedelta(hours=hours)
    return {"starts_at": now.isoformat(), "ends_at": ends_at.isoformat(), **more}


async def ask(world: World, session_id: SessionId, newcomer: StaffId) -> Any:
    """The coordinator asks for a swap, over HTTP."""
    body = {"staff_id": newcomer, "reason": "feels ill"}
    return await coordinator(world).post(place(session_id, "/swap"), body)


async def says_yes(world: World, session_id: SessionId, who: StaffId) -> None:
    """Whoever was asked accepts the session."""
    command = staffing_flow.AcceptSession(session_id)
    by = world.actor(who, Role.SECOND_STAFF)
    await world.house.do(staffing_flow.accept, command, by)


async def goes_in(world: World, session_id: SessionId, who: StaffId) -> Any:
    """The newcomer opens the host's start link, read afresh for them."""
    by = world.actor(who, Role.SECOND_STAFF)
    way = await door.go_in(world.house.deps, door.GoIn(session_id), by)
    account = await account_of(world, by)
    person = await world.house.rooms.follow(way.url.get_secret_value(), "Room host", account)
    await world.house.settle()
    return person


async def says_in_the_room(world: World, session_id: SessionId, who: StaffId) -> None:
    """They say that they are in the room."""
    command = presence.CheckInStaff(session_id, in_the_room=True)
    await world.house.do(presence.check_in_staff, command, world.actor(who, Role.SECOND_STAFF))


async def second_of(world: World, session_id: SessionId) -> StaffId:
    """Who is second staff by now."""
    found = await world.house.read(staffing.current, session_id)
    return found.staff_id  # type: ignore[no-any-return]
