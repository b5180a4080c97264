"""The second member of staff on a session: assigned, accepting, released (POL-03)."""

from dataclasses import asdict
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from service.policy.people import StaffId
from service.web.api.outcome import done
from service.web.api.session_views import SessionView, session_id_of, shown
from service.web.api.shapes import Id, Words
from service.web.api.who import LEADS, STAFF
from service.web.bodies import Body, Instant, Query, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.second_staff import choosing, handing_over, staffing


class AssignBody(Body):
    """Who is to support the session: somebody by id, or `auto` for whomever the rules allow, fairly."""

    staff_id: Id | None = None
    auto: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.auto == (self.staff_id is not None):
            raise wrong("one_of_both", "Name somebody, or say auto.")
        return self


class SwapBody(Body):
    """Who is to be second staff instead, and why."""

    staff_id: Id
    reason: Words


class ReplaceBody(Body):
    """Why somebody who stands by is to step in."""

    reason: Words


class CandidateView(View):
    """Somebody who could be second staff. `with_this_tutor`: their sessions together in 90 days."""

    staff_id: str
    rooms_that_day: int
    with_this_tutor: int


class ReasonView(View):
    """One reason of the rules in words, how many people it keeps out, who can lift it and by when."""

    code: str
    sentence: str
    people: int
    lifted_by: str
    lift_before: Instant


class SuggestionsView(View):
    """Who could be second staff, fairest first, and what keeps the others out."""

    eligible: tuple[CandidateView, ...]
    not_eligible: tuple[ReasonView, ...]


class ReleaseReason(StrEnum):
    """Why somebody is released. It stands in an address, so there is no free text."""

    ILL = "ill"
    UNAVAILABLE = "unavailable"
    REPLACED = "replaced"
    RELATED = "related"
    NOT_ELIGIBLE = "not_eligible"
    MISTAKE = "mistake"
    OTHER = "other"


class Release(Query):
    """Why."""

    reason: ReleaseReason


async def assign(call: Call[AssignBody]) -> Answer:
    """Put somebody on a session; it counts once they accept."""
    session_id = session_id_of(call)
    if call.body.staff_id is None:
        choice = choosing.ChooseSecondStaff(session_id)
        return await shown(call, await done(call, choosing.choose, choice))
    command = staffing.AssignSecondStaff(session_id, StaffId(call.body.staff_id))
    return await shown(call, await done(call, staffing.assign, command))


async def suggest(call: Call) -> Answer:
    """Everybody whom the rules allow, fairest first. Changes nothing."""
    found = await call.deps.store.read(choosing.suggest, session_id_of(call))
    eligible = tuple(
        CandidateView(
            staff_id=one.staff_id,
            rooms_that_day=one.rooms_that_day,
            with_this_tutor=one.with_this_tutor,
        )
        for one in found.eligible
    )
    reasons = tuple(ReasonView(**asdict(one)) for one in found.reasons)
    return Answer(200, SuggestionsView(eligible=eligible, not_eligible=reasons))


async def swap(call: Call[SwapBody]) -> Answer:
    """Somebody else takes over: at once before the call, and during it once they are in the room."""
    body = call.body
    command = handing_over.SwapSecondStaff(session_id_of(call), StaffId(body.staff_id), body.reason)
    return await shown(call, await done(call, handing_over.swap, command))


async def replace(call: Call[ReplaceBody]) -> Answer:
    """The first fitting person who stands by steps in; they have accepted beforehand."""
    command = handing_over.ReplaceFromStandby(session_id_of(call), call.body.reason)
    return await shown(call, await done(call, handing_over.replace_from_standby, command))


async def release(call: Call[None, Release]) -> Answer:
    """Take second staff off a session; an open one is shut at once."""
    command = staffing.ReleaseSecondStaff(session_id_of(call), call.query.reason.value)
    await done(call, staffing.release, command)
    return Answer(204)


async def accept(call: Call) -> Answer:
    """Say yes to supporting a session on its present terms."""
    command = staffing.AcceptSession(session_id_of(call))
    return await shown(call, await done(call, staffing.accept, command))


ONE = "/v1/sessions/{session_id}/second-staff"

ROUTES = (
    Route("PUT", ONE, assign, summary="Assign second staff", tag="staffing", roles=LEADS,
          body=AssignBody, answers={200: SessionView}, clauses=("POL-03",)),
    Route("DELETE", ONE, release, summary="Release second staff", tag="staffing", roles=STAFF,
          query=Release, answers={204: None}, clauses=("POL-03",)),
    Route("POST", ONE + "/suggestions", suggest, summary="Suggest second staff", tag="staffing",
          roles=LEADS, answers={200: SuggestionsView}, clauses=("POL-03",)),
    Route("POST", ONE + "/swap", swap, summary="Swap second staff", tag="staffing", roles=LEADS,
          body=SwapBody, answers={200: SessionView}, clauses=("POL-03",)),
    Route("POST", ONE + "/replace-from-standby", replace, summary="Replace from standby",
          tag="staffing", roles=LEADS, body=ReplaceBody, answers={200: SessionView},
          clauses=("POL-03",)),
    Route("POST", ONE + "/acceptance", accept, summary="Accept a session", tag="staffing",
          roles=STAFF, answers={200: SessionView}, clauses=("POL-03",)),
)  # fmt: skip
