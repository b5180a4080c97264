"""Parents and carers on record, and their PIN (POL-20, POL-26)."""

import asyncio
from typing import Annotated, Any

from pydantic import Field, SecretStr

from service.policy.consent import Route as WordRoute
from service.policy.people import ParentId, Restriction, Role
from service.store.families.people import ParentRecord
from service.store.inspection import listings
from service.store.who_is_who import look_alikes
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import created, done
from service.web.api.shapes import (
    Evidence,
    ExternalId,
    Kept,
    KeptPerson,
    MailAddress,
    Name,
    PhoneNumber,
)
from service.web.api.who import FEEDERS, LEADS
from service.web.bodies import Body, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.families import links, onboarding
from service.workflows.inspection import inspecting

LISTING = "parents"
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]

Zone = Annotated[str, Field(min_length=1, max_length=64)]


class ParentBody(Body):
    """A parent's details. Without an address, coordinators are told to telephone."""

    name: Name
    email: MailAddress | None = None
    phone: PhoneNumber | None = None
    language: Language = "en"
    zone: Zone | None = Field(
        default=None,
        description="Where the adult lives, if clocks differ there: they see both times.",
        examples=["Europe/Berlin"],
    )


class NewParent(ParentBody):
    """A parent to put on record."""

    external_id: ExternalId | None = None


class ParentView(View):
    """A parent's details. Where `details_hidden`, only the safeguarding lead sees address and number."""

    parent_id: str
    external_id: str | None
    name: str
    email: str | None
    phone: str | None
    language: str
    zone: str | None
    has_pin: bool
    restriction: Restriction | None
    details_hidden: bool


class Parents(Page):
    """Which parents."""

    external_id: ExternalId | None = None


class PinBody(Body):
    """The PIN a parent chose, and how they told it to the person who is signed in."""

    pin: Annotated[SecretStr, Field(max_length=12)]
    route: WordRoute
    evidence: Evidence


async def add(call: Call[NewParent]) -> Answer:
    """Put a parent on record, or update the one with the same `external_id`."""
    command = _command(call.body, external_id=call.body.external_id)
    return await _kept(call, ParentId(await created(call, onboarding.put_parent, command)), 201)


async def change(call: Call[ParentBody]) -> Answer:
    """Replace a parent's details."""
    parent_id = ParentId(call.path["parent_id"])
    command = _command(call.body, parent_id=parent_id, version=call.if_match)
    return await _kept(call, await done(call, onboarding.put_parent, command), 200)


def _command(
    body: ParentBody,
    *,
    external_id: str | None = None,
    parent_id: ParentId | None = None,
    version: int | None = None,
) -> onboarding.PutParent:
    return onboarding.PutParent(
        name=body.name,
        email=body.email,
        phone=body.phone,
        language=body.language,
        zone=body.zone,
        external_id=external_id,
        parent_id=parent_id,
        version=version,
    )


async def _kept(call: Call[Any, Any], parent_id: ParentId, status: int) -> Answer:
    key = await call.deps.store.read(listings.parent_key, parent_id)
    alike = await call.deps.store.read(look_alikes.of_parent, parent_id)
    view = KeptPerson(
        id=key.record_id, external_id=key.external_id, version=key.version, look_alikes=alike
    )
    return Answer(status, view, version=key.version)


async def listed(call: Call[None, Parents]) -> Answer:
    """Parents by their ids."""
    query = call.query
    after = start_of(LISTING, query)
    found = await call.deps.store.read(
        listings.parents, after=after, limit=query.limit, external_id=query.external_id
    )
    items = tuple(
        Kept(id=key.record_id, external_id=key.external_id, version=key.version) for key in found
    )
    cursor = cursor_after(LISTING, [item.id for item in items], query)
    return Answer(200, Listing[Kept](items=items, next_cursor=cursor))


async def look(call: Call) -> Answer:
    """A parent's details; the reading is noted."""
    command = inspecting.ReadParent(ParentId(call.path["parent_id"]))
    record = await done(call, inspecting.read_parent, command)
    hidden = record.details_hidden and not call.actor.has(Role.DSL)
    return Answer(200, _view(record, hidden=hidden), version=record.version)


def _view(record: ParentRecord, *, hidden: bool) -> ParentView:
    return ParentView(
        parent_id=record.parent_id,
        external_id=record.external_id,
        name=record.name.get_secret_value(),
        email=record.email.get_secret_value() if record.email and not hidden else None,
        phone=record.phone.get_secret_value() if record.phone and not hidden else None,
        language=record.language,
        zone=record.zone,
        has_pin=record.has_pin,
        restriction=record.restriction,
        details_hidden=record.details_hidden,
    )


async def pin(call: Call[PinBody]) -> Answer:
    """Set the PIN a parent chose. Hashing is slow on purpose: in a thread, before the transaction."""
    hashed = await asyncio.to_thread(links.hash_pin, call.body.pin)
    command = links.SetPin(
        ParentId(call.path["parent_id"]), hashed, call.body.route, call.body.evidence
    )
    await done(call, links.set_pin, command)
    return Answer(204)


ONE = "/v1/parents/{parent_id}"

ROUTES = (
    Route("POST", "/v1/parents", add, summary="Put a parent on record", tag="people",
          roles=FEEDERS, body=NewParent, answers={201: KeptPerson}, creates=True, clauses=("POL-20",)),
    Route("GET", "/v1/parents", listed, summary="List parents", tag="people", roles=FEEDERS,
          query=Parents, answers={200: Listing[Kept]}),
    Route("GET", ONE, look, summary="Read a parent's details", tag="people", roles=LEADS,
          answers={200: ParentView}, clauses=("POL-20",)),
    Route("PUT", ONE, change, summary="Change a parent's details", tag="people", roles=FEEDERS,
          body=ParentBody, answers={200: KeptPerson}, changes=True, clauses=("POL-20",)),
    Route("PUT", ONE + "/pin", pin, summary="Set a parent's PIN", tag="people", roles=LEADS,
          body=PinBody, answers={204: None}, clauses=("POL-04", "POL-26")),
)  # fmt: skip
