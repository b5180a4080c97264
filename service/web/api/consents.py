"""A parent's word on consent, taken down by a named person (POL-04, POL-05, POL-32)."""

from typing import Annotated, Literal

from pydantic import Field

from service.policy.consent import ConsentKind, Purpose
from service.policy.consent import Route as WordRoute
from service.policy.people import ChildId, ParentId
from service.web.api.outcome import created
from service.web.api.shapes import Evidence, Id, Made
from service.web.api.who import LEADS
from service.web.bodies import Body, Instant
from service.web.routes import Answer, Call, Route
from service.workflows import consent

Said = Literal[
    ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.WITHDRAWN, ConsentKind.INVALIDATED
]


class NewWord(Body):
    """What a parent said by telephone, on paper or in person, and how that can be checked."""

    child_id: Id
    giver_id: Id
    purpose: Purpose
    kind: Said
    route: WordRoute
    evidence: Evidence
    policy_version: Annotated[str, Field(max_length=40)] | None = None
    valid_until: Instant | None = None
    present_adults: tuple[Id, ...] = Field(default=(), max_length=20)
    child_agrees: bool = Field(
        default=False, description="The child agreed to the rules for children as well (POL-31)."
    )
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] = "en"


async def say(call: Call[NewWord]) -> Answer:
    """Append a word to a child's ledger; whatever rests on it falls or clears at once."""
    body = call.body
    command = consent.SayWord(
        child_id=ChildId(body.child_id),
        giver_id=ParentId(body.giver_id),
        purpose=body.purpose,
        kind=body.kind,
        route=body.route,
        evidence=body.evidence,
        policy_version=body.policy_version,
        valid_until=body.valid_until,
        present_adults=tuple(ParentId(adult) for adult in body.present_adults),
        language=body.language,
        child_agrees=body.child_agrees,
    )
    return Answer(201, Made(id=await created(call, consent.say_word, command)))


ROUTES = (
    Route("POST", "/v1/consents", say, summary="Take down a parent's word", tag="consent",
          roles=LEADS, body=NewWord, answers={201: Made}, creates=True,
          clauses=("POL-04", "POL-05", "POL-32")),
)  # fmt: skip
