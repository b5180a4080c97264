"""When second staff are there: working hours, absences, the rota and the standby list (POL-03)."""

from datetime import time
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from service.policy.organisation import Hours
from service.policy.people import StaffId
from service.policy.session import Span
from service.policy.staff import DutyKind, WorkingHours
from service.store.staff import duties as duty_store
from service.store.staff.duties import Stretch
from service.web.api.outcome import created, done
from service.web.api.shapes import Id, Made
from service.web.api.who import LEADS, OFFICE, STAFF
from service.web.bodies import Body, Instant, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.staff import duties


class DayBody(Body):
    """Working hours of one weekday, local time."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes or self.opens.tzinfo or self.closes.tzinfo:
            raise wrong("not_hours", "Local times, and the first before the second.")
        return self


class WeekBody(Body):
    """When somebody works in an ordinary week; a day that is left out is a day off."""

    monday: DayBody | None = None
    tuesday: DayBody | None = None
    wednesday: DayBody | None = None
    thursday: DayBody | None = None
    friday: DayBody | None = None
    saturday: DayBody | None = None
    sunday: DayBody | None = None

    def hours(self) -> WorkingHours:
        """As the rules read them: from Monday to Sunday."""
        return tuple(None if day is None else Hours(day.opens, day.closes) for _, day in self)


class HoursBody(Body):
    """Somebody's working hours; null takes them off the record, and any time will do again."""

    week: WeekBody | None


class StretchBody(Body):
    """A stretch of time."""

    starts_at: Instant
    ends_at: Instant

    def span(self) -> Span:
        """As the rules read it."""
        return Span(self.starts_at, self.ends_at)


class StandbyBody(StretchBody):
    """Who stands by, first to be asked first; it takes the place of the list for the same stretch."""

    staff: Annotated[tuple[Id, ...], Field(max_length=50)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.staff)) != len(self.staff):
            raise wrong("doubled", "Name each person once.")
        return self


class StretchView(View):
    """One stretch of somebody's time."""

    id: str
    staff_id: str
    starts_at: Instant
    ends_at: Instant


class StretchesView(View):
    """Stretches, by start."""

    items: tuple[StretchView, ...]


def _views(found: tuple[Stretch, ...]) -> StretchesView:
    return StretchesView(
        items=tuple(
            StretchView(
                id=one.stretch_id,
                staff_id=one.staff_id,
                starts_at=one.span.starts_at,
                ends_at=one.span.ends_at,
            )
            for one in found
        )
    )


def _staff_id(call: Call[Any, Any]) -> StaffId:
    return StaffId(call.path["staff_id"])


async def set_hours(call: Call[HoursBody]) -> Answer:
    """Set working hours; sessions outside them are blocked at once."""
    week = call.body.week
    command = duties.SetHours(_staff_id(call), None if week is None else week.hours())
    await done(call, duties.set_hours, command)
    return Answer(204)


async def be_away(call: Call[StretchBody]) -> Answer:
    """Note that somebody will be away; sessions in that time are blocked at once."""
    command = duties.NoteAbsence(_staff_id(call), call.body.span())
    return Answer(201, Made(id=await created(call, duties.note_absence, command)))


async def absences(call: Call) -> Answer:
    """A person's absences that are not over."""
    now = call.deps.clock.now()
    found = await call.deps.store.read(duty_store.absences_of, _staff_id(call), now)
    return Answer(200, _views(found))


async def be_back(call: Call) -> Answer:
    """Take an absence back."""
    command = duties.EndAbsence(_staff_id(call), call.path["absence_id"])
    await done(call, duties.end_absence, command)
    return Answer(204)


async def accept_rota(call: Call[StretchBody]) -> Answer:
    """Say yes to every session one is put on within a stretch, now and later."""
    command = duties.AcceptRota(_staff_id(call), call.body.span())
    return Answer(201, Made(id=await created(call, duties.accept_rota, command)))


async def rota(call: Call) -> Answer:
    """The stretches that somebody accepted and that are not over: one's own, or anybody's for the office."""
    found = await call.deps.store.read(duties.rota_of, _staff_id(call), call.actor)
    return Answer(200, _views(found))


async def end_rota(call: Call) -> Answer:
    """Take a stretch back; sessions that have not begun and were accepted by it alone are asked about."""
    command = duties.EndRota(_staff_id(call), call.path["duty_id"])
    await done(call, duties.end_rota, command)
    return Answer(204)


async def set_standby(call: Call[StandbyBody]) -> Answer:
    """Set who stands by for a stretch; each of them is clear for that day and has said yes."""
    staff = tuple(StaffId(one) for one in call.body.staff)
    await done(call, duties.set_standby, duties.SetStandby(call.body.span(), staff))
    return await standby(call)


async def standby(call: Call[Any, Any]) -> Answer:
    """Who stands by, now and later."""
    return Answer(200, _views(await call.deps.store.read(duty_store.listed, DutyKind.STANDBY)))


ONE = "/v1/staff/{staff_id}"

ROUTES = (
    Route("PUT", ONE + "/hours", set_hours, summary="Set working hours", tag="staff", roles=OFFICE,
          body=HoursBody, answers={204: None}, clauses=("POL-03",)),
    Route("POST", ONE + "/absences", be_away, summary="Note an absence", tag="staff", roles=STAFF,
          body=StretchBody, answers={201: Made}, creates=True, clauses=("POL-03",)),
    Route("GET", ONE + "/absences", absences, summary="List absences", tag="staff", roles=OFFICE,
          answers={200: StretchesView}),
    Route("DELETE", ONE + "/absences/{absence_id}", be_back, summary="Take an absence back",
          tag="staff", roles=STAFF, answers={204: None}, clauses=("POL-03",)),
    Route("POST", ONE + "/rota", accept_rota, summary="Accept a stretch of the rota", tag="staff",
          roles=STAFF, body=StretchBody, answers={201: Made}, creates=True, clauses=("POL-03",)),
    Route("GET", ONE + "/rota", rota, summary="List accepted stretches of the rota", tag="staff",
          roles=STAFF, answers={200: StretchesView}, clauses=("POL-03",)),
    Route("DELETE", ONE + "/rota/{duty_id}", end_rota, summary="Take a stretch of the rota back",
          tag="staff", roles=STAFF, answers={204: None}, clauses=("POL-03",)),
    Route("PUT", "/v1/standby", set_standby, summary="Set who stands by", tag="staffing",
          roles=LEADS, body=StandbyBody, answers={200: StretchesView}, clauses=("POL-03",)),
    Route("GET", "/v1/standby", standby, summary="List who stands by", tag="staffing", roles=LEADS,
          answers={200: StretchesView}),
)  # fmt: skip
