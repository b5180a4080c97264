"""Registrants over the REST API: one personal link each, alive only while approved.

https://developers.zoom.us/docs/api/meetings/ (registrants)
"""

from typing import Any

from aiohttp import web

from integrations.zoom.emulator.asked import body_of
from integrations.zoom.emulator.keys import EVENTS, STATE, origin_of
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.records import Meeting, Registrant
from integrations.zoom.emulator.settings import LICENSED, zoom_time
from integrations.zoom.emulator.state import ApiError, State

Json = dict[str, Any]

_CALLS_PER_DAY = 3
_STATUS_CALLS_PER_DAY = 10
_MOST_AT_ONCE = 30
_STATUS_AFTER = {"approve": "approved", "deny": "denied", "cancel": "denied"}
_TOLD_AS = {"approve": "approved", "deny": "denied", "cancel": "cancelled"}
_MANUAL, _NONE = 1, 2
_SCHEDULED = 2


async def add_registrant(request: web.Request) -> web.Response:
    """POST /meetings/{meetingId}/registrants → 201. A repeated address is the same registrant."""
    meeting = _meeting(request)
    body = await body_of(request)
    if not _takes_registrants(meeting):
        raise ApiError(400, 300, "Registration has not been enabled for this meeting.")
    registrant = _registered(request, meeting, body, auto_approve=body.get("auto_approve"))
    shown = {"id": meeting.meeting_id, "topic": meeting.topic}
    shown |= {"start_time": zoom_time(meeting.start_time)}
    return web.json_response(shown | _given(request, meeting, registrant), status=201)


async def add_registrants(request: web.Request) -> web.Response:
    """POST /meetings/{meetingId}/batch_registrants → 201, up to 30 at once."""
    meeting = _meeting(request)
    body = await body_of(request)
    rows = body.get("registrants")
    if meeting.type != _SCHEDULED:
        raise ApiError(400, 303, "This meeting is of the wrong type.")
    if not _takes_registrants(meeting):
        raise ApiError(400, 404, "Registration has not been enabled for this meeting.")
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_AT_ONCE:
        raise ApiError(400, 300, "Validation Failed.", "registrants")
    for row in rows:
        _check(row)
    approve = body.get("auto_approve")
    made = [_registered(request, meeting, row, auto_approve=approve) for row in rows]
    shown = [{"email": one.email, **_given(request, meeting, one)} for one in made]
    return web.json_response({"registrants": shown}, status=201)


async def list_registrants(request: web.Request) -> web.Response:
    """GET /meetings/{meetingId}/registrants, by status."""
    meeting = _meeting(request)
    status = request.query.get("status", "approved")
    held = [one for one in meeting.registrants.values() if one.status == status]
    rows = [_row(request, meeting, one) for one in held]
    return web.json_response(paged(request, rows, "registrants"))


async def read_registrant(request: web.Request) -> web.Response:
    """GET /meetings/{meetingId}/registrants/{registrantId}."""
    meeting = _meeting(request)
    return web.json_response(_row(request, meeting, _named(request, meeting)))


async def delete_registrant(request: web.Request) -> web.Response:
    """DELETE /meetings/{meetingId}/registrants/{registrantId} → 204."""
    meeting = _meeting(request)
    registrant = _named(request, meeting)
    del meeting.registrants[registrant.registrant_id]
    return web.Response(status=204)


async def update_registrants(request: web.Request) -> web.Response:
    """PUT /meetings/{meetingId}/registrants/status → 204. It puts nobody out who is inside."""
    meeting = _meeting(request)
    body = await body_of(request)
    action = str(body.get("action"))
    named = body.get("registrants") or []
    if action not in _STATUS_AFTER or not 1 <= len(named) <= _MOST_AT_ONCE:
        raise ApiError(400, 300, "Validation Failed.", "registrants")
    if any(row.get("id") not in meeting.registrants for row in named):
        raise ApiError(400, 300, "The registrant does not exist.", "registrants")
    registrants = [meeting.registrants[row["id"]] for row in named]
    for one in registrants:
        _spend(request.app[STATE], one.status_calls, _STATUS_CALLS_PER_DAY, "Update status")
    for one in registrants:
        one.status = _STATUS_AFTER[action]
        _tell(request, meeting, _TOLD_AS[action], one)
    return web.Response(status=204)


def registrant_of(meeting: Meeting, token: str) -> Registrant | None:
    """The approved holder of a personal link; a cancelled or made-up token has none."""
    for one in meeting.registrants.values():
        if one.token == token and one.status == "approved":
            return one
    return None


# --- steps ------------------------------------------------------------------------------------------


def _registered(
    request: web.Request, meeting: Meeting, body: Json, *, auto_approve: object
) -> Registrant:
    _check(body)
    state = request.app[STATE]
    known = _known(meeting, str(body["email"]))
    registrant = known or _new(state, meeting, body)
    _spend(state, registrant.calls, _CALLS_PER_DAY, "Add meeting registrant")
    was_approved = registrant.status == "approved"
    if meeting.settings["approval_type"] != _MANUAL or auto_approve is True:
        registrant.status = "approved"
    if known is None:
        _tell(request, meeting, "created", registrant)
    if registrant.status == "approved" and not was_approved:
        _tell(request, meeting, "approved", registrant)
    return registrant


def _takes_registrants(meeting: Meeting) -> bool:
    return meeting.settings["approval_type"] != _NONE and meeting.host.profile.type == LICENSED


def _check(body: object) -> None:
    given = body if isinstance(body, dict) else {}
    for name, longest in (("email", 128), ("first_name", 64)):
        if not given.get(name) or len(str(given[name])) > longest:
            raise ApiError(400, 300, "Validation Failed.", name)


def _known(meeting: Meeting, email: str) -> Registrant | None:
    for one in meeting.registrants.values():
        if one.email.lower() == email.lower():
            return one
    return None


def _new(state: State, meeting: Meeting, body: Json) -> Registrant:
    if len(meeting.registrants) >= state.options.most_registrants:
        raise ApiError(400, 3043, "Meeting has reached maximum attendee capacity.")
    registrant = Registrant(
        registrant_id=state.new_token(16),
        email=str(body["email"]),
        first_name=str(body["first_name"]),
        last_name=str(body.get("last_name", "")),
        token=state.new_token(32),
        status="pending",
        created_at=state.clock.now(),
        pin=state.random.randrange(100_000, 999_999),
    )
    meeting.registrants[registrant.registrant_id] = registrant
    return registrant


def _spend(state: State, calls: dict[Any, int], most: int, what: str) -> None:
    today = state.clock.now().date()
    if calls.get(today, 0) >= most:
        message = f"You have exceeded the daily rate limit ({most}) of {what} requests."
        raise ApiError(429, 429, message)
    calls[today] = calls.get(today, 0) + 1


def _tell(request: web.Request, meeting: Meeting, what: str, registrant: Registrant) -> None:
    link = _link(request, meeting, registrant)
    request.app[EVENTS].registration(meeting, what, registrant, link)


# --- shapes -----------------------------------------------------------------------------------------


def _given(request: web.Request, meeting: Meeting, registrant: Registrant) -> Json:
    shown = {
        "registrant_id": registrant.registrant_id,
        "participant_pin_code": registrant.pin,
    }
    if registrant.status == "approved" and request.app[STATE].options.answers_join_url:
        shown["join_url"] = _link(request, meeting, registrant)
    return shown


def _row(request: web.Request, meeting: Meeting, one: Registrant) -> Json:
    return {
        "id": one.registrant_id,
        "email": one.email,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "status": one.status,
        "create_time": zoom_time(one.created_at),
        "join_url": _link(request, meeting, one),
        "participant_pin_code": one.pin,
    }


def _link(request: web.Request, meeting: Meeting, registrant: Registrant) -> str:
    link = f"{origin_of(request)}/w/{meeting.meeting_id}?tk={registrant.token}"
    return f"{link}&pwd={meeting.link_token}" if meeting.password else link


def _named(request: web.Request, meeting: Meeting) -> Registrant:
    found = meeting.registrants.get(request.match_info["registrant_id"])
    if found is None:
        raise ApiError(400, 300, "The registrant does not exist.", "registrantId")
    return found


def _meeting(request: web.Request) -> Meeting:
    """Odd but documented: an unknown meeting is 404/1001 here."""
    try:
        return request.app[STATE].meeting(request.match_info["meeting_id"])
    except ApiError:
        raise ApiError(404, 1001, "Meeting does not exist.") from None
