"""From a row of the table to a handler: sign in, role, size, form, work, answer, in that order."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from service.errors import NotAllowed
from service.policy.people import Actor
from service.web import intake
from service.web.limits import Limiter
from service.web.logs import REQUEST_ID
from service.web.routes import Answer, Call, Route
from service.web.sign_in import SignIn
from service.workflows.deps import Deps

ANYBODY = "anybody"
MayAct = Callable[[Actor], Awaitable[bool]]


@dataclass(frozen=True)
class Dispatch:
    """What every handler needs. `limiter` counts the calls of each signed-in subject, if set.

    `may_act` says whether a subject may still do anything: a token outlives a suspension.
    """

    deps: Deps
    sign_in: SignIn
    limiter: Limiter | None = None
    may_act: MayAct | None = None

    def handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The aiohttp handler for one route."""

        async def handle(request: web.Request) -> web.StreamResponse:
            actor = await self._who(route, request)
            call = await self._call(route, request, actor)
            answer = await route.handler(call)
            if isinstance(answer, web.StreamResponse):
                return answer
            return respond(route, answer)

        return handle

    async def _who(self, route: Route, request: web.Request) -> Actor:
        request_id = request[REQUEST_ID]
        if route.public:
            return Actor(ANYBODY, frozenset(), request_id)
        actor = await self.sign_in.bearer(request)
        if self.may_act is not None and not await self.may_act(actor):
            raise NotAllowed("This person is suspended or has left.", code="suspended")
        if self.limiter is not None:
            self.limiter.check(actor.subject)
        if not actor.has(*route.roles):
            raise NotAllowed
        return replace(actor, request_id=request_id)

    async def _call(self, route: Route, request: web.Request, actor: Actor) -> Call[Any, Any]:
        path = intake.read_path(request)
        query = intake.read_query(request, route.query)
        if_match = intake.read_if_match(request) if route.changes else None
        raw = await intake.read_bytes(request, route.max_body if route.body else 0)
        key = (
            intake.read_idempotency_key(request, route, actor.subject, raw)
            if route.creates
            else None
        )
        return Call(
            deps=self.deps,
            actor=actor,
            path=path,
            query=query,
            body=_body(route, request, raw),
            if_match=if_match,
            idempotency=key,
            now=self.deps.clock.now(),
            request=request,
        )


def _body(route: Route, request: web.Request, raw: bytes) -> BaseModel | None:
    if route.body is None:
        return None
    intake.check_media_type(request)
    return intake.read_body(raw, route.body)


def respond(route: Route, answer: Answer) -> web.Response:
    """The answer on the wire. One that the table does not announce is a bug, not an answer."""
    announced = route.answers.get(answer.status, ...)
    if announced is ... or not isinstance(answer.content, announced or type(None)):
        raise RuntimeError(f"{route.name} gave an answer that its route does not announce")
    response = web.Response(status=answer.status, headers=answer.headers)
    if answer.content is not None:
        response.body = answer.content.model_dump_json(by_alias=True).encode()
        response.content_type = "application/json"
    if answer.version is not None:
        response.headers["ETag"] = f'"{answer.version}"'
    return response
