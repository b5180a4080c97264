"""What a request asks for: its body, and the meeting its path names."""

from typing import Any
from urllib.parse import unquote

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.records import Meeting
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request; 400/300 for anything else."""
    try:
        found = await request.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApiError(400, 300, "Request Body should be a valid JSON object.")
    return found


def name_of(request: web.Request) -> str:
    """The number or uuid in the path; 404/3001 for a uuid in the wrong form.

    A uuid with slashes must come encoded twice; the server has undone one of them.
    """
    once = request.match_info["meeting_id"]
    if once.startswith("/") or "//" in once:
        raise ApiError(404, 3001, f"Meeting does not exist: {once.rpartition('/')[0]}.")
    return unquote(once)


def meeting_of(request: web.Request) -> Meeting:
    """The meeting; 404/3001 if there is none, 400/3000 once it has become a webinar."""
    meeting = request.app[STATE].meeting(name_of(request))
    if meeting.is_webinar:
        raise ApiError(400, 3000, "This meeting is a webinar: not found in meetings.")
    return meeting
