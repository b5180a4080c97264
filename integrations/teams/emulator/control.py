"""The emulator's strings: faults, organisers, time and sight of its state, as JSON under /control."""

from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.emulation.faults import Fault
from integrations.teams.emulator import subscriptions
from integrations.teams.emulator.faults import KINDS
from integrations.teams.emulator.keys import LIVE, STATE, body_of, origin_of
from integrations.teams.emulator.making import make_meeting, new_passcode, wants_passcode
from integrations.teams.emulator.people import flush_webhooks, shown
from integrations.teams.emulator.settings import CHOICES, Options, graph_time
from integrations.teams.emulator.shapes import described
from integrations.teams.emulator.state import ApiError, Call, Meeting, State, Subscription

Json = dict[str, Any]

_ONE_HOUR = timedelta(hours=1)


async def show_state(request: web.Request) -> web.Response:
    """GET /control/state: clock, options, users, meetings with everyone in them, subscriptions."""
    state = request.app[STATE]
    meetings = state.meetings.values()
    return web.json_response(
        {
            "now": state.clock.now().isoformat(),
            "options": asdict(state.options),
            "users": [_user(state, one) for one in state.users],
            "meetings": [_shown(one) for one in meetings],
            "deleted": [one.meeting_id for one in meetings if one.is_deleted],
            "subscriptions": [_told(state, one) for one in state.subscriptions.values()],
        }
    )


async def show_calls(request: web.Request) -> web.Response:
    """GET /control/calls: every API call with its body, oldest first; DELETE forgets them."""
    calls = request.app[STATE].calls
    if request.method == "DELETE":
        calls.clear()
    return web.json_response({"calls": calls})


async def order_fault(request: web.Request) -> web.Response:
    """POST /control/faults {call, kind, times, status, form, skip}; DELETE clears all."""
    state = request.app[STATE]
    if request.method == "DELETE":
        state.faults.clear()
        return web.json_response({})
    body, names = await body_of(request), {one.name for one in fields(Fault)}
    if not {"call", "kind"} <= body.keys() <= names or body["kind"] not in KINDS:
        message = f"Fields are {', '.join(sorted(names))}; kinds are {', '.join(KINDS)}."
        raise ApiError(400, "BadRequest", message)
    fault = Fault(**body)
    state.faults.append(fault)
    return web.json_response(asdict(fault))


async def change_options(request: web.Request) -> web.Response:
    """POST /control/options {…}: any field of `Options`."""
    state, body = request.app[STATE], await body_of(request)
    names = {one.name for one in fields(Options)}
    if not body.keys() <= names:
        raise ApiError(400, "BadRequest", f"Options are {', '.join(sorted(names))}.")
    for name, allowed in CHOICES.items():
        if body.get(name, allowed[0]) not in allowed:
            raise ApiError(400, "BadRequest", f"{name} is one of {', '.join(allowed)}.")
    if "roles" in body:
        body["roles"] = tuple(body["roles"])
    state.options = replace(state.options, **body)
    return web.json_response(asdict(state.options))


async def change_user(request: web.Request) -> web.Response:
    """POST /control/organisers/{id or UPN} {policy_granted, licensed, enabled}."""
    state, body = request.app[STATE], await body_of(request)
    user = state.member(request.match_info["user_id"])
    if user is None:
        raise ApiError(404, "NotFound", "No such user.")
    user = replace(
        user,
        licensed=bool(body.get("licensed", user.licensed)),
        enabled=bool(body.get("enabled", user.enabled)),
    )
    if "policy_granted" in body:
        granted_at = state.clock.now() if body["policy_granted"] else None
        user = replace(user, policy_granted_at=granted_at)
    state.enlist(user)
    return web.json_response(_user(state, user.user_id))


async def revoke_tokens(request: web.Request) -> web.Response:
    """POST /control/tokens/revoke: every token given so far is dead."""
    request.app[STATE].tokens.clear()
    return web.json_response({})


async def rotate_keys(request: web.Request) -> web.Response:
    """POST /control/keys/rotate: from now on another key signs, and only it is published."""
    request.app[STATE].key_generation += 1
    return web.json_response({})


async def move_clock(request: web.Request) -> web.Response:
    """POST /control/clock {advance_seconds} or {set}; whatever falls due happens before it answers."""
    state, body = request.app[STATE], await body_of(request)
    if "set" in body:
        state.clock.stand_at(datetime.fromisoformat(body["set"]))
    state.clock.advance(timedelta(seconds=body.get("advance_seconds", 0)))
    await flush_webhooks(request)
    return web.json_response({"now": state.clock.now().isoformat()})


# --- meetings -------------------------------------------------------------------------------------


async def make_foreign_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings {organiser, …}: someone makes one by hand, past us."""
    state, body = request.app[STATE], await body_of(request)
    organiser = state.member(str(body.get("organiser")))
    if organiser is None:
        raise ApiError(404, "NotFound", "No such user.")
    now = state.clock.now()
    times = (now, now + _ONE_HOUR)
    meeting = make_meeting(state, organiser.user_id, body, times, origin_of(request))
    meeting.passcode = new_passcode(state) if wants_passcode(body) else None
    return web.json_response(described(request, meeting))


async def act_on_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings/{id}/{act}: end for all; delete; or `settings`, no questions asked."""
    state, wanted = request.app[STATE], request.match_info["meeting_id"]
    meeting = state.meeting_by("meeting_id", wanted) or state.meeting_by("join_meeting_id", wanted)
    if meeting is None:
        raise ApiError(404, "NotFound", "No such meeting.")
    match request.match_info["act"]:
        case "end":
            request.app[LIVE].end(meeting)
        case "delete":
            meeting.is_deleted = True
        case "settings":
            meeting.settings = {**meeting.settings, **await body_of(request)}
        case act:
            raise ApiError(404, "NotFound", f"No such act: {act}.")
    return web.json_response(_shown(meeting))


# --- what is shown --------------------------------------------------------------------------------


def _shown(meeting: Meeting) -> Json:
    return {
        "id": meeting.meeting_id,
        "join_meeting_id": meeting.join_meeting_id,
        "join_url": meeting.join_url,
        "organiser": meeting.organiser_id,
        "subject": meeting.subject,
        "starts_at": graph_time(meeting.starts_at),
        "ends_at": graph_time(meeting.ends_at),
        "has_passcode": meeting.passcode is not None,
        "settings": meeting.settings,
        "attendees": meeting.attendees,
        "external_id": meeting.external_id,
        "deleted": meeting.is_deleted,
        "resurrected": meeting.was_resurrected,
        "live": meeting.call is not None,
        "calls": [_call(one) for one in (*meeting.past, meeting.call) if one is not None],
        "people": [shown(meeting, one) for one in meeting.people.values()],
    }


def _call(call: Call) -> Json:
    return {
        "id": call.call_id,
        "started_at": graph_time(call.started_at),
        "ended_at": graph_time(call.ended_at) if call.ended_at else None,
        "recorded": call.is_recorded,
    }


def _told(state: State, one: Subscription) -> Json:
    return {
        **subscriptions.described(state, one),
        "meeting": one.meeting_id or None,
        "authorised_until": graph_time(one.authorised_until),
    }


def _user(state: State, user_id: str) -> Json:
    user = state.users[user_id]
    granted_at = user.policy_granted_at
    row = {**asdict(user), "policy_granted": granted_at is not None}
    return {**row, "policy_granted_at": graph_time(granted_at) if granted_at else None}
