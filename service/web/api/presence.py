"""The adult's promise and "I am here" as taken down by staff, staff's own, and sightings (POL-02, 21)."""

from typing import Any, Self

from pydantic import Field, model_validator

from service.policy.consent import Route as WordRoute
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.presence import PresenceMode, SightingResult
from service.policy.series import MOST_OCCURRENCES
from service.web.api.outcome import created, done
from service.web.api.session_views import SessionView, session_id_of, shown
from service.web.api.shapes import Evidence, Id, Made
from service.web.api.who import LEADS, STAFF
from service.web.bodies import Body, Instant, Query, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.attending import leaving, presence, promising
from service.workflows.second_staff import calling_second_staff


class SpokenWord(Body):
    """What an adult said by telephone, on paper or in person, and how that can be checked."""

    child_id: Id
    adult_id: Id
    route: WordRoute
    evidence: Evidence


class WordOnTerms(SpokenWord):
    """The same, about the session's terms that were read out."""

    terms: int = Field(ge=1)


class PledgeBody(WordOnTerms):
    """A promise to be present."""

    mode: PresenceMode
    shared: bool = Field(
        default=False,
        description="The adult promised another of their children at the same time, and said that "
        "all of them are in one place.",
    )


class OccasionBody(Body):
    """One session on the terms that were read out."""

    session_id: Id
    terms: int = Field(ge=1)


class PledgesBody(Body):
    """Promises for several sessions of one child, each of them named to the adult."""

    adult_id: Id
    mode: PresenceMode
    route: WordRoute
    evidence: Evidence
    occasions: tuple[OccasionBody, ...] = Field(min_length=1, max_length=MOST_OCCURRENCES)


class ForAdult(Query):
    """Which adult is asked."""

    adult_id: Id


class OccasionView(View):
    """A coming session, as the adult is to be asked about it."""

    session_id: str
    terms: int
    starts_at: Instant
    ends_at: Instant
    purpose: str
    promised: bool
    elsewhere: bool = Field(
        description="The adult has promised for another session at that time: ask about it alone."
    )


class Occasions(View):
    """The coming sessions of a child, as far ahead as an adult may promise."""

    occasions: tuple[OccasionView, ...]


class CheckInBody(Body):
    """ "I am here": the signed-in person's own (`in_the_room` for second staff who are in the call),
    or a family's word that was taken down."""

    in_the_room: bool | None = None
    family: WordOnTerms | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.in_the_room is None) == (self.family is None):
            raise wrong("ambiguous", "Give either in_the_room or family.")
        return self


class SightingBody(Body):
    """What second staff saw or heard of a child's adult."""

    child_id: Id
    result: SightingResult


async def pledge(call: Call[PledgeBody]) -> Answer:
    """Take down an adult's promise; the adult gets a copy with a way to say no."""
    body = call.body
    command = presence.MakePledge(
        session_id=session_id_of(call),
        child_id=ChildId(body.child_id),
        adult_id=ParentId(body.adult_id),
        terms=body.terms,
        mode=body.mode,
        route=body.route,
        evidence=body.evidence,
        shared=body.shared,
    )
    return Answer(201, Made(id=await created(call, presence.make_pledge, command)))


async def occasions(call: Call[None, ForAdult]) -> Answer:
    """What to read out to an adult who promises for several sessions at once."""
    child_id, adult_id = ChildId(call.path["child_id"]), ParentId(call.query.adult_id)
    coming = await call.deps.store.read(promising.coming_of, child_id, adult_id)
    return Answer(200, Occasions(occasions=tuple(OccasionView(**vars(one)) for one in coming)))


async def pledge_several(call: Call[PledgesBody]) -> Answer:
    """Take down an adult's promises for several sessions, all or none; answers the first."""
    body = call.body
    command = promising.MakePledges(
        occasions=tuple(
            promising.Occasion(SessionId(one.session_id), one.terms) for one in body.occasions
        ),
        child_id=ChildId(call.path["child_id"]),
        adult_id=ParentId(body.adult_id),
        mode=body.mode,
        route=body.route,
        evidence=body.evidence,
    )
    return Answer(201, Made(id=await created(call, promising.make_pledges, command)))


async def revoke(call: Call[SpokenWord]) -> Answer:
    """Take down that an adult takes the promise back."""
    body = call.body
    command = presence.RevokePledge(
        session_id=session_id_of(call),
        child_id=ChildId(body.child_id),
        adult_id=ParentId(body.adult_id),
        route=body.route,
        evidence=body.evidence,
    )
    return await shown(call, await done(call, presence.revoke_pledge, command))


async def check_in(call: Call[CheckInBody]) -> Answer:
    """Note "I am here" of the person who is signed in, or of a family that said so."""
    session_id = session_id_of(call)
    if call.body.family is None:
        own = presence.CheckInStaff(session_id, in_the_room=bool(call.body.in_the_room))
        return _made(await created(call, presence.check_in_staff, own))
    command = _of_family(session_id, call.body.family)
    return _made(await created(call, presence.check_in, command))


async def leave(call: Call[SpokenWord]) -> Answer:
    """Take down that a child's adult has to leave: the child's way in is shut until they are back, or
    somebody else who was named is there."""
    body = call.body
    command = leaving.Leave(
        session_id=session_id_of(call),
        child_id=ChildId(body.child_id),
        adult_id=ParentId(body.adult_id),
        route=body.route,
        evidence=body.evidence,
    )
    return _made(await created(call, leaving.leave, command))


def _of_family(session_id: SessionId, word: WordOnTerms) -> presence.CheckInFamily:
    return presence.CheckInFamily(
        session_id=session_id,
        child_id=ChildId(word.child_id),
        adult_id=ParentId(word.adult_id),
        terms=word.terms,
        route=word.route,
        evidence=word.evidence,
    )


async def sight(call: Call[SightingBody]) -> Answer:
    """Note whether a child's adult was seen, heard or not shown."""
    command = presence.NoteSighting(
        session_id_of(call), ChildId(call.body.child_id), call.body.result
    )
    return _made(await created(call, presence.note_sighting, command))


async def call_second_staff(call: Call) -> Answer:
    """Call second staff to the room: they see it on their pages, and people on duty hear of it."""
    command = calling_second_staff.CallSecondStaff(session_id_of(call))
    return _made(await created(call, calling_second_staff.call_second_staff, command))


def _made(made: str) -> Answer:
    return Answer(201, Made(id=made))


ONE = "/v1/sessions/{session_id}"
_SPOKEN: dict[str, Any] = {"tag": "presence", "roles": LEADS, "clauses": ("POL-02", "POL-21")}

CHILD = "/v1/children/{child_id}"

ROUTES = (
    Route("GET", CHILD + "/occasions", occasions, summary="List coming sessions to promise for",
          query=ForAdult, answers={200: Occasions}, **_SPOKEN),
    Route("POST", CHILD + "/pledges", pledge_several, summary="Take down several promises",
          body=PledgesBody, answers={201: Made}, creates=True, **_SPOKEN),
    Route("POST", ONE + "/pledges", pledge, summary="Take down a promise to be present",
          body=PledgeBody, answers={201: Made}, creates=True, **_SPOKEN),
    Route("POST", ONE + "/pledges/revocation", revoke, summary="Take down that it is taken back",
          body=SpokenWord, answers={200: SessionView}, **_SPOKEN),
    Route("POST", ONE + "/check-ins", check_in, summary="Say or take down: I am here",
          tag="presence", roles=STAFF, body=CheckInBody, answers={201: Made}, creates=True,
          clauses=("POL-02", "POL-03", "POL-21")),
    Route("POST", ONE + "/departures", leave, summary="Take down that the adult has to leave",
          body=SpokenWord, answers={201: Made}, creates=True, **_SPOKEN),
    Route("POST", ONE + "/sightings", sight, summary="Note a sighting", tag="presence",
          roles=STAFF, body=SightingBody, answers={201: Made}, creates=True, clauses=("POL-02",)),
    Route("POST", ONE + "/call-second-staff", call_second_staff, tag="presence",
          summary="Call second staff to the room", roles=STAFF, answers={201: Made}, creates=True,
          clauses=("POL-03",)),
)  # fmt: skip
