"""Online meetings over the API.

https://learn.microsoft.com/graph/api/resources/onlinemeeting
"""

import binascii
import re
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.emulation.faults import take
from integrations.teams.emulator import attendees, fields
from integrations.teams.emulator.directory import acting_for
from integrations.teams.emulator.keys import STATE, body_of, origin_of
from integrations.teams.emulator.making import (
    LIVES_FOR,
    make_meeting,
    new_passcode,
    wants_passcode,
)
from integrations.teams.emulator.shapes import described
from integrations.teams.emulator.state import ApiError, Meeting, State

Json = dict[str, Any]

_TAKEN_WITH_EXTERNAL_ID = ("subject", "participants")
WEAKER = {"scope": "everyone", "isDialInBypassEnabled": True}
_FILTER = re.compile(
    r"\s*(joinweburl|joinmeetingidsettings/joinmeetingid)\s+eq\s+'((?:[^']|'')*)'\s*", re.IGNORECASE
)


async def create_meeting(request: web.Request) -> web.Response:
    """POST /users/{id}/onlineMeetings → 201. Not idempotent; no calendar, no invitations."""
    state = request.app[STATE]
    organiser = acting_for(state, request.match_info["user_id"])
    body = await body_of(request)
    if body.get("externalId") is not None:
        raise fields.bad("externalId is only supported for createOrGet.")
    if not body.get("subject"):
        raise fields.bad("Property 'subject' is required.")
    needs_passcode = wants_passcode(body)
    times = _required_times(state, body)
    meeting = make_meeting(state, organiser.user_id, body, times, origin_of(request))
    if needs_passcode and not take(state.faults, "create_meeting", ("no_passcode",)):
        meeting.passcode = new_passcode(state)
    _weaken(state, "create_meeting", meeting)
    return web.json_response(described(request, meeting), status=201)


async def create_or_get(request: web.Request) -> web.Response:
    """POST …/onlineMeetings/createOrGet → 201 made, 200 found. A passcode is ignored by design."""
    state = request.app[STATE]
    organiser = acting_for(state, request.match_info["user_id"])
    body = await body_of(request)
    external_id = body.get("externalId")
    if not isinstance(external_id, str) or not external_id:
        raise fields.bad("externalId is required.")
    found = state.meeting_by(organiser.user_id, external_id)
    if found is not None and not found.is_deleted:
        return web.json_response(described(request, found))
    known: Json = {name: body[name] for name in _TAKEN_WITH_EXTERNAL_ID if name in body}
    times = _assumed_times(state, body)
    meeting = make_meeting(state, organiser.user_id, known, times, origin_of(request))
    state.name_externally(meeting, external_id)
    return web.json_response(described(request, meeting), status=201)


async def find_meeting(request: web.Request) -> web.Response:
    """GET …/onlineMeetings?$filter=: by join URL or meeting id only; there is no list."""
    state = request.app[STATE]
    user = acting_for(state, request.match_info["user_id"])
    asked = _FILTER.fullmatch(request.query.get("$filter", ""))
    if asked is None:
        raise ApiError(400, "", "The query specified in the URI is not valid.")
    value = asked[2].replace("''", "'")
    by_url = asked[1].lower() == "joinweburl"
    if by_url and ("://" not in value or "%3a" not in value.lower()):
        raise fields.bad("1026: An error has occurred.")
    found = state.meeting_by("join_url" if by_url else "join_meeting_id", value)
    if found is not None and found.is_deleted:
        found = None
    if found is not None and found.organiser_id != user.user_id:
        raise ApiError(403, "Forbidden", "3003: User does not have access to lookup meeting.")
    rows = [described(request, found)] if found else []
    return web.json_response({"value": rows})


async def read_meeting(request: web.Request) -> web.Response:
    """GET …/onlineMeetings/{id}; 404 after a delete, until somebody opens the link again."""
    return web.json_response(described(request, meeting_of(request)))


async def update_meeting(request: web.Request) -> web.Response:
    """PATCH …/onlineMeetings/{id} → 200, all or nothing. Attendees come as a whole list.

    https://learn.microsoft.com/graph/api/onlinemeeting-update
    """
    state, meeting = request.app[STATE], meeting_of(request)
    body = await body_of(request)
    fields.refuse_fixed(body)
    settings = fields.stated(body, meeting.settings)
    listed = attendees.listed(state, body, settings, meeting.organiser_id, meeting.attendees)
    if "startDateTime" in body or "endDateTime" in body:
        meeting.starts_at, meeting.ends_at = _required_times(state, body, both=True)
    meeting.settings, meeting.attendees = settings, listed
    meeting.subject = str(body.get("subject", meeting.subject))
    meeting.expires_at = max(state.clock.now(), meeting.ends_at) + LIVES_FOR
    _weaken(state, "update_meeting", meeting)
    return web.json_response(described(request, meeting))


async def delete_meeting(request: web.Request) -> web.Response:
    """DELETE …/onlineMeetings/{id} → 204. Nobody is put out, and the link goes on working."""
    meeting_of(request).is_deleted = True
    return web.Response(status=204)


def meeting_of(request: web.Request) -> Meeting:
    """The meeting in the path, of the organiser in the path: 400, 403 or 404 without."""
    state, opaque = request.app[STATE], request.match_info["meeting_id"]
    user = acting_for(state, request.match_info["user_id"])
    organiser_id = organiser_in(opaque)
    if organiser_id != user.user_id:
        message = f"Organizer Id mismatch, meeting organizer {organiser_id}."
        raise ApiError(404, "NotFound", message)
    meeting = state.meeting_by("meeting_id", opaque)
    if meeting is None or meeting.is_deleted:
        raise ApiError(404, "NotFound", "The meeting was not found.")
    return meeting


def organiser_in(opaque: str) -> str:
    """Whose meeting it is, by the layout of its id; 400 if it has another."""
    try:
        layout = b64decode(opaque, validate=True).decode().split("*")
    except (binascii.Error, ValueError):
        layout = []
    if len(layout) != 5 or layout[0] != "1":
        raise fields.bad(f"Invalid meeting id {opaque}.")
    return layout[1]


# --- times ------------------------------------------------------------------------------------------


def _required_times(state: State, body: Json, *, both: bool = False) -> tuple[datetime, datetime]:
    starts_at, ends_at = fields.instant(body, "startDateTime"), fields.instant(body, "endDateTime")
    if ends_at is None or (both and starts_at is None):
        raise fields.bad("Properties 'startDateTime' and 'endDateTime' go together.")
    return _in_order(starts_at or state.clock.now(), ends_at)


def _assumed_times(state: State, body: Json) -> tuple[datetime, datetime]:
    """createOrGet: now, and an hour, where nothing is said; an end alone is a fault."""
    starts_at, ends_at = fields.instant(body, "startDateTime"), fields.instant(body, "endDateTime")
    if starts_at is None and ends_at is not None:
        raise fields.bad("Property 'startDateTime' is required with 'endDateTime'.")
    begins_at = starts_at or state.clock.now()
    return _in_order(begins_at, ends_at or begins_at + timedelta(hours=1))


def _in_order(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    if ends_at < starts_at:
        raise fields.bad("Property 'endDateTime' is before 'startDateTime'.")
    return starts_at, ends_at


def _weaken(state: State, call: str, meeting: Meeting) -> None:
    """An ordered fault: a tenant policy has the last word, and says so in the answer."""
    if take(state.faults, call, ("weaker",)):
        admitters = "organizerAndCoOrganizersAndPresenters"
        weaker = {"lobbyBypassSettings": dict(WEAKER), "allowedLobbyAdmitters": admitters}
        meeting.settings = {**meeting.settings, **weaker}
