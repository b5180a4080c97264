"""The emulator's strings on people and on webhooks; see `emulator_control` for the rest."""

from dataclasses import asdict
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from integrations.zoom.emulator.keys import LIVE, OUTBOX, SENDER, STATE
from integrations.zoom.emulator.meetings import body_of
from integrations.zoom.emulator.pages import join_personal, join_public, start
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError, Meeting, Person
from integrations.zoom.emulator.webhooks import Ordered

_JOIN_BY = {"j": join_public, "w": join_personal, "s": start}
_MODES = ("deliver", "drop", "double", "hold", "late")


async def open_link(request: web.Request) -> web.Response:
    """POST /control/people/open {url, name}: a person opens a start, personal or public link."""
    body = await body_of(request)
    parts = urlsplit(str(body.get("url")))
    _, kind, number = [*parts.path.split("/"), "", ""][:3]
    if kind not in _JOIN_BY:
        raise ApiError(404, 404, "This is no link of the emulator's.")
    query = {**dict(parse_qsl(parts.query)), "name": body.get("name", "")}
    person = _JOIN_BY[kind](request.app, number, query)
    return web.json_response(asdict(person))


async def act_as_person(request: web.Request) -> web.Response:
    """POST /control/people/{person}/{act}: admit, leave, drop, remove, rename, role."""
    meeting, person = _person(request)
    body = await body_of(request) if request.can_read_body else {}
    live = request.app[LIVE]
    match request.match_info["act"]:
        case "admit":
            live.admit(meeting, person)
        case "leave":
            live.go(meeting, person, f"{person.name} left the meeting.")
        case "drop":
            live.go(meeting, person, f"{person.name} got disconnected from the meeting.")
        case "remove":
            live.go(meeting, person, "Removed by host.")
        case "rename":  # Zoom sends no event for this
            person.name = str(body.get("name", ""))
        case "role":
            live.change_role(meeting, person, str(body.get("role", "co-host")))
        case act:
            raise ApiError(404, 404, f"No such act: {act}.")
    return web.json_response(asdict(person))


def _person(request: web.Request) -> tuple[Meeting, Person]:
    state = request.app[STATE]
    for meeting in state.meetings.values():
        if request.match_info["person"] in meeting.people:
            return meeting, meeting.people[request.match_info["person"]]
    raise ApiError(404, 404, "No such person.")


# --- webhooks ---------------------------------------------------------------------------------------


async def order_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks {url, mode, events, late_seconds}; GET shows what became of each."""
    outbox = request.app[OUTBOX]
    if request.method == "POST":
        body = await body_of(request)
        outbox.url = body.get("url", outbox.url)
        mode = str(body.get("mode", "deliver"))
        if mode not in _MODES:
            raise ApiError(400, 300, f"Modes are {', '.join(_MODES)}.")
        late_for = timedelta(seconds=body.get("late_seconds", 0))
        outbox.ordered = Ordered(mode, tuple(body.get("events", ())), late_for)
    rows = [
        {
            "event": one.event,
            "state": one.state,
            "outcomes": one.outcomes,
            "request_id": one.request_id,
            "due_at": zoom_time(one.due_at) if one.due_at else None,
            "body": one.body.decode(),
        }
        for one in outbox.deliveries
    ]
    return web.json_response({"url": outbox.url, "disabled": outbox.is_disabled, "events": rows})


async def flush_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks/flush: answers once everything due has been tried."""
    await request.app[OUTBOX].deliver_due(request.app[SENDER])
    return web.json_response({})


async def release_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks/release {backwards}: deliver what was held."""
    body = await body_of(request) if request.can_read_body else {}
    request.app[OUTBOX].release(bool(body.get("backwards")))
    await request.app[OUTBOX].deliver_due(request.app[SENDER])
    return web.json_response({})


async def validate_url(request: web.Request) -> web.Response:
    """POST /control/webhooks/validate: ask our address to prove itself, now."""
    is_right = await request.app[OUTBOX].validate(request.app[SENDER])
    return web.json_response({"valid": is_right})
