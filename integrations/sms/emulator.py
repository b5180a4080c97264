"""An emulated SMS gateway: takes messages, keeps them to be looked at, and fails to order.

It imports nothing of our client, so that a shared mistake cannot cancel itself. For demonstrations
and tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from integrations.emulation.faults import (
    AFTER,
    BEFORE,
    Fault,
    cut,
    dropped,
    hung,
    retry_after,
    take,
)

SEND = "send"
TAKEN = {"to", "from", "text", "reference"}


@dataclass(frozen=True)
class Text:
    """A message as it arrived on somebody's telephone."""

    to: str
    sender: str
    text: str
    reference: str


@dataclass
class Gateway:
    """Everything the gateway took. `dead` are numbers it refuses."""

    token: str
    texts: list[Text] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    tries: int = 0

    def take(self, body: dict[str, Any]) -> None:
        """Deliver a message, unless one with the same reference was taken before."""
        text = Text(body["to"], body["from"], body["text"], body["reference"])
        if text.reference not in {one.reference for one in self.texts}:
            self.texts.append(text)


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)


def create_emulator(token: str) -> web.Application:
    """A gateway that nobody has used yet."""
    app = web.Application(middlewares=[_with_faults])
    app[GATEWAY] = Gateway(token)
    app.add_routes(
        [
            web.post("/messages", _send, name=SEND),
            web.get("/control/texts", _show),
            web.post("/control/faults", _order),
            web.post("/control/dead", _bury),
        ]
    )
    return app


async def _send(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    if request.headers.get("Authorization") != f"Bearer {gateway.token}":
        return web.json_response({"error": "unauthorised"}, status=401)
    body = await request.json()
    if set(body) != TAKEN or request.headers.get("Idempotency-Key") != body["reference"]:
        return web.json_response({"error": "malformed"}, status=400)
    if body["to"] in gateway.dead:
        return web.json_response({"error": "no such number"}, status=422)
    gateway.take(body)
    return web.json_response({"id": body["reference"], "status": "accepted"}, status=202)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _with_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.match_info.route.name != SEND:
        return await handler(request)
    gateway = request.app[GATEWAY]
    gateway.tries += 1
    before = take(gateway.faults, SEND, BEFORE)
    if before is not None:
        return await _failed(request, before)
    answer = await handler(request)
    after = take(gateway.faults, SEND, AFTER)
    if after is None:
        return answer
    return (
        await cut(request, answer) if after.kind == "cut_after" else await _failed(request, after)
    )


async def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault.kind:
        case "drop_before" | "drop_after":
            return dropped(request)
        case "hang_before" | "hang_after":
            return await hung(request)
        case "rate_limit":
            return web.Response(status=429, headers=retry_after(fault.form, datetime.now(UTC)))
        case "unauthorised":
            return web.Response(status=401)
        case _:
            return web.Response(status=fault.status)


async def _show(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    return web.json_response(
        {"texts": [asdict(text) for text in gateway.texts], "tries": gateway.tries}
    )


async def _order(request: web.Request) -> web.Response:
    request.app[GATEWAY].faults.append(Fault(**await request.json()))
    return web.json_response({})


async def _bury(request: web.Request) -> web.Response:
    request.app[GATEWAY].dead.add((await request.json())["number"])
    return web.json_response({})
