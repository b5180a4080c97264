"""A small table of routes about things."""

from dataclasses import dataclass

from aiohttp import web
from pydantic import Field

from service import errors
from service.policy.people import Actor, Role
from service.web.bodies import Body, Instant, View
from service.web.paging import Listing, Page, cursor_for, position_of
from service.web.routes import Answer, Call, Route

SECRET = "Persephone-8841"
STAFF = frozenset({Role.COORDINATOR, Role.MACHINE})
READERS = STAFF | {Role.INSPECTOR}
ONE = "/v1/things/{thing_id}"


class Part(Body):
    name: str = Field(max_length=20)
    parts: tuple["Part", ...] = ()


class NewThing(Body):
    name: str = Field(min_length=1, max_length=40)
    count: int = Field(ge=0, le=100)
    starts_at: Instant
    careful: bool = False
    colour: Role | None = None
    parts: tuple[Part, ...] = Field(default=(), max_length=3)


class ThingView(View):
    thing_id: str
    name: str
    starts_at: Instant
    scope: str | None = None
    body_hash: str | None = None


class Things(Page):
    colour: str | None = None


class Count(View):
    count: int


@dataclass
class Shelf:
    """The toy handlers and what they keep."""

    made: int = 0
    looked: int = 0
    version: int = 3
    actor: Actor | None = None

    async def make(self, call: Call[NewThing]) -> Answer:
        self.made += 1
        key = call.idempotency
        view = ThingView(
            thing_id="thing_1",
            name=call.body.name,
            starts_at=call.body.starts_at,
            scope=key.scope if key else None,
            body_hash=key.body_hash if key else None,
        )
        return Answer(201, view, version=1)

    async def look(self, call: Call) -> Answer:
        self.looked += 1
        self.actor = call.actor
        view = ThingView(thing_id=call.path["thing_id"], name="x", starts_at=call.now)
        return Answer(200, view, version=self.version)

    async def change(self, call: Call[NewThing]) -> Answer:
        if call.if_match != self.version:
            raise errors.StaleVersion
        self.version += 1
        view = ThingView(thing_id="thing_1", name=call.body.name, starts_at=call.body.starts_at)
        return Answer(200, view, version=self.version)

    async def listing(self, call: Call[None, Things]) -> Answer:
        start = position_of("things", call.query.cursor)[0] if call.query.cursor else 0
        end = int(start) + call.query.limit
        items = tuple(Count(count=one) for one in range(int(start), min(end, 5)))
        more = cursor_for("things", (end,)) if end < 5 else None
        return Answer(200, Listing[Count](items=items, next_cursor=more))

    async def broken(self, call: Call) -> Answer:
        try:
            raise ValueError(f"the value was {SECRET}")
        except ValueError:
            raise KeyError(SECRET) from None

    async def fails(self, call: Call) -> Answer:
        kind = getattr(errors, call.path["kind"])
        raise kind(details={"blockers": [{"code": "no_consent"}], "retry_after_seconds": 7})

    async def unannounced(self, call: Call) -> Answer:
        return Answer(202, Count(count=1))

    async def stream(self, call: Call) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(call.request)
        await response.write(b"{}\n")
        return response

    async def nothing(self, call: Call) -> Answer:
        return Answer(204)


def toy_routes(shelf: Shelf) -> tuple[Route, ...]:
    counted = {200: Count}
    return (
        Route("POST", "/v1/things", shelf.make, summary="Make", tag="things", roles=STAFF, body=NewThing,
              answers={201: ThingView}, creates=True, clauses=("POL-21",)),
        Route("POST", "/v1/other-things", shelf.make, summary="Make", tag="things", roles=STAFF,
              body=NewThing, answers={201: ThingView}, creates=True, max_body=200),
        Route("POST", "/v1/things/{thing_id}/copies", shelf.make, summary="Copy", tag="things",
              roles=STAFF, body=NewThing, answers={201: ThingView}, creates=True),
        Route("GET", "/v1/things", shelf.listing, summary="List", tag="things", roles=READERS,
              query=Things, answers={200: Listing[Count]}),
        Route("GET", ONE, shelf.look, summary="Look", tag="things", roles=READERS,
              answers={200: ThingView}),
        Route("PUT", ONE, shelf.change, summary="Change", tag="things", roles=STAFF, body=NewThing,
              answers={200: ThingView}, changes=True),
        Route("DELETE", ONE, shelf.nothing, summary="Remove", tag="things", roles=STAFF,
              answers={204: None}),
        Route("GET", "/v1/open", shelf.nothing, summary="Open", tag="open", public=True,
              answers={204: None}),
        Route("GET", "/v1/broken", shelf.broken, summary="Broken", tag="faults", roles=READERS,
              answers=counted),
        Route("GET", "/v1/fails/{kind}", shelf.fails, summary="Fails", tag="faults", public=True,
              answers=counted),
        Route("GET", "/v1/unannounced", shelf.unannounced, summary="Odd", tag="faults", public=True,
              answers=counted),
        Route("GET", "/v1/stream", shelf.stream, summary="Stream", tag="things", roles=READERS,
              streams="application/x-ndjson"),
    )  # fmt: skip
