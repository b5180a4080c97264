"""What a person sees in a browser instead of Teams: say your name, wait, be let in, leave."""

from html import escape
from urllib.parse import unquote, urlsplit

from aiohttp import web

from integrations.teams.emulator import lobby
from integrations.teams.emulator.keys import LIVE, STATE
from integrations.teams.emulator.settings import EmulatedUser
from integrations.teams.emulator.state import ApiError, Meeting, Person, State

_TITLES = {
    "lobby": "Someone will let you in shortly",
    "inside": "You are in the meeting",
    "inactive": "You have lost the connection",
    "gone": "You are no longer in this meeting",
}
_NAME_FIELD = '<label>Your name <input name="name" required></label>'
_CODE_FIELDS = (
    '<label>Meeting ID <input name="join_meeting_id" required></label>'
    '<label>Passcode <input name="passcode"></label>'
)


async def open_link(request: web.Request) -> web.StreamResponse:
    """GET /l/meetup-join/{thread}/0: asks for a name; `?as=<upn>` is one who is signed in."""
    state = request.app[STATE]
    try:
        meeting = meeting_of_url(state, str(request.url))
        member = member_named(state, request.query.get("as", ""))
        request.app[LIVE].revive(meeting)
        if member is not None and not state.options.passcode_on_url:
            return _to_room(request.app[LIVE].knock(meeting, name_of(member), member))
    except ApiError as refusal:
        return _refused(refusal)
    code = '<label>Passcode <input name="passcode"></label>' if _is_asked(state, meeting) else ""
    upn = f'<input type="hidden" name="as" value="{escape(member.upn)}">' if member else ""
    form = f"{upn}{'' if member else _NAME_FIELD}{code}<button>Join now</button>"
    hidden = f'<input type="hidden" name="thread" value="{escape(meeting.thread_id)}">'
    return _page("Join the meeting", f'<form method="post" action="/join">{hidden}{form}</form>')


async def ask_for_id(_: web.Request) -> web.Response:
    """GET /meet: join by meeting ID and passcode."""
    form = f"{_CODE_FIELDS}{_NAME_FIELD}<button>Join now</button>"
    return _page("Join with a meeting ID", f'<form method="post" action="/join">{form}</form>')


async def join(request: web.Request) -> web.StreamResponse:
    """POST /join {thread | join_meeting_id, passcode, name, as}."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    try:
        return _to_room(enter(request.app, form)[1])
    except ApiError as refusal:
        return _refused(refusal)


async def show_room(request: web.Request) -> web.Response:
    """GET /room/{person}: where this person is; who may admit also sees who waits."""
    meeting, person = person_of(request)
    role = meeting.role_of(person)
    rows = [f"<p>Your name here: {escape(person.name)}. You are {role}.</p>"]
    if person.place == "inside":
        rows.append(_others(meeting, person))
    if person.place in ("inside", "lobby"):
        rows.append(_button(f"/room/{person.key}/leave", "Leave"))
    if lobby.is_lead(meeting, person):
        rows.append(_button(f"/room/{person.key}/end", "End meeting for all"))
    return _page(_TITLES[person.place], "".join(rows), refresh=person.place != "gone")


async def act_in_room(request: web.Request) -> web.StreamResponse:
    """POST /room/{person}/{act}: leave; admit or deny, for who may; end, for organisers."""
    meeting, person = person_of(request)
    live, act = request.app[LIVE], request.match_info["act"]
    other = meeting.people.get(str((await request.post()).get("person")))
    may_admit = lobby.may_admit(meeting, person)
    if act == "leave":
        live.go(meeting, person)
    elif act == "end" and lobby.is_lead(meeting, person):
        live.end(meeting)
    elif act == "admit" and may_admit and other is not None and other.place == "lobby":
        live.admit(meeting, other)
    elif act == "deny" and may_admit and other is not None and other.place == "lobby":
        live.go(meeting, other)
    else:
        return _refused(ApiError(403, "Forbidden", "You may not do this."))
    return _to_room(person)


# --- ways in, for pages and for the control address alike -------------------------------------------


def enter(app: web.Application, wish: dict[str, str]) -> tuple[Meeting, Person]:
    """Come by thread (the link) or by meeting ID and passcode, under a name or signed in."""
    state = app[STATE]
    if "join_meeting_id" in wish:
        digits = "".join(filter(str.isdigit, wish["join_meeting_id"]))
        meeting = state.meeting_by("join_meeting_id", digits)
        asks = True
    else:
        meeting = state.meeting_by("thread_id", wish.get("thread"))
        asks = state.options.passcode_on_url
    if meeting is None:
        raise ApiError(404, "NotFound", "This meeting does not exist.")
    if asks and meeting.passcode and wish.get("passcode") != meeting.passcode:
        raise ApiError(403, "Forbidden", "The passcode is wrong.")
    member = member_named(state, wish.get("as", ""))
    name = wish.get("name") or (name_of(member) if member else "iPad")
    return meeting, app[LIVE].knock(meeting, name, member)


def meeting_of_url(state: State, url: str) -> Meeting:
    """The meeting a join link leads to, deleted or not."""
    parts = urlsplit(url).path.split("/")
    thread = unquote(parts[3]) if len(parts) > 3 and parts[1:3] == ["l", "meetup-join"] else ""
    meeting = state.meeting_by("thread_id", thread)
    if meeting is None:
        raise ApiError(404, "NotFound", "This meeting does not exist.")
    return meeting


def member_named(state: State, upn: str) -> EmulatedUser | None:
    """Who is signed in; nobody, if no UPN is given."""
    member = state.member(upn) if upn else None
    if upn and (member is None or not member.enabled):
        raise ApiError(404, "NotFound", "This account does not exist.")
    return member


def name_of(member: EmulatedUser) -> str:
    """The display name of a member."""
    return member.upn.partition("@")[0]


def person_of(request: web.Request) -> tuple[Meeting, Person]:
    """The person in the path, with the meeting they came to; 404 without."""
    for meeting in request.app[STATE].meetings.values():
        if request.match_info["person"] in meeting.people:
            return meeting, meeting.people[request.match_info["person"]]
    raise ApiError(404, "NotFound", "No such person.")


# --- HTML -------------------------------------------------------------------------------------------


def _is_asked(state: State, meeting: Meeting) -> bool:
    return state.options.passcode_on_url and meeting.passcode is not None


def _others(meeting: Meeting, me: Person) -> str:
    inside = [escape(one.name) for one in meeting.at("inside")]
    rows = [f"<p>In the meeting: {', '.join(inside)}.</p>"]
    for one in meeting.at("lobby") if lobby.may_admit(meeting, me) else ():
        name = escape(one.name)
        rows.append(_button(f"/room/{me.key}/admit", f"Admit {name}", one.key))
        rows.append(_button(f"/room/{me.key}/deny", f"Deny {name}", one.key))
    return "".join(rows)


def _button(path: str, label: str, person: str = "") -> str:
    hidden = f'<input type="hidden" name="person" value="{escape(person)}">' if person else ""
    return f'<form method="post" action="{escape(path)}">{hidden}<button>{label}</button></form>'


def _to_room(person: Person) -> web.Response:
    """Elsewhere at once, so that reloading the page does not join a second time."""
    return web.Response(status=303, headers={"Location": f"/room/{person.key}"})


def _refused(refusal: ApiError) -> web.Response:
    return _page("You cannot join", f"<p>{escape(refusal.message)}</p>", status=refusal.status)


def _page(title: str, body: str, *, status: int = 200, refresh: bool = False) -> web.Response:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>{escape(title)}</title></head><body><p><strong>Emulated Teams: no real "
        f"meeting.</strong></p><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)
