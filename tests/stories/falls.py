"""What stories take away from a session, one condition at a time."""

from service.policy.consent import ConsentKind, Route
from service.policy.people import SessionId
from service.workflows.attending import presence
from service.workflows.second_staff import staffing
from service.workflows.staff import register
from tests.world import ADMIN, World, say


async def consent_is_withdrawn(world: World, session_id: SessionId) -> None:
    """The mother takes her consent back."""
    await say(world, ConsentKind.WITHDRAWN)


async def the_father_refuses(world: World, session_id: SessionId) -> None:
    """The other parent says no."""
    await say(world, ConsentKind.REFUSED, giver=world.family.father)


async def second_staff_is_released(world: World, session_id: SessionId) -> None:
    """The second member of staff is taken off."""
    release = staffing.ReleaseSecondStaff(session_id, "ill")
    await world.house.do(staffing.release, release, world.as_coordinator)


async def the_pledge_is_revoked(world: World, session_id: SessionId) -> None:
    """The mother takes her promise back."""
    family = world.family
    revoke = presence.RevokePledge(session_id, family.child, family.mother, Route.LINK)
    await world.house.do(presence.revoke_pledge, revoke, world.as_parent(family.mother))


async def second_staff_is_suspended(world: World, session_id: SessionId) -> None:
    """The second member of staff may not work."""
    suspend = register.Suspend(world.second, True, "under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)


async def the_tutor_is_suspended(world: World, session_id: SessionId) -> None:
    """The tutor may not work."""
    suspend = register.Suspend(world.tutor, True, "under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
