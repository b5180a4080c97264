"""What a provider says of a room: ordered, left out, or made up and signed as Zoom signs it."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from integrations.zoom.inside import LAG
from service.policy.people import Role
from service.workflows.attending import presence
from tests.rooms import WEBHOOK_SECRET
from tests.stories.steps import (
    family_goes_in,
    in_the_check_in_window,
    second_staff_go_in,
    tutor_goes_in,
)
from tests.world import World

TEAMS_SAYS = {"meeting.started": "callStarted", "meeting.ended": "callEnded"}


async def webhooks(world: World, mode: str, *events: str, **more: Any) -> None:
    """Order what becomes of signals, of all or of some, named as Zoom names them."""
    is_teams = world.house.rooms.provider == "teams"
    named = [TEAMS_SAYS[event] if is_teams else event for event in events]
    order = {"mode": mode, "events": named, **more}
    await world.house.rooms.control("POST", "webhooks", order)


async def a_dashboard(world: World, lag: timedelta = LAG) -> None:
    """Zoom shows who is in a room, so much later."""
    options = {"has_dashboard": True, "dashboard_lags": lag.total_seconds()}
    await world.house.rooms.control("POST", "options", options)


async def everybody_in_without_a_word(world: World) -> str:
    """Second staff say that they are in the room, and let the others in; no signal ever comes."""
    session_id = await in_the_check_in_window(world)
    await webhooks(world, "drop")
    await second_staff_go_in(world, session_id)
    said = presence.CheckInStaff(session_id, in_the_room=True)
    second = world.actor(world.second, Role.SECOND_STAFF)
    await world.house.do(presence.check_in_staff, said, second)
    await tutor_goes_in(world, session_id)
    await family_goes_in(world, session_id)
    return session_id


async def zoom_says_joined(
    world: World,
    *,
    connection: str,
    registrant_id: str,
    name: str = "iPad",
    secret: str = WEBHOOK_SECRET,
) -> int:
    """Zoom says that somebody joined the one meeting there is."""
    (meeting,) = await world.house.rooms.meetings()
    now = world.house.clock.now()
    participant = {
        "user_id": connection,
        "user_name": name,
        "registrant_id": registrant_id,
        "join_time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    what = {"id": meeting["id"], "uuid": meeting["uuid"], "participant": participant}
    body = json.dumps(
        {
            "event": "meeting.participant_joined",
            "event_ts": int(now.timestamp() * 1000),
            "payload": {"account_id": "demo-account", "object": what},
        }
    ).encode()
    stamp = str(int(now.timestamp()))
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": f"v0={signed.hexdigest()}",
    }
    url = f"{world.house.base_url}/hooks/zoom"
    async with world.house.session.post(url, data=body, headers=headers) as answer:
        return answer.status
