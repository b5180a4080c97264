"""Where the emulator's parts find each other in the application."""

import aiohttp
from aiohttp import web

from integrations.zoom.emulator.events import Events
from integrations.zoom.emulator.inside import Inside
from integrations.zoom.emulator.live import Live
from integrations.zoom.emulator.state import State
from integrations.zoom.emulator.webhooks import Outbox

STATE = web.AppKey("state", State)
OUTBOX = web.AppKey("outbox", Outbox)
EVENTS = web.AppKey("events", Events)
LIVE = web.AppKey("live", Live)
INSIDE = web.AppKey("inside", Inside)
SENDER = web.AppKey("sender", aiohttp.ClientSession)


def origin_of(request: web.Request) -> str:
    """The address people reach the emulator at."""
    told = request.app[STATE].settings.public_url.rstrip("/")
    return told or f"{request.scheme}://{request.host}"
