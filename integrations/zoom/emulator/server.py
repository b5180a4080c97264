"""An emulated Zoom account: REST API, links people can open, signed webhooks, and faults to order.

It imports nothing of our Zoom client, so that a shared mistake cannot cancel itself. It is for
demonstrations and tests; whoever starts the service in production must not offer it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import aiohttp
from aiohttp import web

from integrations.emulation.faults import AFTER, BEFORE, take
from integrations.zoom.emulator import (
    accounts,
    control,
    faults,
    meetings,
    pages,
    people,
    registrants,
)
from integrations.zoom.emulator.keys import LIVE, OUTBOX, SENDER, STATE
from integrations.zoom.emulator.live import Live
from integrations.zoom.emulator.settings import EmulatorSettings
from integrations.zoom.emulator.state import ApiError, State
from integrations.zoom.emulator.webhooks import Outbox

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# name: method, path, scope, rate-limit label, handler
API: dict[str, tuple[str, str, str, str, Handler]] = {
    "read_user": (
        "GET",
        "/users/{user_id}",
        "user:read:user:admin",
        "light",
        accounts.read_user,
    ),
    "read_settings": (
        "GET",
        "/users/{user_id}/settings",
        "user:read:settings:admin",
        "medium",
        accounts.read_settings,
    ),
    "create_meeting": (
        "POST",
        "/users/{user_id}/meetings",
        "meeting:write:meeting:admin",
        "light",
        meetings.create_meeting,
    ),
    "list_meetings": (
        "GET",
        "/users/{user_id}/meetings",
        "meeting:read:list_meetings:admin",
        "medium",
        meetings.list_meetings,
    ),
    "read_meeting": (
        "GET",
        "/meetings/{meeting_id}",
        "meeting:read:meeting:admin",
        "light",
        meetings.read_meeting,
    ),
    "update_meeting": (
        "PATCH",
        "/meetings/{meeting_id}",
        "meeting:update:meeting:admin",
        "light",
        meetings.update_meeting,
    ),
    "delete_meeting": (
        "DELETE",
        "/meetings/{meeting_id}",
        "meeting:delete:meeting:admin",
        "light",
        meetings.delete_meeting,
    ),
    "update_status": (
        "PUT",
        "/meetings/{meeting_id}/status",
        "meeting:update:status:admin",
        "light",
        meetings.update_status,
    ),
    "read_past_meeting": (
        "GET",
        "/past_meetings/{meeting_id}",
        "meeting:read:past_meeting:admin",
        "light",
        meetings.read_past_meeting,
    ),
    "add_registrant": (
        "POST",
        "/meetings/{meeting_id}/registrants",
        "meeting:write:registrant:admin",
        "light",
        registrants.add_registrant,
    ),
    "list_registrants": (
        "GET",
        "/meetings/{meeting_id}/registrants",
        "meeting:read:list_registrants:admin",
        "medium",
        registrants.list_registrants,
    ),
    "update_registrants": (
        "PUT",
        "/meetings/{meeting_id}/registrants/status",
        "meeting:update:registrant_status:admin",
        "medium",
        registrants.update_registrants,
    ),
}


def create_emulator(settings: EmulatorSettings | None = None) -> web.Application:
    """A new account with nothing in it."""
    state = State(settings or EmulatorSettings())
    app = web.Application(middlewares=[_as_zoom_states_errors])
    app[STATE] = state
    app[OUTBOX] = Outbox(state, state.settings.webhook_url)
    app[LIVE] = Live(state, app[OUTBOX])
    app.cleanup_ctx.append(_deliver_in_background)
    app.router.add_post("/oauth/token", _api_call("token", "", "", accounts.give_token))
    for name, (method, path, scope, label, handler) in API.items():
        app.router.add_route(method, f"/v2{path}", _api_call(name, scope, label, handler))
    app.add_routes(_page_routes())
    app.add_routes(_control_routes())
    return app


def run(settings: EmulatorSettings, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve until interrupted. It has no sign-in of its own: keep it on this machine."""
    web.run_app(create_emulator(settings), host=host, port=port, access_log=None)


def _page_routes() -> list[web.RouteDef]:
    return [
        web.get("/j/{meeting_id}", pages.open_public_link, allow_head=False),
        web.get("/w/{meeting_id}", pages.open_personal_link, allow_head=False),
        web.get("/s/{meeting_id}", pages.open_start_link, allow_head=False),
        web.get("/room/{meeting_id}/{person}", pages.show_room),
        web.post("/room/{meeting_id}/{person}/{act}", pages.act_in_room),
    ]


def _control_routes() -> list[web.RouteDef]:
    return [
        web.get("/control/state", control.show_state),
        web.get("/control/calls", control.show_calls),
        web.delete("/control/calls", control.show_calls),
        web.post("/control/faults", control.order_fault),
        web.delete("/control/faults", control.order_fault),
        web.post("/control/hosts/{host}", control.change_host),
        web.post("/control/options", control.change_options),
        web.post("/control/tokens/revoke", control.revoke_tokens),
        web.post("/control/clock", control.move_clock),
        web.post("/control/meetings", control.make_foreign_meeting),
        web.post("/control/meetings/{meeting_id}/settings", control.tamper),
        web.post("/control/meetings/{meeting_id}/{act}", control.act_on_meeting),
        web.post("/control/people/open", people.open_link),
        web.post("/control/people/{person}/{act}", people.act_as_person),
        web.get("/control/webhooks", people.order_webhooks),
        web.post("/control/webhooks", people.order_webhooks),
        web.post("/control/webhooks/flush", people.flush_webhooks),
        web.post("/control/webhooks/release", people.release_webhooks),
        web.post("/control/webhooks/validate", people.validate_url),
    ]


def _api_call(name: str, scope: str, label: str, handler: Handler) -> Handler:
    """One call of the API: logged, limited, signed in, and subject to ordered faults."""

    async def answer(request: web.Request) -> web.StreamResponse:
        state = request.app[STATE]
        _log(state, name, request, await request.text())
        ordered = take(state.faults, name, BEFORE)
        if ordered is not None:
            return await faults.before(request, ordered, state.clock.now())
        _limit(state, label)
        if scope:
            accounts.require_token(request, scope)
        given = await handler(request)
        ordered = take(state.faults, name, AFTER)
        return given if ordered is None else await faults.after(request, ordered, given)

    return answer


def _log(state: State, name: str, request: web.Request, body: str) -> None:
    at = state.clock.now().isoformat()
    path = request.raw_path
    state.calls.append(
        {"name": name, "method": request.method, "path": path, "body": body, "at": at}
    )


def _limit(state: State, label: str) -> None:
    """So many calls per second and label, for the whole account."""
    most = state.settings.per_second.get(label, 0)
    if not most:
        return
    second = int(state.clock.now().timestamp())
    if state.spent.get(label, (0, 0))[0] != second:
        state.spent[label] = (second, 0)
    count = state.spent[label][1]
    if count >= most:
        message = "You have reached the maximum per-second rate limit for this API."
        raise ApiError(429, 429, message)
    state.spent[label] = (second, count + 1)


@web.middleware
async def _as_zoom_states_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """JSON for whoever asks for it, else XML."""
    try:
        return await handler(request)
    except ApiError as error:
        wants_json = "application/json" in request.headers.get("Accept", "")
        if not wants_json and request.path.startswith("/v2"):
            text = f"<result><code>{error.code}</code><message>{error.message}</message></result>"
            return web.Response(status=error.status, text=text, content_type="application/xml")
        body: dict[str, object] = {"code": error.code, "message": error.message}
        if error.field_name:
            body["errors"] = [{"field": error.field_name, "message": error.message}]
        return web.json_response(body, status=error.status)


async def _deliver_in_background(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as session:
        app[SENDER] = session
        worker = asyncio.create_task(_keep_delivering(app[OUTBOX], session))
        yield
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def _keep_delivering(outbox: Outbox, session: aiohttp.ClientSession) -> None:
    while True:
        outbox.wake.clear()
        await outbox.deliver_due(session)
        with suppress(TimeoutError):
            await asyncio.wait_for(outbox.wake.wait(), timeout=0.5)
