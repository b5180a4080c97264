"""The emulator's strings on people, as JSON under /control/people."""

from dataclasses import asdict
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from integrations.zoom.emulator.asked import body_of
from integrations.zoom.emulator.keys import INSIDE, LIVE, STATE
from integrations.zoom.emulator.pages import join_personal, join_public, start
from integrations.zoom.emulator.records import Meeting, Person
from integrations.zoom.emulator.state import ApiError

_JOIN_BY = {"j": join_public, "w": join_personal, "s": start}


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
    """POST /control/people/{person}/{act}; `rename` takes a name, `role` a role."""
    meeting, person = _person(request)
    body = await body_of(request) if request.can_read_body else {}
    live, inside = request.app[LIVE], request.app[INSIDE]
    match request.match_info["act"]:
        case "admit":
            live.admit(meeting, person)
        case "put_in_waiting_room":
            live.put_back(meeting, person)
        case "leave":
            live.go(meeting, person, f"{person.name} left the meeting.")
        case "drop":
            live.go(meeting, person, f"{person.name} got disconnected from the meeting.")
        case "remove":
            live.remove(meeting, person)
        case "rename":  # Zoom sends no event for this
            person.name = str(body.get("name", ""))
        case "role":
            inside.change_role(meeting, person, str(body.get("role", "co-host")))
        case "record" | "stop_recording" as act:
            inside.record(meeting, "started" if act == "record" else "stopped")
        case "companion" | "stop_companion" as act:
            inside.use_companion(meeting, "started" if act == "companion" else "stopped")
        case "enter_room":
            inside.enter_room(meeting, person)
        case "leave_room":
            inside.leave_room(meeting, person)
        case act:
            raise ApiError(404, 404, f"No such act: {act}.")
    return web.json_response(asdict(person))


def _person(request: web.Request) -> tuple[Meeting, Person]:
    state = request.app[STATE]
    for meeting in state.meetings.values():
        if request.match_info["person"] in meeting.people:
            return meeting, meeting.people[request.match_info["person"]]
    raise ApiError(404, 404, "No such person.")
