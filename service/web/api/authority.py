"""Who has a say about a child, and who must not: conflicts, restrictions, placements (POL-04, 20)."""

from datetime import date

from pydantic import Field

from service.policy.consent import Basis, Purpose, Wish
from service.policy.people import Authority, ChildId, ParentId, Restriction, Role
from service.web.api.outcome import created, done
from service.web.api.shapes import Id, Made, Reference, Words
from service.web.api.who import LEADS, STAFF
from service.web.bodies import Body
from service.web.routes import Answer, Call, Route
from service.workflows.consents import resolving
from service.workflows.families import (
    deputising,
    onboarding,
    parting,
    placement,
    silencing,
    wishing,
)


class ResolutionBody(Body):
    """How a conflict was settled. A no that is said later opens it again."""

    settles: tuple[int, ...] = Field(
        max_length=50, description="Positions of the words that were weighed."
    )
    basis: Basis
    stands: bool = Field(description="Whether the consent stands in spite of the refusals named.")
    reason: Words
    document: Reference | None = None
    purpose: Purpose = Purpose.TAKE_PART


class ReasonBody(Body):
    """Why."""

    reason: Words


class RestrictionBody(Body):
    """Whether an adult may be written to; `kind` null lifts a restriction."""

    kind: Restriction | None
    details_hidden: bool | None = Field(
        default=None, description="If not given, it stays as it is on record."
    )
    reason: Words
    document: Reference | None = None


class ChildRestrictionBody(Body):
    """Whether anything may be sent about a child: `deceased`, `do_not_contact`, or null to lift it."""

    kind: Restriction | None
    reason: Words


class DeputyBody(Body):
    """Who answers for the team: a person on record with a PIN of their own."""

    parent_id: Id


class FlagsBody(Body):
    """What keeps a child out of rooms that are only visited."""

    looked_after: bool
    visiting_never: bool


class WishBody(Body):
    """What a child said that it wants."""

    wish: Wish


class CarerBody(Body):
    """An adult of the new home, on record already; a shift worker of a home has no authority."""

    parent_id: Id
    relation: Words
    authority: Authority = Authority.NONE
    document: Reference | None = None
    document_on: date | None = None
    until: date | None = None


class PlacementBody(Body):
    """Where a looked-after child lives has changed. Without `old_carers`: everybody of the old home."""

    reason: Words
    old_carers: tuple[Id, ...] | None = Field(default=None, max_length=20)
    new_carers: tuple[CarerBody, ...] = Field(default=(), max_length=20)


async def resolve(call: Call[ResolutionBody]) -> Answer:
    """Settle a conflict about consent; the words it settles are named, and nothing is outvoted."""
    body = call.body
    command = resolving.ResolveConsent(
        child_id=ChildId(call.path["child_id"]),
        purpose=body.purpose,
        settles=body.settles,
        basis=body.basis,
        stands=body.stands,
        reason=body.reason,
        document=body.document,
    )
    return Answer(201, Made(id=await created(call, resolving.resolve_consent, command)))


async def end_tie(call: Call[ReasonBody]) -> Answer:
    """Take an adult off a child's record; links and promises end with the tie."""
    command = parting.EndTie(
        ChildId(call.path["child_id"]), ParentId(call.path["parent_id"]), call.body.reason
    )
    await done(call, parting.end_tie, command)
    return Answer(204)


async def restrict(call: Call[RestrictionBody]) -> Answer:
    """Stop every message and link of an adult at once, or, as safeguarding lead, lift that."""
    body = call.body
    command = parting.Restrict(
        ParentId(call.path["parent_id"]),
        body.kind,
        body.details_hidden,
        body.reason,
        body.document,
    )
    await done(call, parting.restrict, command)
    return Answer(204)


async def restrict_child(call: Call[ChildRestrictionBody]) -> Answer:
    """Stop everything that is sent about a child and call its sessions off, or, as lead, lift that."""
    body = call.body
    command = silencing.RestrictChild(ChildId(call.path["child_id"]), body.kind, body.reason)
    await done(call, silencing.restrict_child, command)
    return Answer(204)


async def name_deputy(call: Call[DeputyBody]) -> Answer:
    """Let a person answer for a giver that is a team, in their own name."""
    command = deputising.NameDeputy(ParentId(call.path["parent_id"]), ParentId(call.body.parent_id))
    await created(call, deputising.name_deputy, command)
    return Answer(201, Made(id=call.path["parent_id"]))


async def end_deputy(call: Call) -> Answer:
    """Let a person answer for a team no more; what they said for it stands."""
    command = deputising.EndDeputy(
        ParentId(call.path["parent_id"]), ParentId(call.path["deputy_id"])
    )
    await done(call, deputising.end_deputy, command)
    return Answer(204)


async def flag(call: Call[FlagsBody]) -> Answer:
    """Note that a child is looked after, or must never be in a room that is only visited; or, as
    safeguarding lead, that it is not so any more."""
    command = onboarding.FlagChild(
        ChildId(call.path["child_id"]), call.body.looked_after, call.body.visiting_never
    )
    await done(call, onboarding.flag_child, command)
    return Answer(204)


async def note_wish(call: Call[WishBody]) -> Answer:
    """Note what a child wants. Staff see it at every session; it stops nothing by itself."""
    command = wishing.NoteWish(ChildId(call.path["child_id"]), call.body.wish)
    return Answer(201, Made(id=await created(call, wishing.note_wish, command)))


async def change_placement(call: Call[PlacementBody]) -> Answer:
    """End the old home's part at once; slots are kept, and the local authority is asked anew."""
    body = call.body
    carers = tuple(
        placement.NewCarer(
            ParentId(one.parent_id),
            one.relation,
            one.authority,
            one.document,
            one.document_on,
            one.until,
        )
        for one in body.new_carers
    )
    old = None if body.old_carers is None else tuple(ParentId(one) for one in body.old_carers)
    command = placement.ChangePlacement(ChildId(call.path["child_id"]), body.reason, old, carers)
    await created(call, placement.change_placement, command)
    return Answer(202)


CHILD = "/v1/children/{child_id}"

ROUTES = (
    Route("POST", CHILD + "/consent-resolution", resolve, summary="Settle a conflict about consent",
          tag="consent", roles=frozenset({Role.DSL}), body=ResolutionBody, answers={201: Made},
          creates=True, clauses=("POL-04",)),
    Route("POST", CHILD + "/parents/{parent_id}/end", end_tie, summary="End an adult's tie",
          tag="people", roles=LEADS, body=ReasonBody, answers={204: None}, clauses=("POL-04",)),
    Route("PUT", "/v1/parents/{parent_id}/restriction", restrict, summary="Restrict an adult",
          tag="people", roles=LEADS, body=RestrictionBody, answers={204: None},
          clauses=("POL-20",)),
    Route("POST", "/v1/parents/{parent_id}/deputies", name_deputy,
          summary="Name a deputy of a team", tag="people", roles=LEADS, body=DeputyBody,
          answers={201: Made}, creates=True, clauses=("POL-04",)),
    Route("POST", "/v1/parents/{parent_id}/deputies/{deputy_id}/end", end_deputy,
          summary="End a deputy's part", tag="people", roles=LEADS, answers={204: None},
          clauses=("POL-04",)),
    Route("PUT", CHILD + "/flags", flag, summary="Flag a child", tag="people", roles=LEADS,
          body=FlagsBody, answers={204: None}, clauses=("POL-03",)),
    Route("PUT", CHILD + "/restriction", restrict_child, summary="Restrict a child's record",
          tag="people", roles=LEADS, body=ChildRestrictionBody, answers={204: None},
          clauses=("POL-20",)),
    Route("POST", CHILD + "/wishes", note_wish, summary="Note what a child wants", tag="people",
          roles=STAFF, body=WishBody, answers={201: Made}, creates=True, clauses=("POL-31",)),
    Route("POST", CHILD + "/placement-changed", change_placement,
          summary="A looked-after child lives elsewhere", tag="people", roles=LEADS,
          body=PlacementBody, answers={202: None}, creates=True, clauses=("POL-04",)),
)  # fmt: skip
