"""The door for staff: what they still wait for, and their way in (POL-01, POL-03, POL-06)."""

from pydantic import Field

from service.policy.admission import Place
from service.policy.presence import SightingKind, SightingResult
from service.web.api.session_views import session_id_of
from service.web.api.who import STAFF
from service.web.bodies import Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows import door
from service.workflows.sighting import Sighted


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
    """One child's adult as second staff know them: when they left, if they did, what was noted last,
    from when on the child's time counts as supervised, and which looks are due or to come."""

    child_id: str
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


ONE = "/v1/sessions/{session_id}/door"

ROUTES = (
    Route("GET", ONE, look, summary="Look at the door", tag="presence", roles=STAFF,
          answers={200: DoorStateView}, clauses=("POL-03", "POL-06")),
    Route("POST", ONE, go_in, summary="Go in", tag="presence", roles=STAFF,
          answers={200: WayInView}, clauses=("POL-01", "POL-03", "POL-06")),
)  # fmt: skip
