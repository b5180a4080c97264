"""Meetings over the REST API."""

from typing import Any
from urllib.parse import unquote

from aiohttp import web

from integrations.zoom.emulator.effective import (
    checked_password,
    effective_settings,
    start_time_of,
)
from integrations.zoom.emulator.keys import LIVE, STATE, origin_of
from integrations.zoom.emulator.live import HOST_LINK_LIVES
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError, Host, Meeting, State

Json = dict[str, Any]

_WRITES_PER_DAY = 100
_PAGE_SIZES = (30, 300)


async def create_meeting(request: web.Request) -> web.Response:
    """POST /users/{userId}/meetings → 201 with what was really made."""
    state = request.app[STATE]
    host = state.host(request.match_info["user_id"])
    meeting = make_meeting(state, host, await body_of(request))
    shown = describe(request, meeting)
    request.app[LIVE].announce(
        "meeting.created",
        meeting,
        lambda: {"join_url": shown["join_url"], "creation_source": "open_api"},
    )
    return web.json_response(shown, status=201)


def make_meeting(state: State, host: Host, body: Json) -> Meeting:
    """Check, coerce and keep one new meeting."""
    now = state.clock.now()
    spend_write(state, host)
    topic = str(body.get("topic", "Zoom Meeting"))
    if len(topic) > 200 or not 1 <= int(body.get("duration", 60)) <= 1440:
        raise ApiError(400, 300, "Validation Failed.", "topic")
    password = checked_password(body, host, state.new_token(6)[:6] + "aB1")
    meeting = Meeting(
        meeting_id=state.new_meeting_id(),
        occurrence=state.new_occurrence(),
        host=host,
        topic=topic,
        agenda=str(body.get("agenda", "")),
        type=int(body.get("type", 2)),
        start_time=start_time_of(body, now),
        duration=int(body.get("duration", 60)),
        timezone=str(body.get("timezone", "UTC")),
        password=password,
        settings=effective_settings(body.get("settings") or {}, host, password),
        created_at=now,
        listed_from=now + state.listing_delay,
        link_token=state.new_token(24) + ".1",
    )
    state.meetings[meeting.meeting_id] = meeting
    return meeting


def spend_write(state: State, host: Host) -> None:
    """100 creates and updates per host and UTC day."""
    today = state.clock.now().date()
    if host.writes.get(today, 0) >= _WRITES_PER_DAY:
        message = "You have exceeded the daily rate limit (100) of Meeting Create/Update requests."
        raise ApiError(429, 429, message)
    host.writes[today] = host.writes.get(today, 0) + 1


async def list_meetings(request: web.Request) -> web.Response:
    """GET /users/{userId}/meetings; a new meeting may show late."""
    state = request.app[STATE]
    host = state.host(request.match_info["user_id"])
    now = state.clock.now()
    rows = [one for one in state.meetings.values() if one.host is host and one.listed_from <= now]
    if request.query.get("type", "scheduled") == "live":
        rows = [one for one in rows if one.status == "started"]
    shown = [_listed(request, one) for one in sorted(rows, key=lambda one: one.start_time)]
    return web.json_response(paged(request, shown, "meetings"))


async def read_meeting(request: web.Request) -> web.Response:
    """GET /meetings/{meetingId}, by number or uuid."""
    return web.json_response(describe(request, _meeting(request)))


async def update_meeting(request: web.Request) -> web.Response:
    """PATCH /meetings/{meetingId} → 204, whatever became of the wishes."""
    meeting = _meeting(request)
    state = request.app[STATE]
    spend_write(state, meeting.host)
    body = await body_of(request)
    if "password" in body:
        meeting.password = checked_password(body, meeting.host, "")
        meeting.link_token = state.new_token(24) + ".1"
    for name in ("topic", "agenda", "duration"):
        if name in body:
            setattr(meeting, name, body[name])
    if "start_time" in body and start_time_of(body, state.clock.now()) > state.clock.now():
        meeting.start_time = start_time_of(body, state.clock.now())
    wanted = {**meeting.settings, **(body.get("settings") or {})}
    meeting.settings = effective_settings(wanted, meeting.host, meeting.password)
    request.app[LIVE].announce("meeting.updated", meeting, dict)
    return web.Response(status=204)


async def delete_meeting(request: web.Request) -> web.Response:
    """DELETE /meetings/{meetingId} → 204. People already inside are put out here."""
    meeting = _meeting(request)
    remove(request.app, meeting)
    return web.Response(status=204)


def remove(app: web.Application, meeting: Meeting) -> None:
    """The meeting ceases to exist; every link to it refuses."""
    app[LIVE].end(meeting, "Host ended the meeting.")
    for person in meeting.present:
        app[LIVE].go(meeting, person, "Host ended the meeting.")
    del app[STATE].meetings[meeting.meeting_id]
    app[STATE].deleted[meeting.meeting_id] = meeting
    app[LIVE].announce("meeting.deleted", meeting, dict)


async def update_status(request: web.Request) -> web.Response:
    """PUT /meetings/{meetingId}/status; an idle meeting answers 204 as well (not documented)."""
    meeting = _meeting(request)
    if (await body_of(request)).get("action") != "end":
        raise ApiError(400, 300, "Validation Failed.", "action")
    request.app[LIVE].end(meeting, "Host ended the meeting.")
    return web.Response(status=204)


async def read_past_meeting(request: web.Request) -> web.Response:
    """GET /past_meetings/{meetingId}: the newest ended occurrence of a number, or one uuid."""
    wanted = _decoded(request)
    for row in reversed(request.app[STATE].past):
        if wanted in (row["id"], row["uuid"]):
            return web.json_response({**row, "id": int(row["id"])})
    raise ApiError(404, 3001, f"Meeting does not exist: {wanted[:8]}.")


# --- shapes ---------------------------------------------------------------------------------------


def describe(request: web.Request, meeting: Meeting) -> Json:
    """The answer of create and read: effective settings, never an echo."""
    state = request.app[STATE]
    host_key = state.new_token(32)
    meeting.host_keys[host_key] = state.clock.now() + HOST_LINK_LIVES
    shown = {
        **_listed(request, meeting),
        "host_email": meeting.host.profile.email,
        "status": meeting.status,
        "start_url": f"{origin_of(request)}/s/{meeting.meeting_id}?zak={host_key}",
        "password": meeting.password,
        "encrypted_password": meeting.link_token,
        "settings": meeting.settings,
        "creation_source": "open_api",
    }
    if meeting.settings["approval_type"] != 2:
        page = f"{origin_of(request)}/meeting/register/{meeting.meeting_id}"
        shown["registration_url"] = page
    return shown


def _listed(request: web.Request, meeting: Meeting) -> Json:
    join_url = f"{origin_of(request)}/j/{meeting.meeting_id}"
    return {
        "id": meeting.meeting_id,
        "uuid": meeting.occurrence,
        "host_id": meeting.host.profile.user_id,
        "topic": meeting.topic,
        "agenda": meeting.agenda[:250],
        "type": meeting.type,
        "start_time": zoom_time(meeting.start_time),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "created_at": zoom_time(meeting.created_at),
        "join_url": f"{join_url}?pwd={meeting.link_token}" if meeting.password else join_url,
    }


def paged(request: web.Request, rows: list[Json], key: str) -> Json:
    """One page of a list, as Zoom wraps it. Page tokens are places in the list."""
    size = int(request.query.get("page_size", _PAGE_SIZES[0]))
    size = max(1, min(size, _PAGE_SIZES[1], request.app[STATE].page_cap))
    first = request.query.get("next_page_token", "0")
    if not first.isdigit():
        raise ApiError(400, 300, "The next page token is invalid or expired.")
    last = int(first) + size
    # On order, a page that is short of its own total, as has been seen of the real lists.
    shown = rows[int(first) : max(int(first), last - request.app[STATE].rows_left_out)]
    return {
        "next_page_token": str(last) if last < len(rows) else "",
        "page_size": size,
        "total_records": len(rows),
        key: shown,
    }


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request; 400/300 for anything else."""
    try:
        found = await request.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApiError(400, 300, "Request Body should be a valid JSON object.")
    return found


def _decoded(request: web.Request) -> str:
    """A uuid with slashes must come encoded twice; the server has undone one of them."""
    once = request.match_info["meeting_id"]
    if once.startswith("/") or "//" in once:
        raise ApiError(404, 3001, f"Meeting does not exist: {once.rpartition('/')[0]}.")
    return unquote(once)


def _meeting(request: web.Request) -> Meeting:
    return request.app[STATE].meeting(_decoded(request))
