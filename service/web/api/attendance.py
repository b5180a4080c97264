"""The provider's own report of who attended, beside what people said (POL-06)."""

from service.policy.admission import Place
from service.web.api.outcome import done
from service.web.api.session_views import session_id_of
from service.web.api.who import RECORD_READERS
from service.web.bodies import Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.inspection.inspecting import NoteReading, note_reading
from service.workflows.watch import attendance


class StayView(View):
    """One stay in the call. `place` and `person` are null where the provider's word fits nobody."""

    place: Place | None
    person: str | None
    joined_at: Instant
    left_at: Instant | None


class AttendanceView(View):
    """What the provider reports. `missing` says that there is no report: never that nobody came.

    With `lone_calls_missing` the provider leaves out calls that one person alone attended.
    """

    missing: bool
    read_at: Instant | None
    lone_calls_missing: bool
    stays: tuple[StayView, ...]


async def attended(call: Call) -> Answer:
    """The provider's report on a session; the reading is noted."""
    session_id = session_id_of(call)
    await done(call, note_reading, NoteReading("attendance", session_id))
    found = await call.deps.store.read(attendance.of_session, session_id)
    stays = tuple(
        StayView(
            place=stay.place,
            person=stay.subject_id,
            joined_at=stay.joined_at,
            left_at=stay.left_at,
        )
        for stay in found.stays
    )
    view = AttendanceView(
        missing=found.missing,
        read_at=found.read_at,
        lone_calls_missing=found.lone_calls_missing,
        stays=stays,
    )
    return Answer(200, view)


ROUTES = (
    Route("GET", "/v1/sessions/{session_id}/attendance", attended,
          summary="The provider's report of who attended", tag="statements", roles=RECORD_READERS,
          answers={200: AttendanceView}, clauses=("POL-06",)),
)  # fmt: skip
