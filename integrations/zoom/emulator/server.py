"""An emulated Zoom account: REST API, links people can open, signed webhooks, and faults to order.

It imports nothing of our Zoom client, so that a shared mistake cannot cancel itself. It is for
demonstrations and tests; whoever starts the service in production must not offer it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import aiohttp
from aiohttp import web

from integrations.zoom.emulator import control, hooks, pages, people
from integrations.zoom.emulator.api import add_api
from integrations.zoom.emulator.events import Events
from integrations.zoom.emulator.inside import Inside
from integrations.zoom.emulator.keys import EVENTS, INSIDE, LIVE, OUTBOX, SENDER, STATE
from integrations.zoom.emulator.live import Live
from integrations.zoom.emulator.settings import EmulatorSettings
from integrations.zoom.emulator.state import ApiError, State
from integrations.zoom.emulator.webhooks import Outbox

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_emulator(settings: EmulatorSettings | None = None) -> web.Application:
    """A new account with nothing in it."""
    state = State(settings or EmulatorSettings())
    app = web.Application(middlewares=[_as_zoom_states_errors])
    app[STATE] = state
    app[OUTBOX] = Outbox(state, state.settings.webhook_url)
    app[EVENTS] = Events(state, app[OUTBOX])
    app[LIVE] = Live(state, app[EVENTS])
    app[INSIDE] = Inside(state, app[EVENTS])
    app.cleanup_ctx.append(_deliver_in_background)
    add_api(app)
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
        web.post("/control/hosts", control.add_host),
        web.post("/control/hosts/{host}", control.change_host),
        web.post("/control/account", control.change_account),
        web.post("/control/options", control.change_options),
        web.post("/control/tokens/revoke", control.revoke_tokens),
        web.post("/control/clock", control.move_clock),
        web.post("/control/meetings", control.make_foreign_meeting),
        web.post("/control/meetings/{meeting_id}/settings", control.tamper),
        web.post("/control/meetings/{meeting_id}/{act}", control.act_on_meeting),
        web.post("/control/people/open", people.open_link),
        web.post("/control/people/{person}/{act}", people.act_as_person),
        web.get("/control/webhooks", hooks.order_webhooks),
        web.post("/control/webhooks", hooks.order_webhooks),
        web.post("/control/webhooks/flush", hooks.flush_webhooks),
        web.post("/control/webhooks/release", hooks.release_webhooks),
        web.post("/control/webhooks/validate", hooks.validate_url),
    ]


@web.middleware
async def _as_zoom_states_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """JSON for whoever asks for it, else XML."""
    try:
        return await handler(request)
    except ApiError as error:
        wants_json = "application/json" in request.headers.get("Accept", "")
        if not wants_json and request.path.startswith("/v2"):
            text = f"<result><code>{error.code}</code><message>{error.message}</message></result>"
            return web.Response(
                status=error.status,
                text=text,
                content_type="application/xml",
                headers=error.headers,
            )
        body: dict[str, object] = {"code": error.code, "message": error.message}
        if error.field_name:
            body["errors"] = [{"field": error.field_name, "message": error.message}]
        return web.json_response(body, status=error.status, headers=error.headers)


async def _deliver_in_background(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as session:
        app[SENDER] = session
        worker = asyncio.create_task(_keep_delivering(app, session))
        yield
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def _keep_delivering(app: web.Application, session: aiohttp.ClientSession) -> None:
    outbox = app[OUTBOX]
    while True:
        outbox.wake.clear()
        app[LIVE].tick()
        await outbox.deliver_due(session)
        with suppress(TimeoutError):
            await asyncio.wait_for(outbox.wake.wait(), timeout=0.5)
