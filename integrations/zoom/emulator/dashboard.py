"""The dashboard: who is in a meeting while it runs. Not every account has one, and it is behind.

https://developers.zoom.us/docs/api/meetings/ (dashboards)
"""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.asked import name_of
from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.past import registrant_shown
from integrations.zoom.emulator.records import Meeting, Stay
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]


async def list_inside(request: web.Request) -> web.Response:
    """GET /metrics/meetings/{meetingId}/participants?type=live, as it was some time ago.

    A row for each connection and place; those who have left stay in it, with their `leave_time`.
    """
    options = request.app[STATE].options
    if not options.has_dashboard:
        raise ApiError(400, 200, "This API is only available for Business or higher accounts.")
    if request.query.get("type", "live") != "live":
        raise ApiError(400, 300, "Validation Failed.", "type")
    seen_at = request.app[STATE].clock.now() - timedelta(seconds=options.dashboard_lags)
    meeting = _running(request, seen_at)
    rows = [
        _row(request, meeting, stay, seen_at) for stay in meeting.stays if stay.since <= seen_at
    ]
    return web.json_response(paged(request, rows, "participants"))


def _running(request: web.Request, seen_at: datetime) -> Meeting:
    wanted = name_of(request)
    for meeting in request.app[STATE].meetings.values():
        if wanted not in (str(meeting.meeting_id), meeting.occurrence):
            continue
        if meeting.status == "started" and meeting.started_at and meeting.started_at <= seen_at:
            return meeting
    raise ApiError(404, 3001, f"Meeting does not exist: {wanted}.")


def _row(request: web.Request, meeting: Meeting, stay: Stay, seen_at: datetime) -> Json:
    person = stay.person
    row = {
        "id": person.account_user_id,
        "user_id": stay.connection,
        "participant_uuid": person.participant_uuid,
        "user_name": stay.name,
        "email": person.email,
        "registrant_id": registrant_shown(request, stay),
        "device": "Phone" if person.phone_number else "Windows",
        "ip_address": "203.0.113.7",
        "role": person.role,
        "join_time": zoom_time(stay.since),
        "status": stay.status,
        "internal_user": bool(person.account_user_id),
        "recording": meeting.is_recording,
        "bo_mtg_id": stay.room,
    }
    if stay.until is not None and stay.until <= seen_at:
        row |= {
            "leave_time": zoom_time(stay.until),
            "leave_reason": f"{stay.name} left the meeting.",
        }
    return row
