"""Concerns: anybody raises one; those who may handle it read it, decide, and close it (POL-40 to 44)."""

from typing import Any

from service.policy.concerns import Concern
from service.policy.people import ChildId, SessionId
from service.store.concerns import concerns
from service.store.transactions import Reader
from service.web.api.concern_bodies import (
    AddedWords,
    ClosingBody,
    ConcernView,
    CountView,
    NewConcern,
    RaisedView,
    ReadView,
    SubjectBody,
    count_view,
    raised_view,
    read_view,
    view,
)
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import created, done
from service.web.api.reading import always_noted
from service.web.api.shapes import Made
from service.web.api.who import CONCERN_HANDLERS, CONCERN_RAISERS, ONLY_INSPECTORS
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.concerns import handling
from service.workflows.concerns.concerns import (
    AddWords,
    RaiseConcern,
    ToldBy,
    add_words,
    raise_concern,
)

LISTING, OWN, COUNTS = "concerns", "concerns_raised", "concern_counts"


async def raise_one(call: Call[NewConcern]) -> Answer:
    """Raise a concern. Those who may handle it are told at once, at any hour."""
    body, told = call.body, call.body.told_by
    command = RaiseConcern(
        kind=body.kind,
        severity=body.severity,
        words=body.words,
        about=body.about,
        about_words=body.about_words,
        people=frozenset(body.people),
        session_id=SessionId(body.session_id) if body.session_id else None,
        child_id=ChildId(body.child_id) if body.child_id else None,
        told_by=ToldBy(told.reporter_as, told.reporter_id, told.words) if told else None,
    )
    concern_id = await created(call, raise_concern, command)
    concern = await call.deps.store.read(concerns.get, concern_id)
    return Answer(201, raised_view(concern, call.deps.organisation))


async def raised(call: Call[None, Page]) -> Answer:
    """What the signed-in person raised, or passed on, and how far each has come."""
    found = await call.deps.store.read(concerns.raised_by, call.actor.subject)
    start = start_of(OWN, call.query)
    mine = [one for one in found if one.concern_id > start][: call.query.limit]
    items = tuple(raised_view(one, call.deps.organisation) for one in mine)
    cursor = cursor_after(OWN, [one.concern_id for one in mine], call.query)
    return Answer(200, Listing[RaisedView](items=items, next_cursor=cursor))


async def listed(call: Call[None, Page]) -> Answer:
    """The concerns that the signed-in person may handle, oldest first, without their words."""
    query = call.query
    found = await call.deps.store.read(
        handling.visible, call.actor, start_of(LISTING, query), query.limit
    )
    items = tuple(view(one, call.deps.organisation, call.now) for one in found)
    cursor = cursor_after(LISTING, [one.concern_id for one in found], query)
    return Answer(200, Listing[ConcernView](items=items, next_cursor=cursor))


async def counts(call: Call[None, Page]) -> Answer:
    """Numbers and times of every concern: no word, no session, nobody."""
    await always_noted(call, COUNTS)
    query = call.query
    found = await call.deps.store.read(_all_after, start_of(COUNTS, query), query.limit)
    items = tuple(count_view(one, call.deps.organisation, call.now) for one in found)
    cursor = cursor_after(COUNTS, [one.concern_id for one in found], query)
    return Answer(200, Listing[CountView](items=items, next_cursor=cursor))


def _all_after(reader: Reader, start: str, limit: int) -> tuple[Concern, ...]:
    return concerns.after(reader, start, limit)


async def read(call: Call) -> Answer:
    """Read a concern. That it was read, and by whom, is recorded first."""
    found = await done(call, handling.read_concern, _one(call))
    return Answer(200, read_view(found, call.deps.organisation, call.now))


async def add(call: Call[AddedWords]) -> Answer:
    """Add words to one's own concern, or to one that one handles. A closed one is open again."""
    command = AddWords(call.path["concern_id"], call.body.words)
    return Answer(201, Made(id=await created(call, add_words, command)))


async def acknowledge(call: Call) -> Answer:
    """Say that a concern has been seen."""
    return await _shown(call, await done(call, handling.acknowledge, _one(call)))


async def take_on(call: Call) -> Answer:
    """Become the one who looks after a concern."""
    return await _shown(call, await done(call, handling.take_on, _one(call)))


async def pass_on(call: Call) -> Answer:
    """Hand a concern to the independent contact, for good."""
    await done(call, handling.pass_on, _one(call))
    return Answer(204)


async def decide(call: Call[AddedWords]) -> Answer:
    """Record what was decided, or advised (POL-41)."""
    command = handling.Decide(call.path["concern_id"], call.body.words)
    return await _shown(call, await done(call, handling.decide, command))


async def name_subject(call: Call[SubjectBody]) -> Answer:
    """Note whom a concern turned out to be about; that person never knows of it here."""
    command = handling.NameSubject(call.path["concern_id"], call.body.subject_id)
    await done(call, handling.name_subject, command)
    return Answer(204)


async def close(call: Call[ClosingBody]) -> Answer:
    """Close a concern with its outcome and the reasons."""
    body = call.body
    command = handling.CloseConcern(call.path["concern_id"], body.outcome, body.words)
    return await _shown(call, await done(call, handling.close, command))


def _one(call: Call[Any, Any]) -> handling.OneConcern:
    return handling.OneConcern(call.path["concern_id"])


async def _shown(call: Call[Any, Any], concern_id: str) -> Answer:
    concern = await call.deps.store.read(concerns.get, concern_id)
    return Answer(200, view(concern, call.deps.organisation, call.now))


ONE = "/v1/concerns/{concern_id}"
_ALL: dict[str, Any] = {"tag": "concerns", "clauses": ("POL-40",)}
_HANDLED: dict[str, Any] = _ALL | {"roles": CONCERN_HANDLERS, "answers": {200: ConcernView}}

ROUTES = (
    Route("POST", "/v1/concerns", raise_one, summary="Raise a concern", roles=CONCERN_RAISERS,
          body=NewConcern, answers={201: RaisedView}, creates=True, tag="concerns",
          clauses=("POL-40", "POL-43", "POL-44")),
    Route("GET", "/v1/concerns/raised", raised, summary="What became of concerns one raised",
          roles=CONCERN_RAISERS, query=Page, answers={200: Listing[RaisedView]}, **_ALL),
    Route("GET", "/v1/concerns/counts", counts, summary="Numbers and times of concerns",
          roles=ONLY_INSPECTORS, query=Page, answers={200: Listing[CountView]}, **_ALL),
    Route("GET", "/v1/concerns", listed, summary="List the concerns one may handle",
          roles=CONCERN_HANDLERS, query=Page, answers={200: Listing[ConcernView]}, **_ALL),
    Route("GET", ONE, read, summary="Read a concern", roles=CONCERN_HANDLERS,
          answers={200: ReadView}, **_ALL),
    Route("POST", f"{ONE}/addenda", add, summary="Add words to a concern", body=AddedWords,
          roles=CONCERN_RAISERS | CONCERN_HANDLERS, answers={201: Made}, creates=True, **_ALL),
    Route("POST", f"{ONE}/acknowledge", acknowledge, summary="Acknowledge a concern", **_HANDLED),
    Route("POST", f"{ONE}/take-on", take_on, summary="Take a concern on", **_HANDLED),
    Route("POST", f"{ONE}/decisions", decide, summary="Record a decision on a concern",
          body=AddedWords, **_HANDLED | {"clauses": ("POL-41",)}),
    Route("POST", f"{ONE}/subjects", name_subject, summary="Name whom a concern is about",
          body=SubjectBody, **_HANDLED | {"answers": {204: None}}),
    Route("POST", f"{ONE}/pass-on", pass_on, summary="Pass a concern to the independent contact",
          **_HANDLED | {"answers": {204: None}}),
    Route("POST", f"{ONE}/close", close, summary="Close a concern", body=ClosingBody, **_HANDLED),
)  # fmt: skip
