"""The calls of the API, and what every one of them goes through."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from integrations.emulation.faults import AFTER, take
from integrations.zoom.emulator import (
    accounts,
    dashboard,
    faults,
    in_meeting,
    limits,
    lists,
    meetings,
    past,
    registrants,
    reports,
    users,
)
from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.scopes import SCOPES
from integrations.zoom.emulator.state import ApiError, State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ACCOUNT = "/accounts/{account_id}"
_USER = "/users/{user_id}"
_MEETING = "/meetings/{meeting_id}"
_PAST = "/past_meetings/{meeting_id}"
_REGISTRANTS = f"{_MEETING}/registrants"
_REPORT = "/report/meetings/{meeting_id}"

# name (its scope is in SCOPES): method, path, rate-limit label, handler
API: dict[str, tuple[str, str, str, Handler]] = {
    "list_users": ("GET", "/users", "medium", users.list_users),
    "read_user": ("GET", _USER, "light", users.read_user),
    "read_settings": ("GET", f"{_USER}/settings", "medium", users.read_settings),
    "read_account": ("GET", f"{_ACCOUNT}/settings", "medium", users.read_account),
    "read_locks": ("GET", f"{_ACCOUNT}/lock_settings", "medium", users.read_locks),
    "create_meeting": ("POST", f"{_USER}/meetings", "light", meetings.create_meeting),
    "list_meetings": ("GET", f"{_USER}/meetings", "medium", lists.list_meetings),
    "list_upcoming": ("GET", f"{_USER}/upcoming_meetings", "medium", lists.list_upcoming),
    "read_meeting": ("GET", _MEETING, "light", meetings.read_meeting),
    "update_meeting": ("PATCH", _MEETING, "light", meetings.update_meeting),
    "delete_meeting": ("DELETE", _MEETING, "light", meetings.delete_meeting),
    "update_status": ("PUT", f"{_MEETING}/status", "light", meetings.update_status),
    "add_registrant": ("POST", _REGISTRANTS, "light", registrants.add_registrant),
    "add_registrants": (
        "POST",
        f"{_MEETING}/batch_registrants",
        "heavy",
        registrants.add_registrants,
    ),
    "list_registrants": ("GET", _REGISTRANTS, "medium", registrants.list_registrants),
    "update_registrants": (
        "PUT",
        f"{_REGISTRANTS}/status",
        "medium",
        registrants.update_registrants,
    ),
    "read_registrant": (
        "GET",
        f"{_REGISTRANTS}/{{registrant_id}}",
        "light",
        registrants.read_registrant,
    ),
    "delete_registrant": (
        "DELETE",
        f"{_REGISTRANTS}/{{registrant_id}}",
        "light",
        registrants.delete_registrant,
    ),
    "control_meeting": (
        "PATCH",
        "/live_meetings/{meeting_id}/events",
        "medium",
        in_meeting.control_meeting,
    ),
    "list_inside": (
        "GET",
        "/metrics/meetings/{meeting_id}/participants",
        "heavy",
        dashboard.list_inside,
    ),
    "read_past_meeting": ("GET", _PAST, "light", past.read_past_meeting),
    "list_past_instances": ("GET", f"{_PAST}/instances", "medium", past.list_past_instances),
    "list_past_participants": (
        "GET",
        f"{_PAST}/participants",
        "medium",
        past.list_past_participants,
    ),
    "report_meeting": ("GET", _REPORT, "heavy", reports.report_meeting),
    "report_participants": ("GET", f"{_REPORT}/participants", "heavy", reports.report_participants),
    "report_user": ("GET", "/report/users/{user_id}/meetings", "heavy", reports.report_user),
}


def add_api(app: web.Application) -> None:
    """Every call at its address."""
    app.router.add_post("/oauth/token", _call("token", "", accounts.give_token))
    for name, (method, path, label, handler) in API.items():
        app.router.add_route(method, f"/v2{path}", _call(name, label, handler))
    app.router.add_route("*", "/v2/{rest:.*}", _unknown)


async def _unknown(_: web.Request) -> web.Response:
    raise ApiError(404, 2300, "This API endpoint is not recognized.")


def _call(name: str, label: str, handler: Handler) -> Handler:
    """One call of the API: logged, limited, signed in, and subject to ordered faults."""

    async def answer(request: web.Request) -> web.StreamResponse:
        state = request.app[STATE]
        _log(state, name, request, await request.text())
        ordered = take(state.faults, name, faults.BEFORE)
        if ordered is not None:
            return await faults.before(request, ordered, state.clock.now())
        if label:
            limits.spend(state, label)
        if name in SCOPES:
            accounts.require_token(request, SCOPES[name])
        given = await handler(request)
        limits.stamp(state, label, given)
        ordered = take(state.faults, name, AFTER)
        return given if ordered is None else await faults.after(request, ordered, given)

    return answer


def _log(state: State, name: str, request: web.Request, body: str) -> None:
    at = state.clock.now().isoformat()
    path = request.raw_path
    state.calls.append(
        {"name": name, "method": request.method, "path": path, "body": body, "at": at}
    )
