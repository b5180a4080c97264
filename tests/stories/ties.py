"""Adults on a child's record: brought onto it, heard, and what then stands in the way of a session."""

from typing import Any

from pydantic import SecretStr

from service.policy.consent import Route
from service.policy.people import Authority, ParentId, SessionId
from service.policy.presence import PresenceMode
from service.workflows.attending import presence
from service.workflows.families import links, onboarding
from tests.api.people import coordinator, lead
from tests.harness import Api, Reply
from tests.world import ADMIN, PIN_HASH, World

CONFLICT = {"settles": [1, 3], "basis": "agreement", "stands": True, "reason": "Both agree now."}


async def blockers(world: World, session_id: SessionId) -> set[str]:
    """What stands in the way, as a coordinator is told."""
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in reply.body["blockers"]}


async def resolve(world: World, **changes: Any) -> Reply:
    """The lead settles the conflict."""
    child = f"/v1/children/{world.family.child}"
    return await lead(world).post(f"{child}/consent-resolution", CONFLICT | changes)


async def a_parent(world: World, name: str) -> ParentId:
    """Another adult on record, with a PIN and no tie."""
    parent_id: ParentId = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr(name), SecretStr(f"{name.lower()}@home.example"), None),
        ADMIN,
    )
    pin = links.SetPin(parent_id, PIN_HASH, Route.PHONE, "number on file")
    await world.house.do(links.set_pin, pin, world.as_coordinator)
    return parent_id


async def tie(
    world: World, parent_id: ParentId, authority: Authority, *, by: Api | None = None, **more: Any
) -> Reply:
    """An adult is put on the child's record, by a coordinator unless said otherwise."""
    body = {"relation": "carer", "authority": authority, **more}
    place = f"/v1/children/{world.family.child}/parents/{parent_id}"
    return await (by or coordinator(world)).put(place, body)


async def looked_after(world: World) -> None:
    """The child is flagged as living in care."""
    place = f"/v1/children/{world.family.child}/flags"
    flags = {"looked_after": True, "visiting_never": False}
    assert (await coordinator(world).put(place, flags)).status == 204


async def promised_by(world: World, session_id: SessionId, carer: ParentId) -> None:
    """The carer promises to be there."""
    command = presence.MakePledge(
        session_id, world.family.child, carer, 1, PresenceMode.IN_THE_ROOM, Route.LINK
    )
    await world.house.do(presence.make_pledge, command, world.as_parent(carer))
