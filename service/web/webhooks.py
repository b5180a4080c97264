"""`POST /hooks/{provider}`: what providers tell us, stored before they get their answer.

A provider repeats what it did not see accepted, so a failure of ours is always a 503: a 4xx would
tell it to give up (https://developers.zoom.us/docs/api/webhooks/#event-delivery-retries and
https://learn.microsoft.com/graph/change-notifications-delivery-webhooks).
"""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from service.errors import NotFound, NotReady, NotSignedIn
from service.policy.people import system
from service.ports import Challenge, Heard, Posted
from service.store.transactions import Refused, Tx
from service.store.watch import watches
from service.web.intake import read_bytes
from service.workflows.deps import Deps
from service.workflows.watch import listening, watching

C = TypeVar("C")

LARGEST = 512 * 1024
BY = system("webhook")


def add_to(app: web.Application, deps: Deps) -> None:
    """Take in the webhooks of every provider that is set up. The signature is the sign-in."""

    async def handle(request: web.Request) -> web.StreamResponse:
        provider = request.match_info["provider"]
        source = deps.signal_sources.get(provider)
        if source is None:
            raise NotFound
        body = await read_bytes(request, LARGEST)
        try:
            found = await source.read(
                Posted(request.headers, request.query, body), deps.clock.now()
            )
        except NotSignedIn:
            if provider not in deps.watchers:
                raise
            # Microsoft sends again for hours whatever is not accepted, and slows down the rest:
            # https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
            return web.Response(status=202)
        if isinstance(found, Challenge):
            if provider not in deps.watchers:  # theirs is unsigned: anybody could make us write
                await _take(deps, watches.note_proof, provider)
            return web.Response(text=found.answer, content_type=found.content_type)
        await _take_all(deps, provider, found)
        if found.again:
            raise NotReady("Not all of this could be judged now. Send it again.")
        return web.Response(status=204)

    app.router.add_post("/hooks/{provider}", handle)


async def _take_all(deps: Deps, provider: str, heard: Heard) -> None:
    """Each on its own: what is stored stays stored when a later one fails, and is known by then."""
    for signal in heard.signals:
        await _take(deps, watching.take_signal, watching.TakeSignal(provider, signal))
    for notice in heard.notices:
        await _take(deps, listening.take_notice, listening.TakeNotice(provider, notice))


async def _take(deps: Deps, request: Callable[[Tx, C], object], command: C) -> None:
    """Store one thing."""
    outcome = await deps.store.transact(request, command, by=BY)
    if isinstance(outcome, Refused):
        raise NotReady("This could not be taken in now. Send it again.") from outcome.error
