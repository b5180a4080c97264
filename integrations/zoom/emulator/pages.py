"""What a person sees in a browser instead of Zoom's application: wait, be let in, leave."""

from html import escape

from aiohttp import web

from integrations.zoom.emulator.keys import LIVE, STATE
from integrations.zoom.emulator.records import Meeting, Person
from integrations.zoom.emulator.registrants import registrant_of
from integrations.zoom.emulator.state import ApiError, State

_TITLES = {
    "before_start": "Waiting for the host to start this meeting",
    "waiting_room": "You are in the waiting room",
    "inside": "You are in the meeting",
    "gone": "You are no longer in this meeting",
}


async def open_public_link(request: web.Request) -> web.StreamResponse:
    """GET /j/{id}: needs the passcode token, and refuses where a registration is needed."""
    try:
        person = join_public(request.app, request.match_info["meeting_id"], request.query)
    except ApiError as refusal:
        return _refused(refusal)
    return _to_room(request, person)


async def open_personal_link(request: web.Request) -> web.StreamResponse:
    """GET /w/{id}?tk=: the way in of one registrant."""
    try:
        person = join_personal(request.app, request.match_info["meeting_id"], request.query)
    except ApiError as refusal:
        return _refused(refusal)
    return _to_room(request, person)


async def open_start_link(request: web.Request) -> web.StreamResponse:
    """GET /s/{id}?zak=: starts the meeting as its host, as Zoom's own link does."""
    try:
        person = start(request.app, request.match_info["meeting_id"], request.query)
    except ApiError as refusal:
        return _refused(refusal)
    return _to_room(request, person)


async def show_room(request: web.Request) -> web.Response:
    """GET /room/{id}/{person}: where this person is; the host also sees who waits."""
    meeting, person = _person(request)
    rows = [f"<p>Meeting {meeting.meeting_id}. Your name here: {escape(person.name)}.</p>"]
    if person.place == "inside":
        rows += [_others(meeting, person)]
    if person.place != "gone":
        rows.append(_button(_path(meeting, person, "leave"), "Leave"))
    return _page(_TITLES[person.place], "".join(rows), refresh=person.place != "gone")


async def act_in_room(request: web.Request) -> web.StreamResponse:
    """POST /room/{id}/{person}/{act}: leave, or as host admit one person or end for all."""
    meeting, person = _person(request)
    live, act = request.app[LIVE], request.match_info["act"]
    if act == "leave":
        live.go(meeting, person, f"{person.name} left the meeting.")
    elif person.role == "attendee":
        return _refused(ApiError(403, 403, "Only the host may do this."))
    elif act == "end":
        live.end(meeting, "Host ended the meeting.")
    else:
        form = await request.post()
        other = meeting.people.get(str(form.get("person")))
        if other is not None and other.place == "waiting_room":
            live.admit(meeting, other)
    return _to_room(request, person)


# --- what links do, for pages and for the control address alike -----------------------------------


def join_public(app: web.Application, meeting_id: str, query: object) -> Person:
    """Join by the public link."""
    meeting = _meeting_of(app[STATE], meeting_id)
    if meeting.settings["approval_type"] != 2:
        raise ApiError(403, 403, "This meeting is for registered participants only.")
    if meeting.password and _value(query, "pwd") != meeting.link_token:
        raise ApiError(403, 403, "The passcode is wrong.")
    return app[LIVE].knock(meeting, _value(query, "name") or "iPad", None)


def join_personal(app: web.Application, meeting_id: str, query: object) -> Person:
    """Join by a registrant's link."""
    meeting = _meeting_of(app[STATE], meeting_id)
    registrant = registrant_of(meeting, _value(query, "tk"))
    if registrant is None:
        raise ApiError(403, 403, "This registration link is not valid.")
    name = _value(query, "name") or f"{registrant.first_name} {registrant.last_name}"
    return app[LIVE].knock(meeting, name, registrant)


def start(app: web.Application, meeting_id: str, query: object) -> Person:
    """Start by the host's link."""
    return app[LIVE].start(_meeting_of(app[STATE], meeting_id), _value(query, "zak"))


def _value(query: object, name: str) -> str:
    get = getattr(query, "get", None)
    return str(get(name) or "") if callable(get) else ""


def _meeting_of(state: State, meeting_id: str) -> Meeting:
    try:
        return state.meeting(meeting_id)
    except ApiError:
        raise ApiError(404, 3001, "This meeting does not exist or has been deleted.") from None


def _person(request: web.Request) -> tuple[Meeting, Person]:
    state = request.app[STATE]
    number = request.match_info["meeting_id"]
    meeting = next(
        (
            one
            for held in (state.meetings, state.deleted)
            for one in held.values()
            if str(one.meeting_id) == number
        ),
        None,
    )
    person = meeting.people.get(request.match_info["person"]) if meeting else None
    if meeting is None or person is None:
        raise web.HTTPNotFound(text="There is nothing here.")
    return meeting, person


# --- HTML -----------------------------------------------------------------------------------------


def _others(meeting: Meeting, me: Person) -> str:
    inside = [escape(one.name) for one in meeting.present if one.place == "inside"]
    rows = [f"<p>In the meeting: {', '.join(inside)}.</p>"]
    if me.role == "attendee":
        return rows[0]
    for one in meeting.present:
        if one.place == "waiting_room":
            label = f"Admit {escape(one.name)}"
            rows.append(_button(_path(meeting, me, "admit"), label, one.key))
    rows.append(_button(_path(meeting, me, "end"), "End for all"))
    return "".join(rows)


def _button(path: str, label: str, person: str = "") -> str:
    hidden = f'<input type="hidden" name="person" value="{escape(person)}">' if person else ""
    return f'<form method="post" action="{escape(path)}">{hidden}<button>{label}</button></form>'


def _path(meeting: Meeting, person: Person, act: str) -> str:
    return f"/room/{meeting.meeting_id}/{person.key}/{act}"


def _to_room(request: web.Request, person: Person) -> web.Response:
    """Elsewhere at once, so that reloading the page does not join a second time."""
    number = request.match_info["meeting_id"]
    return web.Response(status=303, headers={"Location": f"/room/{number}/{person.key}"})


def _refused(refusal: ApiError) -> web.Response:
    return _page("You cannot join", f"<p>{escape(refusal.message)}</p>", status=refusal.status)


def _page(title: str, body: str, *, status: int = 200, refresh: bool = False) -> web.Response:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>{escape(title)}</title></head><body><p><strong>Emulated Zoom: no real "
        f"meeting.</strong></p><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)
