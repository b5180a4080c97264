"""What Zoom says of a room, signed as Zoom signs it."""

import hashlib
import hmac
import json

from tests.rooms import WEBHOOK_SECRET
from tests.world import World


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
