"""Which meetings a user's lists show, and when.

https://developers.zoom.us/docs/api/meetings/ (list meetings, list upcoming meetings)
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.records import Meeting
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.shapes import NO_FIXED_TIME, listed
from integrations.zoom.emulator.state import ApiError, State

Json = dict[str, Any]

_INSTANT = 1
_HALF_A_YEAR = timedelta(days=183)


async def list_meetings(request: web.Request) -> web.Response:
    """GET /users/{userId}/meetings; a new meeting may show late, an instant one never does."""
    state = request.app[STATE]
    host = state.host(request.match_info["user_id"])
    kind = request.query.get("type", "scheduled")
    if kind not in _KINDS:
        raise ApiError(400, 300, "Validation Failed.", "type")
    now = state.clock.now()
    rows = [
        (at, meeting)
        for meeting in state.meetings.values()
        if meeting.host is host and _is_listed(state, meeting, now)
        for at in _starts(meeting)
        if _KINDS[kind](meeting, at, now) and _is_asked(request, at)
    ]
    shown = [_row(request, meeting, at) for at, meeting in sorted(rows, key=lambda row: row[0])]
    return web.json_response(paged(request, shown, "meetings"))


async def list_upcoming(request: web.Request) -> web.Response:
    """GET /users/{userId}/upcoming_meetings: the next 24 hours. An unknown user is 404/3001 here."""
    state = request.app[STATE]
    try:
        host = state.host(request.match_info["user_id"])
    except ApiError as unknown:
        raise ApiError(404, 3001, unknown.message) from None
    now = state.clock.now()
    rows = [
        {
            **_row(request, meeting, at),
            "passcode": meeting.password,
            "is_host": True,
            "use_pmi": bool(meeting.pmi),
        }
        for meeting in state.meetings.values()
        if meeting.host is host and _is_listed(state, meeting, now)
        for at in _starts(meeting)
        if now <= at <= now + timedelta(days=1)
    ]
    return web.json_response(paged(request, rows, "meetings"))


# --- which ----------------------------------------------------------------------------------------


def _is_upcoming(meeting: Meeting, at: datetime, now: datetime) -> bool:
    """Running ones count; so do those that could still be started in their own time."""
    if meeting.status == "started" or meeting.type == NO_FIXED_TIME:
        return True
    return now < at + timedelta(minutes=meeting.duration) and at - now <= _HALF_A_YEAR


def _is_previous(meeting: Meeting, at: datetime, now: datetime) -> bool:
    return not _is_upcoming(meeting, at, now) and timedelta(0) <= now - at <= _HALF_A_YEAR


_KINDS: dict[str, Callable[[Meeting, datetime, datetime], bool]] = {
    "scheduled": lambda _meeting, _at, _now: True,
    "live": lambda meeting, _at, _now: meeting.status == "started",
    "upcoming": _is_upcoming,
    "upcoming_meetings": _is_upcoming,
    "previous_meetings": _is_previous,
}


def _is_listed(state: State, meeting: Meeting, now: datetime) -> bool:
    if meeting.type == _INSTANT or meeting.is_webinar or meeting.listed_from > now:
        return False
    keeps = timedelta(days=state.options.unused_expire_after_days)
    is_timeless = meeting.type == NO_FIXED_TIME or bool(meeting.pmi)
    return is_timeless or any(now - at <= keeps for at in _starts(meeting))


def _starts(meeting: Meeting) -> list[datetime]:
    """A series has a row for each of its occasions, all under one number."""
    if not meeting.occurrences:
        return [meeting.start_time]
    return [datetime.fromisoformat(one["start_time"]) for one in meeting.occurrences]


def _is_asked(request: web.Request, at: datetime) -> bool:
    try:
        first = date.fromisoformat(request.query.get("from", "1970-01-01"))
        last = date.fromisoformat(request.query.get("to", "9999-12-31"))
    except ValueError:
        raise ApiError(400, 300, "Validation Failed.", "from") from None
    return first <= at.date() <= last


def _row(request: web.Request, meeting: Meeting, at: datetime) -> Json:
    row = listed(request, meeting)
    if "start_time" in row:
        row["start_time"] = zoom_time(at)
    return row
