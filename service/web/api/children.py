"""Children on record, the adults round them, and whether there is consent (POL-04, POL-20)."""

from datetime import date
from typing import Any

from pydantic import Field

from service.policy.people import Authority, ChildId, ParentId, Restriction
from service.store.families.people import ChildRecord
from service.store.inspection import listings
from service.store.transactions import Tx
from service.store.who_is_who import look_alikes
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import created, done
from service.web.api.shapes import ExternalId, Id, Kept, KeptPerson, Name, Reference, Words
from service.web.api.who import FEEDERS, LEADS, RECORD_READERS
from service.web.bodies import Body, Instant, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.consents import asking
from service.workflows.families import onboarding
from service.workflows.inspection import inspecting

LISTING = "children"


class ChildBody(Body):
    """A child's details. No contact: messages go to parents only."""

    name: Name
    born_on: date


class NewChild(ChildBody):
    """A child to put on record."""

    external_id: ExternalId | None = None


class TieBody(Body):
    """How an adult belongs to a child, and why they may consent, if they may."""

    relation: Words
    authority: Authority
    document: Reference | None = Field(
        default=None, description="The paper that delegated or shared authority rests on."
    )
    document_on: date | None = None
    until: date | None = Field(
        default=None, description="The last day of authority that was given; one's own has none."
    )


class TieView(View):
    """An adult on a child's record."""

    parent_id: str
    relation: str
    authority: Authority
    until: date | None
    restriction: Restriction | None


class FormerTieView(View):
    """An adult who was on a child's record once."""

    parent_id: str
    ended_at: Instant


class ChildView(View):
    """A child's record. `restriction`: it died, or the family is to be left alone; nothing is sent."""

    child_id: str
    external_id: str | None
    name: str
    born_on: date
    adults: tuple[TieView, ...]
    former_adults: tuple[FormerTieView, ...]
    looked_after: bool
    visiting_never: bool
    restriction: Restriction | None


class Children(Page):
    """Which children."""

    external_id: ExternalId | None = None


class AskBody(Body):
    """Whom to ask."""

    giver_id: Id


async def add(call: Call[NewChild]) -> Answer:
    """Put a child on record, or update the one with the same `external_id`."""
    body = call.body
    command = onboarding.PutChild(body.name, body.born_on, body.external_id)
    return await _kept(call, ChildId(await created(call, onboarding.put_child, command)))


async def change(call: Call[ChildBody]) -> Answer:
    """Replace a child's details."""
    child_id = ChildId(call.path["child_id"])
    command = onboarding.PutChild(
        call.body.name, call.body.born_on, child_id=child_id, version=call.if_match
    )
    return await _kept(call, await done(call, onboarding.put_child, command), status=200)


async def _kept(call: Call[Any, Any], child_id: ChildId, status: int = 201) -> Answer:
    key = await call.deps.store.read(listings.child_key, child_id)
    alike = await call.deps.store.read(look_alikes.of_child, child_id)
    view = KeptPerson(
        id=key.record_id, external_id=key.external_id, version=key.version, look_alikes=alike
    )
    return Answer(status, view, version=key.version)


async def listed(call: Call[None, Children]) -> Answer:
    """Children by their ids. Names and dates are in the single record, whose reading is noted."""
    query = call.query
    after = start_of(LISTING, query)
    found = await call.deps.store.read(
        listings.children, after=after, limit=query.limit, external_id=query.external_id
    )
    items = tuple(
        Kept(id=key.record_id, external_id=key.external_id, version=key.version) for key in found
    )
    cursor = cursor_after(LISTING, [item.id for item in items], query)
    return Answer(200, Listing[Kept](items=items, next_cursor=cursor))


async def look(call: Call) -> Answer:
    """A child's record; the reading is noted."""
    command = inspecting.ReadChild(ChildId(call.path["child_id"]))
    record = await done(call, inspecting.read_child, command)
    return Answer(200, _view(record), version=record.version)


def _view(record: ChildRecord) -> ChildView:
    return ChildView(
        child_id=record.child.child_id,
        external_id=record.external_id,
        name=record.name.get_secret_value(),
        born_on=record.child.born_on,
        adults=tuple(
            TieView(
                parent_id=tie.parent_id,
                relation=tie.relation,
                authority=tie.authority,
                until=tie.until,
                restriction=tie.restriction,
            )
            for tie in record.child.ties
        ),
        former_adults=tuple(
            FormerTieView(parent_id=parent_id, ended_at=ended_at)
            for parent_id, ended_at in record.former_adults
        ),
        looked_after=record.child.looked_after,
        visiting_never=record.child.visiting_never,
        restriction=record.child.restriction,
    )


async def tie(call: Call[TieBody]) -> Answer:
    """Put an adult on a child's record, or change the authority."""
    command = onboarding.PutTie(
        ChildId(call.path["child_id"]),
        ParentId(call.path["parent_id"]),
        call.body.relation,
        call.body.authority,
        call.body.document,
        call.body.document_on,
        call.body.until,
    )
    await done(call, onboarding.put_tie, command)
    return Answer(204)


async def ask(call: Call[AskBody]) -> Answer:
    """Send a giver the link to the consent page."""
    command = asking.AskForConsent(ChildId(call.path["child_id"]), ParentId(call.body.giver_id))
    await created(call, _ask_for_consent, command)
    return Answer(202)


def _ask_for_consent(tx: Tx, command: asking.AskForConsent) -> str:
    asking.ask_for_consent(tx, command)
    return command.child_id


ONE = "/v1/children/{child_id}"

ROUTES = (
    Route("POST", "/v1/children", add, summary="Put a child on record", tag="people",
          roles=FEEDERS, body=NewChild, answers={201: KeptPerson}, creates=True, clauses=("POL-20",)),
    Route("GET", "/v1/children", listed, summary="List children", tag="people", roles=FEEDERS,
          query=Children, answers={200: Listing[Kept]}),
    Route("GET", ONE, look, summary="Read a child's record", tag="people", roles=RECORD_READERS,
          answers={200: ChildView}, clauses=("POL-20",)),
    Route("PUT", ONE, change, summary="Change a child's record", tag="people", roles=FEEDERS,
          body=ChildBody, answers={200: KeptPerson}, changes=True, clauses=("POL-20",)),
    Route("PUT", ONE + "/parents/{parent_id}", tie, summary="Tie an adult to a child", tag="people",
          roles=FEEDERS, body=TieBody, answers={204: None}, clauses=("POL-04",)),
    Route("POST", ONE + "/consent-requests", ask, summary="Ask a giver for consent", tag="consent",
          roles=LEADS, body=AskBody, answers={202: None}, creates=True,
          clauses=("POL-04", "POL-32")),
)  # fmt: skip
