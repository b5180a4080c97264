"""What is left of an occurrence after its end: totals, instances, who was there.

https://developers.zoom.us/docs/api/meetings/ (past meetings)
"""

from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.asked import name_of
from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.records import PastMeeting, Stay
from integrations.zoom.emulator.settings import LICENSED, zoom_time
from integrations.zoom.emulator.state import ApiError, State

Json = dict[str, Any]

_KEPT = timedelta(days=365)


async def read_past_meeting(request: web.Request) -> web.Response:
    """GET /past_meetings/{meetingId}: the newest ended occurrence of a number, or one uuid."""
    past = past_of(request)
    return web.json_response({**totals(past), "has_meeting_summary": False})


async def list_past_instances(request: web.Request) -> web.Response:
    """GET /past_meetings/{meetingId}/instances: every ended occurrence of a number."""
    wanted = name_of(request)
    rows = [
        {"uuid": one.uuid, "start_time": zoom_time(one.started_at)}
        for one in request.app[STATE].past
        if str(one.meeting_id) == wanted
    ]
    if not rows:
        raise ApiError(404, 3001, f"Meeting does not exist: {wanted}.")
    return web.json_response({"meetings": rows})


async def list_past_participants(request: web.Request) -> web.Response:
    """GET /past_meetings/{meetingId}/participants: a row for each connection and place.

    Of a meeting that one person attended it shows nobody, unless the account is set to.
    """
    past = reported(request)
    state = request.app[STATE]
    stays = past.stays if is_shown(state, past) else ()
    rows = [_row(request, past, one) for one in stays]
    return web.json_response(paged(request, rows, "participants"))


# --- shared with the reports ------------------------------------------------------------------------


def past_of(request: web.Request) -> PastMeeting:
    """The ended occurrence the path names: of a number the newest one. 404/3001 before the end."""
    wanted = name_of(request)
    now = request.app[STATE].clock.now()
    for past in reversed(request.app[STATE].past):
        if wanted in (str(past.meeting_id), past.uuid):
            if now - past.ended_at > _KEPT:
                raise ApiError(400, 12702, "Can not access a meeting a year ago.")
            return past
    raise ApiError(404, 3001, f"Meeting does not exist: {wanted}.")


def reported(request: web.Request) -> PastMeeting:
    """The occurrence, if its host may have reports and they have been made by now."""
    past = past_of(request)
    if past.host.profile.type != LICENSED:
        raise ApiError(400, 200, "Only available for Paid account.")
    state = request.app[STATE]
    if state.clock.now() < past.ended_at + _delay(state) / 2:
        raise ApiError(404, 3001, "This meeting's detail info is not found or has expired.")
    return past


def is_shown(state: State, past: PastMeeting) -> bool:
    """Whether lists of people know of this meeting at all."""
    return len(past.attended) > 1 or state.options.shows_one_person_meetings


def seconds_of(state: State, past: PastMeeting, stay: Stay) -> int:
    """How long a stay was: 0 as long as Zoom has not worked it out."""
    if state.clock.now() < past.ended_at + _delay(state):
        return 0
    return int(((stay.until or past.ended_at) - stay.since).total_seconds())


def basics(past: PastMeeting, stay: Stay) -> Json:
    """What every kind of row says of one stay."""
    return {
        "name": stay.name,
        "user_id": stay.connection,
        "user_email": stay.person.email,
        "join_time": zoom_time(stay.since),
        "leave_time": zoom_time(stay.until or past.ended_at),
        "failover": False,
        "status": stay.status,
    }


def totals(past: PastMeeting) -> Json:
    """An ended occurrence as a whole; `duration` in minutes, as it really was."""
    minutes = -(-int((past.ended_at - past.started_at).total_seconds()) // 60)
    inside = [one for one in past.stays if one.status == "in_meeting"]
    spent = sum(((one.until or past.ended_at) - one.since).total_seconds() for one in inside)
    return {
        "id": past.meeting_id,
        "uuid": past.uuid,
        "topic": past.topic,
        "type": past.type,
        "host_id": past.host.profile.user_id,
        "user_name": "Room Host",
        "user_email": past.host.profile.email,
        "start_time": zoom_time(past.started_at),
        "end_time": zoom_time(past.ended_at),
        "duration": minutes,
        "total_minutes": -(-int(spent) // 60),
        "participants_count": len(past.attended),
        "source": "Zoom",
        "dept": "",
    }


def registrant_shown(request: web.Request, stay: Stay) -> str:
    """Said only to who asks for it by `include_fields=registrant_id`."""
    asked = request.query.get("include_fields", "").split(",")
    return stay.person.registrant_id if "registrant_id" in asked else ""


def _row(request: web.Request, past: PastMeeting, stay: Stay) -> Json:
    state = request.app[STATE]
    return {
        "id": stay.person.account_user_id,
        **basics(past, stay),
        "duration": seconds_of(state, past, stay),
        "registrant_id": registrant_shown(request, stay),
        "internal_user": bool(stay.person.account_user_id),
    }


def _delay(state: State) -> timedelta:
    return timedelta(seconds=state.options.reports_ready_after)
