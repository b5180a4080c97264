"""An emulated Microsoft 365 tenant: Graph, links people can open, encrypted notifications, faults.

It imports nothing of our Teams client, so that a shared mistake cannot cancel itself. It is for
demonstrations and tests; whoever starts the service in production must not offer it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import aiohttp
from aiohttp import web

from integrations.emulation.faults import AFTER, BEFORE, take
from integrations.teams.emulator import accounts, control, faults, pages, people
from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.keys import LIVE, OUTBOX, SENDER, STATE
from integrations.teams.emulator.live import Live
from integrations.teams.emulator.routes import API
from integrations.teams.emulator.settings import EmulatorSettings
from integrations.teams.emulator.state import ApiError, State
from integrations.teams.emulator.tending import deliver_all

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_emulator(settings: EmulatorSettings | None = None) -> web.Application:
    """A new tenant with its users and nothing else in it."""
    state = State(settings or EmulatorSettings())
    app = web.Application(middlewares=[_as_graph_states_errors])
    app[STATE] = state
    app[OUTBOX] = Outbox(state)
    app[LIVE] = Live(state, app[OUTBOX])
    app.cleanup_ctx.append(_deliver_in_background)
    give_token = _api_call("token", None, accounts.give_token)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", give_token)
    for name, (method, path, roles, handler) in API.items():
        app.router.add_route(method, path, _api_call(name, roles, handler))
    app.add_routes(_page_routes())
    app.add_routes(_control_routes())
    return app


def run(settings: EmulatorSettings, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve until interrupted. It has no sign-in of its own: keep it on this machine."""
    web.run_app(create_emulator(settings), host=host, port=port, access_log=None)


def _page_routes() -> list[web.RouteDef]:
    configuration = "/.well-known/openid-configuration"
    return [
        web.get(f"/common{configuration}", accounts.show_configuration),
        web.get(f"/common/v2.0{configuration}", accounts.show_configuration),
        web.get("/common/discovery/keys", accounts.show_keys),
        web.get("/l/meetup-join/{thread}/{message}", pages.open_link, allow_head=False),
        web.get("/meet", pages.ask_for_id),
        web.post("/join", pages.join),
        web.get("/room/{person}", pages.show_room),
        web.post("/room/{person}/{act}", pages.act_in_room),
    ]


def _control_routes() -> list[web.RouteDef]:
    return [
        web.get("/control/state", control.show_state),
        web.get("/control/calls", control.show_calls),
        web.delete("/control/calls", control.show_calls),
        web.post("/control/faults", control.order_fault),
        web.delete("/control/faults", control.order_fault),
        web.post("/control/options", control.change_options),
        web.post("/control/organisers/{user_id}", control.change_user),
        web.post("/control/tokens/revoke", control.revoke_tokens),
        web.post("/control/keys/rotate", control.rotate_keys),
        web.post("/control/clock", control.move_clock),
        web.post("/control/meetings", control.make_foreign_meeting),
        web.post("/control/meetings/{meeting_id}/{act}", control.act_on_meeting),
        web.post("/control/people/open", people.open_link),
        web.post("/control/people/{person}/{act}", people.act_as_person),
        web.get("/control/webhooks", people.order_webhooks),
        web.post("/control/webhooks", people.order_webhooks),
        web.post("/control/webhooks/flush", people.flush_webhooks),
        web.post("/control/webhooks/release", people.release_webhooks),
        web.post("/control/subscriptions/{subscription_id}/{event}", people.order_lifecycle),
    ]


def _api_call(name: str, roles: tuple[str, ...] | None, handler: Handler) -> Handler:
    """One call of the API: logged, signed in, and subject to ordered faults.

    `roles` are alternatives; an empty list asks for a token only, None not even for that.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        state = request.app[STATE]
        _log(state, name, request, await request.text())
        ordered = take(state.faults, name, BEFORE)
        if ordered is not None:
            return await faults.before(request, ordered, state.clock.now())
        if roles is not None:
            accounts.token_of(request)
        if roles:
            accounts.require_role(request, roles)
        given = await handler(request)
        ordered = take(state.faults, name, AFTER)
        if ordered is None:
            return given
        return await faults.after(request, ordered, given, state.clock.now())

    return answer


def _log(state: State, name: str, request: web.Request, body: str) -> None:
    at = state.clock.now().isoformat()
    path = request.raw_path
    state.calls.append(
        {"name": name, "method": request.method, "path": path, "body": body, "at": at}
    )


@web.middleware
async def _as_graph_states_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors in Graph's shape, and on every answer the ids a support case asks for."""
    state = request.app[STATE]
    request_id = state.new_guid()
    try:
        answer = await handler(request)
    except ApiError as error:
        body = faults.stated(error.code, error.message, state.clock.now(), request_id)
        headers = faults.FRACTIONAL if error.status == 429 else None
        answer = web.json_response(body, status=error.status, headers=headers)
    if not answer.prepared:
        answer.headers["request-id"] = request_id
        client_id = request.headers.get("client-request-id", request_id)
        answer.headers["client-request-id"] = client_id
    return answer


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
        await deliver_all(app[STATE], outbox, session)
        with suppress(TimeoutError):
            await asyncio.wait_for(outbox.wake.wait(), timeout=0.5)
