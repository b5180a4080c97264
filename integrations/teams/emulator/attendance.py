"""Attendance after a session: one report for each, never while it runs.

https://learn.microsoft.com/graph/api/resources/meetingattendancereport
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from integrations.teams.emulator.directory import acting_for
from integrations.teams.emulator.keys import STATE, origin_of
from integrations.teams.emulator.meetings import organiser_in
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import ApiError, Call, Meeting, State, Stay

Json = dict[str, Any]

_MOST = 50
_ROLES = {"organizer": "Organizer", "coorganizer": "Presenter", "presenter": "Presenter"}


async def list_reports(request: web.Request) -> web.Response:
    """GET …/attendanceReports: the newest fifty, without their records."""
    state = request.app[STATE]
    rows = [_report(one) for one in _finished(state, _meeting(request))]
    return web.json_response({"value": rows[:_MOST]})


async def read_report(request: web.Request) -> web.Response:
    """GET …/attendanceReports/{id}, with its records by `$expand=attendanceRecords`."""
    call = _call(request)
    report = _report(call)
    if "attendanceRecords" in request.query.get("$expand", ""):
        report["attendanceRecords"] = _records(request.app[STATE], call)
    return web.json_response(report)


async def list_records(request: web.Request) -> web.Response:
    """GET …/attendanceReports/{id}/attendanceRecords, page by page."""
    state = request.app[STATE]
    rows = _records(state, _call(request))
    size = max(1, state.options.records_per_page)
    start = int(request.query.get("$skiptoken", "0"))
    page: Json = {"value": rows[start : start + size]}
    if start + size < len(rows):
        path = quote(request.path, safe="/")
        page["@odata.nextLink"] = f"{origin_of(request)}{path}?$skiptoken={start + size}"
    return web.json_response(page)


# --- finding things ---------------------------------------------------------------------------------


def _meeting(request: web.Request) -> Meeting:
    """The meeting in the path, for its organiser or a co-organiser of it."""
    state, opaque = request.app[STATE], request.match_info["meeting_id"]
    user = acting_for(state, request.match_info["user_id"])
    organiser_id = organiser_in(opaque)
    meeting = state.meeting_by("meeting_id", opaque)
    if meeting is None or (meeting.is_deleted and not state.options.reports_outlive_meeting):
        raise ApiError(404, "NotFound", "The meeting was not found.")
    if meeting.roles().get(user.user_id) not in ("organizer", "coorganizer"):
        message = f"Organizer Id mismatch, meeting organizer {organiser_id}."
        raise ApiError(404, "NotFound", message)
    return meeting


def _finished(state: State, meeting: Meeting) -> list[Call]:
    """Sessions whose report is there, newest first; none where the tenant's policy makes none."""
    if not state.options.attendance_reports:
        return []
    delay, now = timedelta(seconds=state.options.report_delay_seconds), state.clock.now()
    done = [one for one in meeting.past if one.ended_at and one.ended_at + delay <= now]
    return done[::-1]


def _call(request: web.Request) -> Call:
    wanted = request.match_info["report_id"]
    for call in _finished(request.app[STATE], _meeting(request)):
        if call.call_id == wanted:
            return call
    raise ApiError(404, "NotFound", "The attendance report was not found.")


# --- JSON -------------------------------------------------------------------------------------------


def _report(call: Call) -> Json:
    return {
        "id": call.call_id,
        "totalParticipantCount": len(_by_identity(call.stays)),
        "meetingStartDateTime": graph_time(call.started_at),
        "meetingEndDateTime": graph_time(call.ended_at or call.started_at),
        "externalEventInformation": [],
        "attendanceRecords": [],
    }


def _records(state: State, call: Call) -> list[Json]:
    return [_record(state, call, stays) for stays in _by_identity(call.stays).values()]


def _by_identity(stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    """A member is one person on every device; without sign-in each connection is its own."""
    found: dict[str, list[Stay]] = {}
    for stay in stays:
        found.setdefault(stay.person.user_id or stay.person.guest_id, []).append(stay)
    return found


def _record(state: State, call: Call, stays: list[Stay]) -> Json:
    person, tenant = stays[0].person, state.settings.tenant_id
    identity = person.user_id or person.guest_id
    intervals = [_interval(state, one) for one in stays]
    return {
        "id": str(uuid.uuid5(uuid.UUID(call.call_id), identity)),
        "emailAddress": person.upn if person.upn and state.options.record_emails else None,
        "totalAttendanceInSeconds": sum(one["durationInSeconds"] for one in intervals),
        "role": _ROLES.get(stays[0].role, "Attendee"),
        "registrationId": None,
        "identity": {
            "@odata.type": "#microsoft.graph.communicationsUserIdentity",
            "id": identity,
            "displayName": person.name,
            "tenantId": tenant if person.user_id else None,
        },
        "attendanceIntervals": intervals,
    }


def _interval(state: State, stay: Stay) -> Json:
    """Join and leave; where Teams has lost them, nothing and no duration."""
    if state.options.null_intervals or stay.left_at is None:
        return {"joinDateTime": None, "leaveDateTime": None, "durationInSeconds": 0}
    return {
        "joinDateTime": graph_time(stay.joined_at),
        "leaveDateTime": graph_time(stay.left_at),
        "durationInSeconds": int((stay.left_at - stay.joined_at).total_seconds()),
    }
