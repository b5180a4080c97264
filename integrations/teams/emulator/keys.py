"""Where the emulator's parts find each other in the application."""

import json
from typing import Any

import aiohttp
from aiohttp import web

from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.live import Live
from integrations.teams.emulator.state import ApiError, State

STATE = web.AppKey("state", State)
OUTBOX = web.AppKey("outbox", Outbox)
LIVE = web.AppKey("live", Live)
SENDER = web.AppKey("sender", aiohttp.ClientSession)


def origin_of(request: web.Request) -> str:
    """The address the emulator is reached at."""
    told = request.app[STATE].settings.public_url.rstrip("/")
    return told or f"{request.scheme}://{request.host}"


async def body_of(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; anything else is a bad request."""
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApiError(400, "BadRequest", "Unable to read JSON request payload.")
    return found
