"""The emulator's strings on webhooks: where to, what goes wrong, and what became of each."""

from datetime import timedelta

from aiohttp import web

from integrations.zoom.emulator.asked import body_of
from integrations.zoom.emulator.keys import OUTBOX, SENDER
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError
from integrations.zoom.emulator.webhooks import Ordered

_MODES = ("deliver", "drop", "double", "hold", "late")


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
    shown = {"url": outbox.url, "disabled": outbox.is_disabled}
    shown |= {"failed_validations": outbox.failed_validations, "events": rows}
    return web.json_response(shown)


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
