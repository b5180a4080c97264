"""The staff register: who is on it, who is related, suspended or gone (POL-03, 12)."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from service.policy.people import StaffId
from service.policy.staff import RelationKind
from service.store.inspection import listings
from service.store.inspection.listings import Colleague
from service.store.staff import colleagues, staff
from service.store.transactions import Reader
from service.web.api.evidence import EvidenceView, evidence_view
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import created, done
from service.web.api.shapes import ExternalId, Id, Kept, Made, MailAddress, Name, PhoneNumber, Words
from service.web.api.who import LEADS, OFFICE, SAFEGUARDERS
from service.web.bodies import Body, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.staff import register, same_person

LISTING = "staff"


class StaffBody(Body):
    """A member of staff. `account` is their account of the organisation (POL-12)."""

    name: Name
    account: MailAddress
    phone: PhoneNumber | None = Field(
        default=None, description="If not given, the one on record stays."
    )
    left_on: date | None = Field(
        default=None,
        description="If not given, the one on record stays; a later one than that is refused.",
    )


class NewStaff(StaffBody):
    """A member of staff to put on the register."""

    external_id: ExternalId | None = None


class RelationBody(Body):
    """The child, parent or colleague whose family or household this person is; or the family whose
    employee, friend or neighbour (`connection`), which counts until a lead accepts it."""

    related_id: Id
    kind: Literal["family", "connection"] = "family"


class AcceptanceBody(Body):
    """Why a declared connection is no reason to keep the two apart."""

    reason: Words


class DistinctBody(Body):
    """Which other entry, or which adult of a family, is another person, and how that is known."""

    other_id: Id
    reason: Words


class ReturnBody(Body):
    """Why somebody works for the organisation after all."""

    reason: Words


class SuspensionBody(Body):
    """Suspended or not, and why."""

    suspended: bool
    reason: Words


class ColleagueView(View):
    """A member of staff as colleagues see one."""

    staff_id: str
    external_id: str | None
    name: str
    suspended: bool
    left_on: date | None


class StaffView(ColleagueView):
    """A member of staff's entry in the register."""

    account: str
    phone: str | None
    evidence: tuple[EvidenceView, ...]
    relations: tuple[str, ...]
    connections: tuple[str, ...] = Field(description="Declared, and not accepted by a lead.")


async def add(call: Call[NewStaff]) -> Answer:
    """Put somebody on the register, or update the one with the same `external_id`."""
    command = _command(call.body, external_id=call.body.external_id)
    return await _kept(call, StaffId(await created(call, register.put_staff, command)), 201)


async def change(call: Call[StaffBody]) -> Answer:
    """Change an entry's details; sessions that rested on them fall at once. A `phone` of null takes the
    number off the record."""
    drops = call.body.phone is None and "phone" in call.body.model_fields_set
    command = _command(
        call.body, staff_id=_staff_id(call), version=call.if_match, drops_phone=drops
    )
    return await _kept(call, await done(call, register.put_staff, command), 200)


def _command(
    body: StaffBody,
    *,
    external_id: str | None = None,
    staff_id: StaffId | None = None,
    version: int | None = None,
    drops_phone: bool = False,
) -> register.PutStaff:
    return register.PutStaff(
        name=body.name,
        account=body.account,
        phone=body.phone,
        left_on=body.left_on,
        external_id=external_id,
        staff_id=staff_id,
        version=version,
        drops_phone=drops_phone,
    )


def _staff_id(call: Call[Any, Any]) -> StaffId:
    return StaffId(call.path["staff_id"])


async def _kept(call: Call[Any, Any], staff_id: StaffId, status: int) -> Answer:
    key = await call.deps.store.read(listings.staff_key, staff_id)
    view = Kept(id=key.record_id, external_id=key.external_id, version=key.version)
    return Answer(status, view, version=key.version)


async def listed(call: Call[None, Page]) -> Answer:
    """The register, without anybody's account or number."""
    query = call.query
    after = start_of(LISTING, query)
    found = await call.deps.store.read(listings.register, after=after, limit=query.limit)
    cursor = cursor_after(LISTING, [one.staff_id for one in found], query)
    items = tuple(_colleague(one) for one in found)
    return Answer(200, Listing[ColleagueView](items=items, next_cursor=cursor))


def _colleague(one: Colleague) -> ColleagueView:
    return ColleagueView(
        staff_id=one.staff_id,
        external_id=one.external_id,
        name=one.name,
        suspended=one.suspended,
        left_on=one.left_on,
    )


async def look(call: Call) -> Answer:
    """One entry of the register, with the evidence."""
    view, version = await call.deps.store.read(_view, _staff_id(call))
    return Answer(200, view, version=version)


def _view(reader: Reader, staff_id: StaffId) -> tuple[StaffView, int]:
    record = staff.staff_record(reader, staff_id)
    member = colleagues.of(reader, frozenset({staff_id}))[staff_id]
    view = StaffView(
        staff_id=staff_id,
        external_id=record.external_id,
        name=record.name.get_secret_value(),
        suspended=record.suspended,
        left_on=record.left_on,
        account=record.account.get_secret_value(),
        phone=record.phone.get_secret_value() if record.phone else None,
        evidence=tuple(evidence_view(item) for item in member.evidence),
        relations=tuple(sorted(member.relations)),
        connections=tuple(sorted(member.connections)),
    )
    return view, record.version


async def come_back(call: Call[ReturnBody]) -> Answer:
    """Take somebody's last day back, with the reason."""
    command = register.ComeBack(_staff_id(call), call.body.reason)
    await done(call, register.come_back, command)
    return Answer(204)


async def relate(call: Call[RelationBody]) -> Answer:
    """Declare that a member of staff is family of somebody, or connected to a family."""
    kind = RelationKind(call.body.kind)
    command = register.DeclareRelation(_staff_id(call), call.body.related_id, kind)
    return Answer(201, Made(id=await created(call, register.declare_relation, command)))


async def accept(call: Call[AcceptanceBody]) -> Answer:
    """Accept a declared connection, with the reason. Family can never be accepted."""
    command = register.AcceptConnection(_staff_id(call), call.path["related_id"], call.body.reason)
    await done(call, register.accept_connection, command)
    return Answer(204)


async def tell_apart(call: Call[DistinctBody]) -> Answer:
    """Say that an entry and another one, or an adult of a family, are two people although they share a
    number or an address."""
    body = call.body
    command = same_person.DeclareDistinct(_staff_id(call), body.other_id, body.reason)
    await done(call, same_person.declare_distinct, command)
    return Answer(204)


async def suspend(call: Call[SuspensionBody]) -> Answer:
    """Suspend, or, as safeguarding lead, reinstate, with effect at once. No If-Match: what is safer
    never waits."""
    command = register.Suspend(_staff_id(call), call.body.suspended, call.body.reason)
    await done(call, register.suspend, command)
    return Answer(204)


ONE = "/v1/staff/{staff_id}"

ROUTES = (
    Route("POST", "/v1/staff", add, summary="Put somebody on the staff register", tag="staff",
          roles=OFFICE, body=NewStaff, answers={201: Kept}, creates=True, clauses=("POL-12",)),
    Route("GET", "/v1/staff", listed, summary="List the staff register", tag="staff", roles=OFFICE,
          query=Page, answers={200: Listing[ColleagueView]}),
    Route("GET", ONE, look, summary="Read an entry of the register", tag="staff", roles=OFFICE,
          answers={200: StaffView}, clauses=("POL-13", "POL-30")),
    Route("PUT", ONE, change, summary="Change an entry of the register", tag="staff", roles=OFFICE,
          body=StaffBody, answers={200: Kept}, changes=True, clauses=("POL-12",)),
    Route("POST", ONE + "/return", come_back, summary="Take a last day back", tag="staff",
          roles=OFFICE, body=ReturnBody, answers={204: None}, clauses=("POL-03", "POL-12")),
    Route("POST", ONE + "/relations", relate, summary="Declare a relation", tag="staff",
          roles=OFFICE, body=RelationBody, answers={201: Made}, creates=True, clauses=("POL-03",)),
    Route("POST", ONE + "/relations/{related_id}/acceptance", accept, tag="staff",
          summary="Accept a declared connection", roles=SAFEGUARDERS, body=AcceptanceBody,
          answers={204: None}, clauses=("POL-03", "POL-41")),
    Route("POST", ONE + "/distinct", tell_apart, summary="Tell two entries apart", tag="staff",
          roles=SAFEGUARDERS, body=DistinctBody, answers={204: None}, clauses=("POL-03",)),
    Route("PUT", ONE + "/suspension", suspend, summary="Suspend or reinstate", tag="staff",
          roles=LEADS, body=SuspensionBody, answers={204: None}, clauses=("POL-03", "POL-40")),
)  # fmt: skip
