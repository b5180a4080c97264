"""Weekly series: booked with every occurrence answered for, read, and their rest called off."""

from pydantic import Field

from service.policy.people import ChildId, StaffId
from service.policy.session import SessionState
from service.store.sessions.series import Refusal
from service.web.api.booking_bodies import NewSeries
from service.web.api.outcome import created, done
from service.web.api.reading import noted
from service.web.api.sessions import provider_of
from service.web.api.shapes import Words
from service.web.api.who import BOOKERS, READERS
from service.web.bodies import Body, Instant, View
from service.web.problems import FieldView, field_view
from service.web.routes import Answer, Call, Route
from service.workflows.sessions import calling_off
from service.workflows.sessions import series as workflow


class RefusalView(View):
    """Why an occurrence was not booked: the first problem, and `problems` with every one of them."""

    code: str
    field: str
    sentence: str
    problems: tuple[FieldView, ...]


class OccurrenceView(View):
    """One time of a series: a session as it is now, or the reason why there is none.

    In the answer to a dry run there are no sessions yet.
    """

    local_start: str
    starts_at: Instant | None
    session_id: str | None
    state: SessionState | None
    refused: RefusalView | None


class SeriesView(View):
    """A series. `series_id` is null in the answer to a dry run, which books nothing."""

    series_id: str | None
    external_id: str | None
    tutor_id: str
    occurrences: tuple[OccurrenceView, ...]


class CancelBody(Body):
    """Why, and from when on; without a time, every session that has not begun."""

    reason: Words
    starts_from: Instant | None = Field(default=None, alias="from")


class CalledOff(View):
    """The sessions that were called off."""

    session_ids: tuple[str, ...]


async def book(call: Call[NewSeries]) -> Answer:
    """Book a series. What clashes is told with its reason, and the others stand."""
    body = call.body
    command = workflow.BookSeries(
        external_id=body.external_id,
        tutor_id=StaffId(body.tutor_id),
        children=tuple(map(ChildId, body.children)),
        weekly=body.weekly(call.deps.organisation),
        minutes=body.duration_minutes,
        purposes=body.purposes or (body.purpose or "",),
        provider=provider_of(call, body.provider),
        cover_mode=body.cover_mode,
    )
    if body.dry_run:
        return Answer(200, _previewed(body, await done(call, workflow.preview, command)))
    return await _shown(call, await created(call, workflow.book_series, command), status=201)


def _previewed(body: NewSeries, found: workflow.Preview) -> SeriesView:
    free = [
        OccurrenceView(
            local_start=one.local_start,
            starts_at=one.at,
            session_id=None,
            state=None,
            refused=None,
        )
        for one in found.free
    ]
    return SeriesView(
        series_id=None,
        external_id=body.external_id,
        tutor_id=body.tutor_id,
        occurrences=_in_order([*free, *map(_refused, found.refused)]),
    )


async def look(call: Call) -> Answer:
    """A series with its sessions as they are now."""
    await noted(call, "series")
    return await _shown(call, call.path["series_id"])


async def _shown(call: Call[NewSeries] | Call, series_id: str, status: int = 200) -> Answer:
    found = await call.deps.store.read(workflow.look, series_id, call.actor)
    booked = [
        OccurrenceView(
            local_start=one.local_start,
            starts_at=one.starts_at,
            session_id=one.session_id,
            state=one.state,
            refused=None,
        )
        for one in found.sessions
    ]
    content = SeriesView(
        series_id=found.series.series_id,
        external_id=found.series.external_id,
        tutor_id=found.series.tutor_id,
        occurrences=_in_order([*booked, *map(_refused, found.refused)]),
    )
    return Answer(status, content)


def _refused(one: Refusal) -> OccurrenceView:
    first = one.problems[0]
    return OccurrenceView(
        local_start=one.local_start,
        starts_at=None,
        session_id=None,
        state=None,
        refused=RefusalView(
            code=first.code,
            field=first.field,
            sentence=first.sentence,
            problems=tuple(map(field_view, one.problems)),
        ),
    )


def _in_order(occurrences: list[OccurrenceView]) -> tuple[OccurrenceView, ...]:
    return tuple(sorted(occurrences, key=lambda one: one.local_start))


async def cancel(call: Call[CancelBody]) -> Answer:
    """Call off what is left of a series."""
    body = call.body
    command = calling_off.CancelRest(call.path["series_id"], body.starts_from, body.reason)
    off = await done(call, calling_off.cancel_rest, command)
    return Answer(200, CalledOff(session_ids=off))


ONE = "/v1/series/{series_id}"

ROUTES = (
    Route("POST", "/v1/series", book, summary="Book a weekly series", tag="series", roles=BOOKERS,
          body=NewSeries, answers={201: SeriesView, 200: SeriesView}, creates=True,
          clauses=("POL-21", "POL-23")),
    Route("GET", ONE, look, summary="Read a series", tag="series", roles=READERS,
          answers={200: SeriesView}),
    Route("POST", ONE + "/cancel", cancel, summary="Call off what is left of a series",
          tag="series", roles=BOOKERS, body=CancelBody, answers={200: CalledOff}),
)  # fmt: skip
