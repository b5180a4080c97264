"""`POST /hooks/{provider}`: what providers tell us, stored before they get their answer.

A provider repeats what it did not see accepted, so a failure of ours is always a 503: a 4xx would
tell it to give up (https://developers.zoom.us/docs/api/webhooks/#event-delivery-retries).
"""

from aiohttp import web

from service.errors import NotFound, NotReady, StaleVersion
from service.policy.people import system
from service.ports import Challenge, Signal
from service.store.transactions import Refused
from service.web.intake import read_bytes
from service.workflows import watching
from service.workflows.deps import Deps

LARGEST = 256 * 1024
TRIES = 5
BY = system("webhook")


def add_to(app: web.Application, deps: Deps) -> None:
    """Take in the webhooks of every provider that is set up. The signature is the sign-in."""

    async def handle(request: web.Request) -> web.StreamResponse:
        provider = request.match_info["provider"]
        source = deps.signal_sources.get(provider)
        if source is None:
            raise NotFound
        body = await read_bytes(request, LARGEST)
        found = source.read(request.headers, body, deps.clock.now())
        if isinstance(found, Challenge):
            return web.json_response(dict(found.answer))
        await _take(deps, provider, found)
        return web.Response(status=204)

    app.router.add_post("/hooks/{provider}", handle)


async def _take(deps: Deps, provider: str, signal: Signal) -> None:
    """Store a signal. Losing a race for the session's rows is no reason to have it sent again."""
    command = watching.TakeSignal(provider, signal)
    for left in reversed(range(TRIES)):
        outcome = await deps.store.transact(watching.take_signal, command, by=BY)
        if not isinstance(outcome, Refused):
            return
        if not isinstance(outcome.error, StaleVersion) or not left:
            raise NotReady("This could not be taken in now. Send it again.") from outcome.error
