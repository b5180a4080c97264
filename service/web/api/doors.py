"""The door for staff: what they still wait for, and their way in (POL-01, POL-03, POL-06)."""

from pydantic import Field

from service.policy.admission import Place
from service.policy.people import ChildId, ParentId
from service.policy.presence import SightingKind, SightingResult
from service.web.api.outcome import done
from service.web.api.session_views import SessionView, session_id_of, shown
from service.web.api.shapes import Id
from service.web.api.who import LEADS, STAFF
from service.web.bodies import Body, Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.attending import door, slips
from service.workflows.attending.sighting import Sighted
from service.workflows.families import link_keeping


class WaitView(View):
    """One reason to wait."""

    code: str
    sentence: str
    clauses: tuple[str, ...]


class LetInView(View):
    """Somebody whom the door let in, under the code that the provider's waiting room shows; empty for
    staff who wait under an account of their own."""

    place: Place
    door_code: str


class LookView(View):
    """A look at a child's adult that second staff owe, or will: missed once `missed_at` has passed."""

    kind: SightingKind
    due_from: Instant
    missed_at: Instant


class AdultView(View):
    """One child's adult as second staff know them: since when they
    said that they are there, when they left, if they did, what was noted last,
    from when on the child's time counts as supervised, and which looks are due or to come."""

    child_id: str
    here_since: Instant | None
    let_in_at: Instant | None
    left_at: Instant | None
    noted: SightingResult | None
    supervised_since: Instant | None
    looks: tuple[LookView, ...]


class DoorStateView(View):
    """The door as this person sees it. Second staff admit only those in `let_in`, and see `adults`."""

    place: Place
    open: bool
    waits: tuple[WaitView, ...]
    let_in: tuple[LetInView, ...]
    adults: tuple[AdultView, ...]


class WayInView(View):
    """The way in, for this person alone. It is a key: follow it, keep it nowhere."""

    url: str = Field(repr=False)


async def look(call: Call) -> Answer:
    """What the signed-in member of staff still waits for."""
    seen = await call.deps.store.read(door.look_staff, session_id_of(call), call.actor)
    waits = tuple(
        WaitView(code=wait.code, sentence=wait.sentence, clauses=wait.clauses)
        for wait in seen.waits
    )
    let_in = tuple(
        LetInView(place=holder.place, door_code=holder.door_code) for holder in seen.let_in
    )
    view = DoorStateView(
        place=seen.place,
        open=seen.open,
        waits=waits,
        let_in=let_in,
        adults=tuple(_adult(one) for one in seen.adults),
    )
    return Answer(200, view)


def _adult(adult: Sighted) -> AdultView:
    return AdultView(
        child_id=adult.child_id,
        here_since=adult.here_since,
        let_in_at=adult.let_in_at,
        left_at=adult.left_at,
        noted=adult.newest.result if adult.newest else None,
        supervised_since=adult.supervised_since,
        looks=tuple(
            LookView(kind=one.kind, due_from=one.due_from, missed_at=one.missed_at)
            for one in adult.owed
        ),
    )


async def go_in(call: Call) -> Answer:
    """Let the signed-in member of staff in, if nothing keeps them out; the admission is recorded."""
    way = await door.go_in(call.deps, door.GoIn(session_id_of(call)), call.actor)
    return Answer(200, WayInView(url=way.url.get_secret_value()))


class HouseholdBody(Body):
    """One child's household in the session."""

    child_id: Id


class LinksBody(HouseholdBody):
    """One adult's links to the session."""

    adult_id: Id


async def take_back(call: Call[HouseholdBody]) -> Answer:
    """Take back a household's way in, with any code that is out, in one step. If the child is still
    clear another way in is made, and the adult beside it can go in anew."""
    command = slips.TakeBack(session_id_of(call), ChildId(call.body.child_id))
    return await shown(call, await done(call, slips.take_back, command))


async def end_links(call: Call[LinksBody]) -> Answer:
    """End every link of one adult to the session, and send a fresh one while it is still to come."""
    command = link_keeping.EndLinks(
        session_id_of(call), ChildId(call.body.child_id), ParentId(call.body.adult_id)
    )
    return await shown(call, await done(call, link_keeping.end_links, command))


ONE = "/v1/sessions/{session_id}/door"

ROUTES = (
    Route("GET", ONE, look, summary="Look at the door", tag="presence", roles=STAFF,
          answers={200: DoorStateView}, clauses=("POL-03", "POL-06")),
    Route("POST", ONE + "/taking-back", take_back, summary="Take back a household's way in",
          tag="presence", roles=LEADS, body=HouseholdBody, answers={200: SessionView},
          clauses=("POL-06", "POL-26")),
    Route("POST", "/v1/sessions/{session_id}/links/revocation", end_links,
          summary="End an adult's links", tag="presence", roles=LEADS, body=LinksBody,
          answers={200: SessionView}, clauses=("POL-26",)),
    Route("POST", ONE, go_in, summary="Go in", tag="presence", roles=STAFF,
          answers={200: WayInView}, clauses=("POL-01", "POL-03", "POL-06")),
)  # fmt: skip
