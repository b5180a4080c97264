"""PATCH /live_meetings/{meetingId}/events: the few things a call can do to a running meeting.

https://developers.zoom.us/docs/api/meetings/ (in-meeting controls). Nobody can be admitted,
muted or renamed this way; 202 means queued, and the event that follows is the only confirmation.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.asked import body_of, meeting_of
from integrations.zoom.emulator.keys import INSIDE, LIVE, STATE
from integrations.zoom.emulator.records import Meeting
from integrations.zoom.emulator.settings import LICENSED
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]

_INVITES = (
    "participant.invite",
    "participant.invite.callout",
    "participant.invite.room_system_callout",
)
_TOLD_AS = {"start": "started", "stop": "stopped", "pause": "paused", "resume": "resumed"}


async def control_meeting(request: web.Request) -> web.Response:
    """One `method` → 202. 400/300 for a meeting that is not running (the exact code is unknown)."""
    meeting = meeting_of(request)
    body = await body_of(request)
    method = str(body.get("method", ""))
    carry_out = _METHODS.get(method)
    if carry_out is None:
        raise ApiError(400, 300, "Validation Failed.", "method")
    if meeting.status != "started":
        raise ApiError(400, 300, "The meeting is not in progress.")
    params = body.get("params")
    carry_out(request.app, meeting, method, params if isinstance(params, dict) else {})
    return web.Response(status=202)


def _record(app: web.Application, meeting: Meeting, method: str, _: Json) -> None:
    if meeting.host.profile.type != LICENSED:
        raise ApiError(403, 2314, "Cloud recording is not available.")
    app[INSIDE].record(meeting, _TOLD_AS[method.rpartition(".")[2]])


def _use_companion(app: web.Application, meeting: Meeting, method: str, _: Json) -> None:
    app[INSIDE].use_companion(meeting, "started" if method.endswith("start") else "stopped")


def _remove(app: web.Application, meeting: Meeting, _: str, params: Json) -> None:
    """Off unless Zoom's support has turned it on; the words of that refusal are a guess."""
    if not app[STATE].options.allows_removal:
        raise ApiError(400, 300, "This method is not available for this account.")
    wanted = params.get("participant_uuid")
    for person in meeting.present:
        if person.participant_uuid == wanted and person.place in ("inside", "waiting_room"):
            app[LIVE].remove(meeting, person)
            return
    raise ApiError(400, 300, "The participant does not exist.", "participant_uuid")


def _nothing_seen(_app: web.Application, _meeting: Meeting, _method: str, _params: Json) -> None:
    """Taken, but with no effect that the emulator shows: invitations, waiting-room texts."""


_METHODS: dict[str, Callable[[web.Application, Meeting, str, Json], None]] = {
    **{f"recording.{verb}": _record for verb in _TOLD_AS},
    **{f"ai_companion.{verb}": _use_companion for verb in ("start", "stop", "disable")},
    **dict.fromkeys((*_INVITES, "waiting_room.update"), _nothing_seen),
    "participant.remove": _remove,
}
