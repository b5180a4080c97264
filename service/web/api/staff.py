"""The staff register: who is checked, trained and has acknowledged the policy (POL-12, 13, 30)."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from service.policy.people import StaffId
from service.policy.staff import CheckScheme, Evidence, EvidenceKind, RelationKind
from service.store import listings, staff
from service.store.listings import Colleague
from service.store.transactions import Reader
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import created, done
from service.web.api.shapes import ExternalId, Id, Kept, Made, MailAddress, Name, PhoneNumber, Words
from service.web.api.who import LEADS, OFFICE, SAFEGUARDERS
from service.web.bodies import Body, View, wrong
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows import register, same_person

LISTING = "staff"
CheckNumber = Annotated[SecretStr, Field(min_length=4, max_length=40)]


class StaffBody(Body):
    """A member of staff. `account` is their account of the organisation (POL-12)."""

    name: Name
    account: MailAddress
    phone: PhoneNumber | None = None
    left_on: date | None = None


class NewStaff(StaffBody):
    """A member of staff to put on the register."""

    external_id: ExternalId | None = None


class EvidenceBody(Body):
    """Something seen: a check, a training, or that somebody acknowledged a version of the policy."""

    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None = None
    policy_version: Annotated[str, Field(max_length=40)] | None = None
    scheme: CheckScheme | None = Field(
        default=None, description="By which scheme a background check was made."
    )
    number: CheckNumber | None = Field(
        default=None, description="A check's number: a digest is kept, never the number."
    )

    @model_validator(mode="after")
    def _names_a_version_or_not(self) -> Self:
        acknowledges = self.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
        if acknowledges != (self.policy_version is not None):
            raise wrong("version_mismatch", "An acknowledgement, and only that, names a version.")
        is_check = self.kind is EvidenceKind.BACKGROUND_CHECK
        if not is_check and (self.scheme is not None or self.number is not None):
            raise wrong("not_a_check", "Only a background check has a scheme and a number.")
        return self


class RelationBody(Body):
    """The child, parent or colleague whose family or household this person is; or the family whose
    employee, friend or neighbour (`connection`), which counts until a lead accepts it."""

    related_id: Id
    kind: Literal["family", "connection"] = "family"


class AcceptanceBody(Body):
    """Why a declared connection is no reason to keep the two apart."""

    reason: Words


class DistinctBody(Body):
    """Which other entry is another person, and how that is known."""

    other_id: Id
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


class EvidenceView(View):
    """One thing seen."""

    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None
    policy_version: str | None
    scheme: CheckScheme | None


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
    """Replace an entry's details; sessions that rested on them fall at once."""
    command = _command(call.body, staff_id=_staff_id(call), version=call.if_match)
    return await _kept(call, await done(call, register.put_staff, command), 200)


def _command(
    body: StaffBody,
    *,
    external_id: str | None = None,
    staff_id: StaffId | None = None,
    version: int | None = None,
) -> register.PutStaff:
    return register.PutStaff(
        name=body.name,
        account=body.account,
        phone=body.phone,
        left_on=body.left_on,
        external_id=external_id,
        staff_id=staff_id,
        version=version,
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
    found = await call.deps.store.read(listings.colleagues, after=after, limit=query.limit)
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
    member = staff.members(reader, frozenset({staff_id}))[staff_id]
    view = StaffView(
        staff_id=staff_id,
        external_id=record.external_id,
        name=record.name.get_secret_value(),
        suspended=record.suspended,
        left_on=record.left_on,
        account=record.account.get_secret_value(),
        phone=record.phone.get_secret_value() if record.phone else None,
        evidence=tuple(_evidence(item) for item in member.evidence),
        relations=tuple(sorted(member.relations)),
        connections=tuple(sorted(member.connections)),
    )
    return view, record.version


def _evidence(item: Evidence) -> EvidenceView:
    return EvidenceView(
        kind=item.kind,
        seen_on=item.seen_on,
        trusted_until=item.trusted_until,
        policy_version=item.policy_version,
        scheme=item.scheme,
    )


async def vouch(call: Call[EvidenceBody]) -> Answer:
    """Append evidence that the person who is signed in has seen."""
    body = call.body
    evidence = Evidence(
        body.kind, body.seen_on, body.trusted_until, body.policy_version, body.scheme
    )
    command = register.AddEvidence(_staff_id(call), evidence, body.number)
    return Answer(201, Made(id=await created(call, register.add_evidence, command)))


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
    """Say that two entries are two people although they share a number or an address."""
    body = call.body
    command = same_person.DeclareDistinct(_staff_id(call), StaffId(body.other_id), body.reason)
    await done(call, same_person.declare_distinct, command)
    return Answer(204)


async def suspend(call: Call[SuspensionBody]) -> Answer:
    """Suspend or reinstate, with effect at once. No If-Match: what is safer never waits."""
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
    Route("POST", ONE + "/evidence", vouch, summary="Add evidence", tag="staff", roles=OFFICE,
          body=EvidenceBody, answers={201: Made}, creates=True, clauses=("POL-13", "POL-30")),
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
