"""The board: `/live` shows coordinators and leads every room, and follows along (POL-03, POL-11).

The page is whole without script. A small script of our own follows `/live/events` and exchanges what
changed. Whoever looks is noted once for a while, not with every change they are told of.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web

from service.errors import NotAllowed, NotSignedIn
from service.policy.people import Actor, Role
from service.store.staff import colleagues
from service.web.board.feed import Feed, Follower
from service.web.board.pieces import Pieces
from service.web.logs import REQUEST_ID
from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.sign_in import COOKIE, SignIn
from service.workflows.deps import Deps
from service.workflows.inspection import inspecting

VIEWERS = (Role.COORDINATOR, Role.DSL)
BEAT_SECONDS = 15.0
WRITE_SECONDS = 30.0
"""How long a board may take to accept what it is sent, before it is given up."""

NOTED_FOR = timedelta(minutes=15)
PART = "board"


async def viewer(deps: Deps, sign_in: SignIn, request: web.Request) -> Actor:
    """The coordinator or lead who is signed in. `NotSignedIn`, or `NotAllowed` for everybody else."""
    actor = sign_in.actor_from(request)
    if not actor.has(*VIEWERS):
        raise NotAllowed
    if not await deps.store.read(colleagues.may_act, actor.subject):
        raise NotAllowed("This person is suspended or has left.", code="suspended")
    return replace(actor, request_id=request[REQUEST_ID])


@dataclass(frozen=True)
class BoardPages:
    """The handlers of `/live` and `/live/events`."""

    deps: Deps
    pages: Pages
    sign_in: SignIn
    pieces: Pieces
    feed: Feed
    noted: dict[str, datetime] = field(default_factory=dict)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /live`: every room as it is now."""
        actor = await viewer(self.deps, self.sign_in, request)
        await self._note(actor)
        board = await self.feed.look()
        language = choose(None, request.headers.get("Accept-Language", ""))
        context: Mapping[str, Any] = {
            "board": board,
            "wrong": self.pieces.of_alerts(board, language),
            "rooms": tuple(self.pieces.of_rooms(board, language)),
            "signed_in": COOKIE in request.cookies,
        }
        return self.pages.answer(language, "board.html", context, scripted=True)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """`GET /live/events`: what changes on the board, as server-sent events, until either side ends
        it. https://html.spec.whatwg.org/multipage/server-sent-events.html"""
        actor = await viewer(self.deps, self.sign_in, request)
        await self._note(actor)
        language = choose(None, request.headers.get("Accept-Language", ""))
        with self.feed.following(actor.subject, language, partial(_hung_up, request)) as follower:
            stream = web.StreamResponse(
                headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
            )
            await stream.prepare(request)
            with contextlib.suppress(ConnectionError, TimeoutError):  # they are gone, or stuck
                await self._tell(request, stream, follower)
            return stream

    async def _tell(
        self, request: web.Request, stream: web.StreamResponse, follower: Follower
    ) -> None:
        while True:
            beat = not await _rung(follower.bell)
            if follower.dismissed or not self._is_signed_in(request):
                await _send(stream, _event("over", {}))
                return
            told = [_event(name, data) for name, data in follower.take()]
            if beat:
                told.append(": still here\n" + _event("beat", {}))
            await _send(stream, "".join(told))

    def _is_signed_in(self, request: web.Request) -> bool:
        try:
            self.sign_in.actor_from(request)
        except NotSignedIn:
            return False
        return True

    async def _note(self, actor: Actor) -> None:
        """Note that somebody looks at names, before they see one; what cannot be noted is not shown."""
        now = self.deps.clock.now()
        before = self.noted.get(actor.subject)
        if before is not None and now - before < NOTED_FOR:
            return
        reading = inspecting.NoteReading(PART)
        await self.deps.store.do(inspecting.note_reading, reading, by=actor)
        self.noted[actor.subject] = now


def _hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _rung(bell: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(BEAT_SECONDS):
            await bell.wait()
    except TimeoutError:
        return False
    return True


def _event(name: str, data: Mapping[str, str]) -> str:
    # JSON holds no line break of its own, so one line of data is the whole of it.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _send(stream: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await stream.write(text.encode())
