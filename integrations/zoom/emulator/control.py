"""The emulator's strings: faults, hosts, time and sight of its state, as JSON under /control."""

from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.emulation.faults import AFTER
from integrations.zoom.emulator.asked import body_of
from integrations.zoom.emulator.faults import BEFORE, ZoomFault
from integrations.zoom.emulator.keys import EVENTS, INSIDE, LIVE, OUTBOX, SENDER, STATE
from integrations.zoom.emulator.meetings import make_meeting, make_personal, remove
from integrations.zoom.emulator.records import Meeting, Person
from integrations.zoom.emulator.settings import EmulatedHost
from integrations.zoom.emulator.shapes import changeable, described, difference, join_url
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]


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
    """POST /control/faults {call, kind, times, status, form, skip, code, message}; DELETE clears."""
    state = request.app[STATE]
    if request.method == "DELETE":
        state.faults.clear()
        return web.json_response({})
    fault = ZoomFault(**_known(await body_of(request)))
    if fault.kind not in BEFORE + AFTER:
        raise ApiError(400, 300, f"Kinds are {', '.join(BEFORE + AFTER)}.")
    state.faults.append(fault)
    return web.json_response(asdict(fault))


async def add_host(request: web.Request) -> web.Response:
    """POST /control/hosts {user_id, email, type, status}: a further user."""
    host = request.app[STATE].add_host(EmulatedHost(**await body_of(request)))
    return web.json_response(asdict(host.profile))


async def change_host(request: web.Request) -> web.Response:
    """POST /control/hosts/{host} {type, status, defaults, locked, passcode_rule, user_settings}."""
    host = request.app[STATE].host(request.match_info["host"])
    body = await body_of(request)
    profile = {name: body[name] for name in ("type", "status") if name in body}
    host.profile = replace(host.profile, **profile)
    for name in ("defaults", "locked", "passcode_rule", "user_settings"):
        if name in body:
            setattr(host, name, body[name])
    return web.json_response(asdict(host.profile))


async def change_account(request: web.Request) -> web.Response:
    """POST /control/account {settings, locks}: of the account, section by section."""
    state = request.app[STATE]
    body = await body_of(request)
    state.account_settings = body.get("settings", state.account_settings)
    state.account_locks = body.get("locks", state.account_locks)
    return web.json_response({"settings": state.account_settings, "locks": state.account_locks})


async def change_options(request: web.Request) -> web.Response:
    """POST /control/options: any of `Options`, or {plan: free, pro, business} for its limits."""
    unknown = request.app[STATE].options.change(await body_of(request))
    if unknown:
        raise ApiError(400, 300, f"There is no option {', '.join(unknown)}.")
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
    request.app[LIVE].tick()
    await request.app[OUTBOX].deliver_due(request.app[SENDER])
    return web.json_response({"now": state.clock.now().isoformat()})


# --- meetings -------------------------------------------------------------------------------------


async def make_foreign_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings {host, …}: someone makes one in the web portal, past us.

    Any `type` of a create, with `recurrence` for 8; or `pmi: true` for the host's personal room.
    """
    state = request.app[STATE]
    body = await body_of(request)
    host = state.host(str(body.get("host")))
    if body.get("pmi"):
        meeting = make_personal(state, host, body)
    else:
        meeting = make_meeting(state, host, body, source="web_portal")
    request.app[EVENTS].created(meeting, join_url(request, meeting))
    return web.json_response(described(request, meeting))


async def tamper(request: web.Request) -> web.Response:
    """POST /control/meetings/{id}/settings: settings as they are from now on, no questions asked."""
    meeting = _meeting(request)
    body = await body_of(request)
    before = changeable(meeting)
    meeting.password = body.pop("password", meeting.password)
    meeting.settings = {**meeting.settings, **body}
    request.app[EVENTS].changed(meeting, *difference(before, changeable(meeting)))
    return web.json_response(meeting.settings)


async def act_on_meeting(request: web.Request) -> web.Response:
    """POST /control/meetings/{id}/{act}: one of the acts below; some answer the person it made."""
    meeting = _meeting(request)
    body = await body_of(request) if request.can_read_body else {}
    app, act = request.app, request.match_info["act"]
    live, inside = app[LIVE], app[INSIDE]
    person: Person | None = None
    match act:
        case "end":
            live.end(meeting, "Host ended the meeting.")
        case "delete":
            remove(app, meeting)
        case "record" | "stop_recording":
            inside.record(meeting, "started" if act == "record" else "stopped")
        case "companion" | "stop_companion":
            inside.use_companion(meeting, "started" if act == "companion" else "stopped")
        case "sign_in":
            person = live.sign_in(meeting, str(body.get("name") or "Room host"))
        case "call_in":
            person = live.call_in(meeting, str(body.get("number") or "+44 20 7946 0000"))
        case "convert":
            meeting.is_webinar = True
        case "leak":
            app[EVENTS].risk(meeting, str(body.get("where") or "https://example.com/"))
        case _:
            raise ApiError(404, 404, f"No such act: {act}.")
    return web.json_response(asdict(person) if person else {})


# --- finding things -------------------------------------------------------------------------------


def _shown(meeting: Meeting) -> Json:
    return {
        "id": str(meeting.meeting_id),
        "uuid": meeting.occurrence,
        "host": meeting.host.profile.email,
        "topic": meeting.topic,
        "status": meeting.status,
        "type": meeting.type,
        "has_passcode": bool(meeting.password),
        "is_recording": meeting.is_recording,
        "companion_is_on": meeting.companion_is_on,
        "settings": meeting.settings,
        "registrants": [
            {"id": one.registrant_id, "email": one.email, "status": one.status}
            for one in meeting.registrants.values()
        ],
        "people": [asdict(one) for one in meeting.present],
    }


def _known(body: Json) -> Json:
    names = {one.name for one in fields(ZoomFault)}
    if not {"call", "kind"} <= body.keys() <= names:
        raise ApiError(400, 300, f"Fields are {', '.join(sorted(names))}.")
    return body


def _meeting(request: web.Request) -> Meeting:
    return request.app[STATE].meeting(request.match_info["meeting_id"])
