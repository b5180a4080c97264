"""Reports: the heavier and fuller word on who was there.

https://developers.zoom.us/docs/api/meetings/ (reports)
"""

from datetime import date, timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.past import (
    basics,
    is_shown,
    registrant_shown,
    reported,
    seconds_of,
    totals,
)
from integrations.zoom.emulator.records import Host, PastMeeting, Stay
from integrations.zoom.emulator.settings import LICENSED
from integrations.zoom.emulator.state import ApiError, State

Json = dict[str, Any]

_LONGEST_WINDOW = timedelta(days=31)
_HALF_A_YEAR = timedelta(days=184)
_KINDS = ("past", "pastOne", "pastJoined")


async def report_meeting(request: web.Request) -> web.Response:
    """GET /report/meetings/{meetingId}: its totals."""
    return web.json_response(totals(_known(request)))


async def report_participants(request: web.Request) -> web.Response:
    """GET /report/meetings/{meetingId}/participants; a meeting of one person is 404/3001."""
    past = _known(request)
    rows = [_row(request, past, one) for one in past.stays]
    return web.json_response(paged(request, rows, "participants"))


async def report_user(request: web.Request) -> web.Response:
    """GET /report/users/{userId}/meetings, a month at most, out of the last half year."""
    state = request.app[STATE]
    host = state.host(request.match_info["user_id"])
    if host.profile.type != LICENSED:
        raise ApiError(400, 200, "Only available for Paid account.")
    kind = request.query.get("type", "past")
    if kind not in _KINDS:
        raise ApiError(400, 300, "Validation Failed.", "type")
    first, last = _window(request, state)
    found = [one for one in state.past if first <= one.started_at.date() <= last]
    rows = [
        {**totals(one), "has_recording": one.has_recording}
        for one in found
        if _is_of_kind(state, one, host, kind)
    ]
    span = {"from": first.isoformat(), "to": last.isoformat()}
    return web.json_response(span | paged(request, rows, "meetings"))


def _known(request: web.Request) -> PastMeeting:
    past = reported(request)
    if not is_shown(request.app[STATE], past):
        raise ApiError(404, 3001, "This meeting's detail info is not found or has expired.")
    return past


def _row(request: web.Request, past: PastMeeting, stay: Stay) -> Json:
    """A guest's row has no `participant_user_id` at all; nobody's has a `participant_uuid`."""
    shown = {
        "id": stay.person.account_user_id,
        **basics(past, stay),
        "duration": seconds_of(request.app[STATE], past, stay),
        "registrant_id": registrant_shown(request, stay),
        "customer_key": "",
        "bo_mtg_id": stay.room,
    }
    if stay.person.account_user_id:
        shown["participant_user_id"] = stay.person.account_user_id
    return shown


def _window(request: web.Request, state: State) -> tuple[date, date]:
    try:
        first = date.fromisoformat(request.query["from"])
        last = date.fromisoformat(request.query["to"])
    except (KeyError, ValueError):
        raise ApiError(400, 300, "Validation Failed.", "from") from None
    oldest = state.clock.now().date() - _HALF_A_YEAR
    if first > last or last - first > _LONGEST_WINDOW or first < oldest:
        raise ApiError(400, 300, "The date range is not allowed.", "from")
    return first, last


def _is_of_kind(state: State, past: PastMeeting, host: Host, kind: str) -> bool:
    is_own = past.host is host
    if kind == "pastJoined":
        ids = {one.person.account_user_id for one in past.stays}
        return (is_own or host.profile.user_id in ids) and is_shown(state, past)
    if kind == "pastOne":
        return is_own and len(past.attended) == 1
    return is_own and is_shown(state, past)
