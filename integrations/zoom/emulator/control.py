"""The emulator's strings: faults, hosts, time and sight of its state, as JSON under /control."""

from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.emulation.faults import AFTER, BEFORE, Fault
from integrations.zoom.emulator.keys import LIVE, OUTBOX, SENDER, STATE
from integrations.zoom.emulator.meetings import body_of, describe, make_meeting, remove
from integrations.zoom.emulator.state import ApiError, Meeting

Json = dict[str, Any]

_TUNABLE = ("page_cap", "rows_left_out", "answers_join_url", "scopes")


async def show_state(request: web.Request) -> web.Response:
    """GET /control/state: the clock, hosts, meetings with everyone in them, and the deleted."""
    state = request.app[STATE]
    return web.json_response(
        {
            "now": state.clock.now().isoformat(),
            "hosts": [asdict(host.profile) for host in state.hosts],
            "meetings": [_shown(one) for one in state.meetings.values()],
            "deleted": [str(one) for one in state.deleted],
        }
    )


async def show_calls(request: web.Request) -> web.Response:
    """GET /control/calls: every API call with its body, oldest first; DELETE forgets them."""
    calls = request.app[STATE].calls
    if request.method == "DELETE":
        calls.clear()
    return web.json_response({"calls": calls})


async def order_fault(request: web.Request) -> web.Response:
    """POST /control/faults {call, kind, times, status, form}; DELETE clears all."""
    state = request.app[STATE]
    if request.method == "DELETE":
        state.faults.clear()
        return web.json_response({})
    fault = Fault(**_known(await body_of(request), Fault))
    if fault.kind not in BEFORE + AFTER:
        raise ApiError(400, 300, f"Kinds are {', '.join(BEFORE + AFTER)}.")
    state.faults.append(fault)
    return web.json_response(asdict(fault))


async def change_host(request: web.Request) -> web.Response:
    """POST /control/hosts/{host} {type, status, defaults, locked, passcode_rule}."""
    host = request.app[STATE].host(request.match_info["host"])
    body = await body_of(request)
    profile = {name: body[name] for name in ("type", "status") if name in body}
    host.profile = replace(host.profile, **profile)
    for name in ("defaults", "locked", "passcode_rule"):
        if name in body:
            setattr(host, name, body[name])
    return web.json_response(asdict(host.profile))


async def change_options(request: web.Request) -> web.Response:
    """POST /control/options {listing_delay_seconds, page_cap, rows_left_out, answers_join_url, …}."""
    state = request.app[STATE]
    body = await body_of(request)
    if "listing_delay_seconds" in body:
        state.listing_delay = timedelta(seconds=body["listing_delay_seconds"])
    for name in _TUNABLE:
        if name in body:
            setattr(state, name, body[name])
    return web.json_response({})


async def revoke_tokens(request: web.Request) -> web.Response:
    """POST /control/tokens/revoke: every token given so far is dead."""
    request.app[STATE].tokens.clear()
    return web.json_response({})


async def move_clock(request: web.Request) -> web.Response:
    """POST /control/clock {advance_seconds} or {set}; whatever falls due happens before it answers."""
    state = request.app[STATE]
    body = await body_of(request)
    if "set" in body:
        state.clock.stand_at(datetime.fromisoformat(body["set"]))
    state.clock.advance(timedelta(seconds=body.get("advance_seconds", 0)))
    await request.app[OUTBOX].deliver_due(request.app[SENDER])
    return web.json_response({"now": state.clock.now().isoformat()})


# --- meetings -------------------------------------------------------------------------------------


async def make_foreign_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings {host, …}: someone makes one in the web portal, past us."""
    state = request.app[STATE]
    body = await body_of(request)
    meeting = make_meeting(state, state.host(str(body.get("host"))), body)
    shown = describe(request, meeting)
    request.app[LIVE].announce(
        "meeting.created",
        meeting,
        lambda: {"join_url": shown["join_url"], "creation_source": "web_portal"},
    )
    return web.json_response(shown)


async def tamper(request: web.Request) -> web.Response:
    """POST /control/meetings/{id}/settings: settings as they are from now on, no questions asked."""
    meeting = _meeting(request)
    body = await body_of(request)
    meeting.password = body.pop("password", meeting.password)
    meeting.settings = {**meeting.settings, **body}
    return web.json_response(meeting.settings)


async def act_on_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings/{id}/{act}: end, record, delete, or leak the start link."""
    meeting, live = _meeting(request), request.app[LIVE]
    match request.match_info["act"]:
        case "end":
            live.end(meeting, "Host ended the meeting.")
        case "record":
            live.record(meeting)
        case "delete":
            remove(request.app, meeting)
        case act:
            raise ApiError(404, 404, f"No such act: {act}.")
    return web.json_response({})


# --- finding things -------------------------------------------------------------------------------


def _shown(meeting: Meeting) -> Json:
    return {
        "id": str(meeting.meeting_id),
        "uuid": meeting.occurrence,
        "host": meeting.host.profile.email,
        "topic": meeting.topic,
        "status": meeting.status,
        "has_passcode": bool(meeting.password),
        "settings": meeting.settings,
        "registrants": [
            {"id": one.registrant_id, "email": one.email, "status": one.status}
            for one in meeting.registrants.values()
        ],
        "people": [asdict(one) for one in meeting.present],
    }


def _known(body: Json, shape: type[Fault]) -> Json:
    names = {one.name for one in fields(shape)}
    if not {"call", "kind"} <= body.keys() <= names:
        raise ApiError(400, 300, f"Fields are {', '.join(sorted(names))}.")
    return body


def _meeting(request: web.Request) -> Meeting:
    return request.app[STATE].meeting(request.match_info["meeting_id"])
