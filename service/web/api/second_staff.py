"""The second member of staff on a session: assigned, accepting, released (POL-03)."""

from enum import StrEnum

from service.policy.people import StaffId
from service.web.api.outcome import done
from service.web.api.session_views import SessionView, session_id_of, shown
from service.web.api.shapes import Id
from service.web.api.who import LEADS, STAFF
from service.web.bodies import Body, Query
from service.web.routes import Answer, Call, Route
from service.workflows import staffing


class AssignBody(Body):
    """Who is to support the session."""

    staff_id: Id


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
    command = staffing.AssignSecondStaff(session_id_of(call), StaffId(call.body.staff_id))
    return await shown(call, await done(call, staffing.assign, command))


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
    Route("POST", ONE + "/acceptance", accept, summary="Accept a session", tag="staffing",
          roles=STAFF, answers={200: SessionView}, clauses=("POL-03",)),
)  # fmt: skip
