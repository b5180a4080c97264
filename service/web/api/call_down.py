"""Whom to telephone when only people inside can end a call, and what came of it (POL-03, POL-42)."""

from pydantic import Field

from service.policy.call_down import TO_ANYBODY_ELSE, WHAT_TO_SAY, CalledAs, CallOutcome
from service.web.api.outcome import created, done
from service.web.api.session_views import session_id_of
from service.web.api.shapes import Id, Made
from service.web.api.who import LEADS
from service.web.bodies import Body, Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.watch import calling_down
from service.workflows.watch.calling_down import CallDown, ToCall


class ToCallView(View):
    """Somebody to call, and the words to say. Where `number_hidden`, only the safeguarding lead sees the
    number. `settled`: they were reached, or nobody of theirs is inside any more."""

    whom: str
    called_as: CalledAs
    name: str = Field(repr=False)
    phone: str | None = Field(repr=False)
    number_hidden: bool
    children: tuple[str, ...] = Field(repr=False)
    may_be_inside: bool
    settled: bool
    last_outcome: CallOutcome | None
    last_called_at: Instant | None
    say: str


class CallDownView(View):
    """Whom to call, in this order. `shut_at` is empty while the room runs; `over_since`: since then the
    provider says that nobody is inside. `nobody_for`: children who may be inside and for whom no adult
    may be called. `unknown`: how many connections inside nobody can name."""

    shut_at: Instant | None
    over_since: Instant | None
    to_call: tuple[ToCallView, ...]
    nobody_for: tuple[str, ...] = Field(repr=False)
    unknown: int
    say_to_anybody_else: str


class CallBody(Body):
    """What came of one call to somebody on the list."""

    whom: Id
    outcome: CallOutcome


async def look(call: Call) -> Answer:
    """Whom to call, with names and numbers; every look is recorded."""
    command = calling_down.LookAtCallDown(session_id_of(call))
    return Answer(200, _view(await done(call, calling_down.look, command)))


def _view(found: CallDown) -> CallDownView:
    return CallDownView(
        shut_at=found.shut_at,
        over_since=found.over_since,
        to_call=tuple(_one(one) for one in found.to_call),
        nobody_for=tuple(name.get_secret_value() for name in found.nobody_for),
        unknown=found.unknown,
        say_to_anybody_else=TO_ANYBODY_ELSE,
    )


def _one(one: ToCall) -> ToCallView:
    callee = one.callee
    return ToCallView(
        whom=callee.whom,
        called_as=callee.called_as,
        name=one.name.get_secret_value(),
        phone=one.phone.get_secret_value() if one.phone else None,
        number_hidden=one.number_hidden,
        children=tuple(name.get_secret_value() for name in one.children),
        may_be_inside=callee.may_be_inside,
        settled=callee.settled,
        last_outcome=callee.last_call.outcome if callee.last_call else None,
        last_called_at=callee.last_call.at if callee.last_call else None,
        say=WHAT_TO_SAY[callee.called_as],
    )


async def note(call: Call[CallBody]) -> Answer:
    """Note what came of a call."""
    command = calling_down.NoteCall(session_id_of(call), call.body.whom, call.body.outcome)
    return Answer(201, Made(id=await created(call, calling_down.note_call, command)))


ONE = "/v1/sessions/{session_id}/call-down"

ROUTES = (
    Route("GET", ONE, look, summary="See whom to call out of a room", tag="alerts", roles=LEADS,
          answers={200: CallDownView}, clauses=("POL-03", "POL-42")),
    Route("POST", ONE, note, summary="Note a call", tag="alerts", roles=LEADS, body=CallBody,
          answers={201: Made}, creates=True, clauses=("POL-03", "POL-42")),
)  # fmt: skip
