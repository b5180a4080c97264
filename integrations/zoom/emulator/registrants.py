"""Registrants over the REST API: one personal link each, alive only while approved."""

from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE, origin_of
from integrations.zoom.emulator.meetings import body_of, paged
from integrations.zoom.emulator.settings import LICENSED, zoom_time
from integrations.zoom.emulator.state import ApiError, Meeting, Registrant, State

Json = dict[str, Any]

_CALLS_PER_DAY = 3
_MOST_AT_ONCE = 30
_STATUS_AFTER = {"approve": "approved", "deny": "denied", "cancel": "denied"}
_MANUAL = 1


async def add_registrant(request: web.Request) -> web.Response:
    """POST /meetings/{meetingId}/registrants → 201. A repeated address is the same registrant."""
    state = request.app[STATE]
    meeting = _meeting(request)
    body = await body_of(request)
    if meeting.settings["approval_type"] == 2 or meeting.host.profile.type != LICENSED:
        raise ApiError(400, 300, "Registration has not been enabled for this meeting.")
    if not body.get("email") or not body.get("first_name"):
        raise ApiError(400, 300, "Validation Failed.", "email")
    registrant = _known(meeting, str(body["email"])) or _new(state, meeting, body)
    _spend_call(state, registrant)
    if meeting.settings["approval_type"] != _MANUAL or body.get("auto_approve") is True:
        registrant.status = "approved"
    shown = {
        "id": meeting.meeting_id,
        "registrant_id": registrant.registrant_id,
        "topic": meeting.topic,
        "start_time": zoom_time(meeting.start_time),
    }
    if registrant.status == "approved" and state.answers_join_url:
        shown["join_url"] = _link(request, meeting, registrant)
    return web.json_response(shown, status=201)


async def list_registrants(request: web.Request) -> web.Response:
    """GET /meetings/{meetingId}/registrants, by status."""
    meeting = _meeting(request)
    status = request.query.get("status", "approved")
    rows = [
        {
            "id": one.registrant_id,
            "email": one.email,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "status": one.status,
            "create_time": zoom_time(one.created_at),
            "join_url": _link(request, meeting, one),
        }
        for one in meeting.registrants.values()
        if one.status == status
    ]
    return web.json_response(paged(request, rows, "registrants"))


async def update_registrants(request: web.Request) -> web.Response:
    """PUT /meetings/{meetingId}/registrants/status → 204. It puts nobody out who is inside."""
    meeting = _meeting(request)
    body = await body_of(request)
    status = _STATUS_AFTER.get(str(body.get("action")))
    named = body.get("registrants") or []
    if status is None or not 1 <= len(named) <= _MOST_AT_ONCE:
        raise ApiError(400, 300, "Validation Failed.", "registrants")
    unknown = [row for row in named if row.get("id") not in meeting.registrants]
    if unknown:
        raise ApiError(400, 300, "The registrant does not exist.", "registrants")
    for row in named:
        meeting.registrants[row["id"]].status = status
    return web.Response(status=204)


def registrant_of(meeting: Meeting, token: str) -> Registrant | None:
    """The approved holder of a personal link; a cancelled or made-up token has none."""
    for one in meeting.registrants.values():
        if one.token == token and one.status == "approved":
            return one
    return None


def _known(meeting: Meeting, email: str) -> Registrant | None:
    for one in meeting.registrants.values():
        if one.email.lower() == email.lower():
            return one
    return None


def _new(state: State, meeting: Meeting, body: Json) -> Registrant:
    registrant = Registrant(
        registrant_id=state.new_token(16),
        email=str(body["email"]),
        first_name=str(body["first_name"]),
        last_name=str(body.get("last_name", "")),
        token=state.new_token(32),
        status="pending",
        created_at=state.clock.now(),
    )
    meeting.registrants[registrant.registrant_id] = registrant
    return registrant


def _spend_call(state: State, registrant: Registrant) -> None:
    today = state.clock.now().date()
    if registrant.calls.get(today, 0) >= _CALLS_PER_DAY:
        message = "You have exceeded the daily rate limit (3) of Add meeting registrant requests."
        raise ApiError(429, 429, message)
    registrant.calls[today] = registrant.calls.get(today, 0) + 1


def _link(request: web.Request, meeting: Meeting, registrant: Registrant) -> str:
    link = f"{origin_of(request)}/w/{meeting.meeting_id}?tk={registrant.token}"
    return f"{link}&pwd={meeting.link_token}" if meeting.password else link


def _meeting(request: web.Request) -> Meeting:
    """Odd but documented: an unknown meeting is 404/1001 here."""
    try:
        return request.app[STATE].meeting(request.match_info["meeting_id"])
    except ApiError:
        raise ApiError(404, 1001, "Meeting does not exist.") from None
