"""Meetings over the REST API: made, changed, ended, deleted, brought back."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.asked import body_of, meeting_of, name_of
from integrations.zoom.emulator.effective import (
    checked_password,
    effective_settings,
    start_time_of,
)
from integrations.zoom.emulator.keys import EVENTS, LIVE, STATE
from integrations.zoom.emulator.records import Host, Meeting
from integrations.zoom.emulator.recurring import occurrences_of
from integrations.zoom.emulator.shapes import (
    NO_FIXED_TIME,
    changeable,
    described,
    difference,
    join_url,
)
from integrations.zoom.emulator.state import ApiError, State

Json = dict[str, Any]

_WRITES_PER_DAY = 100
_TYPES = (1, 2, 3, 8, 10)
_PERSONAL = 4


async def create_meeting(request: web.Request) -> web.Response:
    """POST /users/{userId}/meetings → 201 with what was really made."""
    state = request.app[STATE]
    host = state.host(request.match_info["user_id"])
    meeting = make_meeting(state, host, await body_of(request))
    shown = described(request, meeting)
    request.app[EVENTS].created(meeting, join_url(request, meeting))
    return web.json_response(shown, status=201)


def make_meeting(state: State, host: Host, body: Json, *, source: str = "open_api") -> Meeting:
    """Check, coerce and keep one new meeting."""
    now = state.clock.now()
    spend_write(state, host)
    if host.profile.status != "active":
        raise ApiError(400, 3161, "This user may not host meetings.")
    _check(body)
    password = checked_password(body, host, state.new_token(6)[:6] + "aB1")
    start_time = start_time_of(body, now)
    meeting = Meeting(
        meeting_id=state.new_meeting_id(),
        occurrence=state.new_occurrence(),
        host=host,
        topic=str(body.get("topic", "Zoom Meeting")),
        agenda=str(body.get("agenda", "")),
        type=int(body.get("type", 2)),
        start_time=start_time,
        duration=int(body.get("duration", 60)),
        timezone=str(body.get("timezone", "UTC")),
        password=password,
        settings=effective_settings(body.get("settings") or {}, host, password),
        created_at=now,
        listed_from=now + timedelta(seconds=state.options.listing_delay_seconds),
        link_token=state.new_token(24) + ".1",
        creation_source=source,
    )
    meeting.occurrences = occurrences_of(body, meeting)
    meeting.recurrence = body.get("recurrence") if meeting.occurrences else None
    state.meetings[meeting.meeting_id] = meeting
    return meeting


def make_personal(state: State, host: Host, body: Json) -> Meeting:
    """The personal meeting of a user: its number is theirs, and it has no time of its own."""
    if host.pmi in state.meetings:
        raise ApiError(409, 409, "This user's personal meeting is there already.")
    wanted = {name: value for name, value in body.items() if name not in ("pmi", "type")}
    meeting = make_meeting(state, host, wanted, source="web_portal")
    del state.meetings[meeting.meeting_id]
    meeting.meeting_id, meeting.pmi, meeting.type = host.pmi, str(host.pmi), _PERSONAL
    state.meetings[meeting.meeting_id] = meeting
    return meeting


def spend_write(state: State, host: Host) -> None:
    """100 creates and updates per host and UTC day."""
    today = state.clock.now().date()
    if host.writes.get(today, 0) >= _WRITES_PER_DAY:
        message = "You have exceeded the daily rate limit (100) of Meeting Create/Update requests."
        raise ApiError(429, 429, message)
    host.writes[today] = host.writes.get(today, 0) + 1


async def read_meeting(request: web.Request) -> web.Response:
    """GET /meetings/{meetingId}, by number or uuid."""
    return web.json_response(described(request, meeting_of(request)))


async def update_meeting(request: web.Request) -> web.Response:
    """PATCH /meetings/{meetingId} → 204, whatever became of the wishes."""
    meeting = meeting_of(request)
    state = request.app[STATE]
    spend_write(state, meeting.host)
    body = await body_of(request)
    _check(body)
    before = changeable(meeting)
    _change(state, meeting, body)
    request.app[EVENTS].changed(meeting, *difference(before, changeable(meeting)))
    return web.Response(status=204)


def _change(state: State, meeting: Meeting, body: Json) -> None:
    if "password" in body:
        meeting.password = checked_password(body, meeting.host, "")
        meeting.link_token = state.new_token(24) + ".1"
    for name in ("topic", "agenda", "duration"):
        if name in body:
            setattr(meeting, name, body[name])
    if "start_time" in body and start_time_of(body, state.clock.now()) > state.clock.now():
        meeting.start_time = start_time_of(body, state.clock.now())
    wanted = {**meeting.settings, **(body.get("settings") or {})}
    if meeting.type == NO_FIXED_TIME:  # seen of the real one: dropped without a word
        wanted["approval_type"] = meeting.settings["approval_type"]
    meeting.settings = effective_settings(wanted, meeting.host, meeting.password)


async def delete_meeting(request: web.Request) -> web.Response:
    """DELETE /meetings/{meetingId} → 204. People already inside are put out here."""
    meeting = meeting_of(request)
    wanted = request.query.get("occurrence_id")
    if wanted is not None:
        _delete_occurrence(request, meeting, wanted)
        return web.Response(status=204)
    if meeting.pmi:
        raise ApiError(400, 3018, "Not allowed to delete PMI.")
    remove(request.app, meeting)
    return web.Response(status=204)


def _delete_occurrence(request: web.Request, meeting: Meeting, wanted: str) -> None:
    left = [one for one in meeting.occurrences if one["occurrence_id"] != wanted]
    if len(left) == len(meeting.occurrences):
        raise ApiError(404, 3001, f"Meeting does not exist: {meeting.meeting_id}.")
    meeting.occurrences = left
    request.app[EVENTS].removed(meeting, "single")


def remove(app: web.Application, meeting: Meeting) -> None:
    """The meeting ceases to exist; every link to it refuses."""
    app[LIVE].end(meeting, "Host ended the meeting.")
    for person in meeting.present:
        app[LIVE].go(meeting, person, "Host ended the meeting.")
    del app[STATE].meetings[meeting.meeting_id]
    app[STATE].deleted[meeting.meeting_id] = meeting
    app[EVENTS].removed(meeting)


async def update_status(request: web.Request) -> web.Response:
    """PUT /meetings/{meetingId}/status; an idle meeting answers 204 as well (not documented)."""
    action = (await body_of(request)).get("action")
    if action == "recover":
        return _recover(request)
    meeting = meeting_of(request)
    if action != "end":
        raise ApiError(400, 300, "Validation Failed.", "action")
    request.app[LIVE].end(meeting, "Host ended the meeting.")
    return web.Response(status=204)


def _recover(request: web.Request) -> web.Response:
    """Back out of the bin, with the same number, passcode and links."""
    state = request.app[STATE]
    name = name_of(request)
    for number, meeting in state.deleted.items():
        if name in (str(number), meeting.occurrence):
            state.meetings[number] = state.deleted.pop(number)
            request.app[EVENTS].recovered(meeting)
            return web.Response(status=204)
    raise ApiError(404, 3001, f"Meeting does not exist: {name}.")


def _check(body: Json) -> None:
    if len(str(body.get("topic", ""))) > 200:
        raise ApiError(400, 300, "Validation Failed.", "topic")
    if len(str(body.get("agenda", ""))) > 2000:
        raise ApiError(400, 300, "Validation Failed.", "agenda")
    duration = body.get("duration", 60)
    if not isinstance(duration, int) or not 1 <= duration <= 1440:
        raise ApiError(400, 300, "Validation Failed.", "duration")
    if body.get("type", 2) not in _TYPES:
        raise ApiError(400, 300, "Validation Failed.", "type")
    if not isinstance(body.get("settings") or {}, dict):
        raise ApiError(400, 300, "Validation Failed.", "settings")
