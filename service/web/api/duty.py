"""Whom alerts reach: designated people, and the rota of who of them is on duty (POL-11)."""

from datetime import date, time
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from service.policy.duty_rota import Channel, Designated, Standing, Turn
from service.policy.people import Role, StaffId
from service.store.alerts import duty_rota as store
from service.store.alerts.duty_rota import KeptTurn
from service.store.transactions import Reader
from service.web.api.outcome import created, done
from service.web.api.shapes import Id, Made
from service.web.api.who import LEADS, OFFICE
from service.web.bodies import Body, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.alerts import duty_rota

APPOINTERS = frozenset({Role.DSL, Role.ADMIN})
"""Who says whom alerts reach."""

Channels = Annotated[tuple[Channel, ...], Field(min_length=1, max_length=3)]
Weekday = Annotated[int, Field(ge=0, le=6, description="The day it begins; Monday is 0.")]


class DesignationBody(Body):
    """As what somebody is designated, and how they are reached, the first way first. Everybody is
    reached by e-mail, at their organisation account, where no other way works."""

    standing: Standing
    channels: Channels

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise wrong("doubled", "Name each channel once.")
        return self


class DesignatedView(View):
    """A designated person. `on_duty`: whether they are on duty now; `place` 1 is reached first."""

    staff_id: str
    standing: Standing
    channels: tuple[Channel, ...]
    on_duty: bool
    place: int | None


class DesignatedPeople(View):
    """Everybody whom alerts can reach: those on duty in their order, and then the others."""

    items: tuple[DesignatedView, ...]


class TurnBody(Body):
    """Weekly hours by the clock on the wall where the organisation is. Hours that end when they start,
    or earlier, end on the next day. Without a last day they go on. `place` 1 is reached first."""

    staff_id: Id
    weekdays: Annotated[frozenset[Weekday], Field(min_length=1)]
    starts: time
    ends: time
    first_day: date
    last_day: date | None = None
    place: Annotated[int, Field(ge=1, le=20)] = 1

    @model_validator(mode="after")
    def _local_minutes(self) -> Self:
        for at in (self.starts, self.ends):
            if at.tzinfo or at.second or at.microsecond:
                raise wrong("not_hours", "Local times, in whole minutes.")
        return self

    def turn(self) -> Turn:
        """As the rules read it."""
        return Turn(
            StaffId(self.staff_id),
            self.weekdays,
            self.starts,
            self.ends,
            self.first_day,
            self.last_day,
            self.place,
        )


class TurnView(View):
    """A turn on the rota."""

    turn_id: str
    staff_id: str
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    first_day: date
    last_day: date | None
    place: int


class TurnsView(View):
    """Every turn that is or will be, by its first day."""

    items: tuple[TurnView, ...]


def _turn(kept: KeptTurn) -> TurnView:
    turn = kept.turn
    return TurnView(
        turn_id=kept.turn_id,
        staff_id=turn.staff_id,
        weekdays=tuple(sorted(turn.weekdays)),
        starts=turn.starts,
        ends=turn.ends,
        first_day=turn.first_day,
        last_day=turn.last_day,
        place=turn.place,
    )


def _people(reader: Reader) -> DesignatedPeople:
    found = store.reachable(reader)
    there = [_person(one, place) for place, one in enumerate(found.on_duty, 1)]
    return DesignatedPeople(items=(*there, *(_person(one, None) for one in found.off_duty)))


def _person(one: Designated, place: int | None) -> DesignatedView:
    return DesignatedView(
        staff_id=one.staff_id,
        standing=one.standing,
        channels=one.channels,
        on_duty=place is not None,
        place=place,
    )


async def people(call: Call[Any, Any]) -> Answer:
    """Whom alerts can reach, and who of them is on duty now."""
    return Answer(200, await call.deps.store.read(_people))


async def designate(call: Call[DesignationBody]) -> Answer:
    """Have alerts reach somebody, or change how."""
    staff_id = StaffId(call.path["staff_id"])
    person = Designated(staff_id, call.body.standing, call.body.channels)
    await done(call, duty_rota.designate, duty_rota.Designate(person))
    return await people(call)


async def end_designation(call: Call) -> Answer:
    """Have alerts reach somebody no more."""
    command = duty_rota.EndDesignation(StaffId(call.path["staff_id"]))
    await done(call, duty_rota.end_designation, command)
    return Answer(204)


async def turns(call: Call) -> Answer:
    """The rota."""
    found = await call.deps.store.read(store.turns)
    return Answer(200, TurnsView(items=tuple(map(_turn, found))))


async def set_turn(call: Call[TurnBody]) -> Answer:
    """Put a turn on the rota."""
    command = duty_rota.SetTurn(call.body.turn())
    return Answer(201, Made(id=await created(call, duty_rota.set_turn, command)))


async def end_turn(call: Call) -> Answer:
    """Take a turn off the rota, from now on."""
    await done(call, duty_rota.end_turn, duty_rota.EndTurn(call.path["turn_id"]))
    return Answer(204)


PEOPLE, TURNS = "/v1/duty/people", "/v1/duty/turns"

ROUTES = (
    Route("GET", PEOPLE, people, summary="List whom alerts reach", tag="duty", roles=OFFICE,
          answers={200: DesignatedPeople}, clauses=("POL-11",)),
    Route("PUT", PEOPLE + "/{staff_id}", designate, summary="Have alerts reach somebody",
          tag="duty", roles=APPOINTERS, body=DesignationBody, answers={200: DesignatedPeople},
          clauses=("POL-11",)),
    Route("DELETE", PEOPLE + "/{staff_id}", end_designation, tag="duty", roles=APPOINTERS,
          summary="Have alerts reach somebody no more", answers={204: None}, clauses=("POL-11",)),
    Route("GET", TURNS, turns, summary="Show the duty rota", tag="duty", roles=OFFICE,
          answers={200: TurnsView}, clauses=("POL-11",)),
    Route("POST", TURNS, set_turn, summary="Put a turn on the duty rota", tag="duty", roles=LEADS,
          body=TurnBody, answers={201: Made}, creates=True, clauses=("POL-11",)),
    Route("DELETE", TURNS + "/{turn_id}", end_turn, summary="Take a turn off the duty rota",
          tag="duty", roles=LEADS, answers={204: None}, clauses=("POL-11",)),
)  # fmt: skip
