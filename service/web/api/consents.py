"""A parent's word on consent, taken down by a named person; what a child's ledger amounts to (POL-04)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from service.policy.consent import (
    Basis,
    ConsentEntry,
    ConsentKind,
    ConsentStatus,
    Purpose,
    Resolution,
)
from service.policy.consent import Route as WordRoute
from service.policy.people import Authority, ChildId, ParentId
from service.store.consents.consent import Word
from service.web.api.outcome import created, done
from service.web.api.shapes import Evidence, Id, Made
from service.web.api.who import LEADS, READERS
from service.web.bodies import Body, Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.consents import consent
from service.workflows.inspection import inspecting, showing
from service.workflows.inspection.showing import ConsentShown

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
    answered_by: Id | None = Field(
        default=None, description="The deputy who spoke, where the giver is a team."
    )
    child_agrees: bool = Field(
        default=False, description="The child agreed to the rules for children as well (POL-31)."
    )
    says_visits: bool = Field(
        default=False,
        description="Of a paper: its words say that second staff may visit several sessions in turn. "
        "By any other route the words are those that families are asked now.",
    )
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] = "en"


class WordView(View):
    """One word in a child's ledger. `position` is its place; a resolution names words by it.

    `wording` and `child_wording` are the words that were agreed to, `shown` and `child_shown` the
    translations into `language` that stood beside them. `says_visits`: they say that second staff may
    visit several sessions in turn. `taken_by` and `checked_by` witnessed a paper. `authority`, `document`
    and `document_on` are what the giver's say rested on then.
    """

    consent_id: str
    position: int
    purpose: Purpose
    giver_id: str
    kind: ConsentKind
    at: Instant
    policy_version: str
    child_agreed: bool
    answered_by: str | None
    valid_until: Instant | None
    route: WordRoute
    recorded_by: str | None
    language: str
    wording: str
    child_wording: str | None
    shown: str | None
    child_shown: str | None
    says_visits: bool
    taken_by: str | None
    checked_by: str | None
    authority: Authority | None
    document: str | None
    document_on: date | None


class ResolutionView(View):
    """How a conflict was settled: which words were weighed, and whether the consent stands."""

    position: int
    purpose: Purpose
    basis: Basis
    stands: bool
    settles: tuple[int, ...]


class ConsentView(View):
    """Whether there is consent now. What was said, and by whom, is shown to named people with that duty."""

    child_id: str
    take_part: bool
    record: bool
    status: dict[Purpose, ConsentStatus] | None = Field(
        default=None, description="For coordinators, leads and inspectors."
    )
    words: tuple[WordView, ...] | None = None
    present_adults: tuple[str, ...] | None = None
    resolutions: tuple[ResolutionView, ...] | None = None


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
        says_visits=body.says_visits,
        answered_by=None if body.answered_by is None else ParentId(body.answered_by),
    )
    return Answer(201, Made(id=await created(call, consent.say_word, command)))


async def look(call: Call) -> Answer:
    """Whether there is consent for a child; the reading is noted."""
    command = inspecting.ReadConsent(ChildId(call.path["child_id"]))
    shown = await done(call, inspecting.read_consent, command)
    return Answer(200, _consent_view(shown, in_full=showing.sees_words(call.actor)))


def _consent_view(shown: ConsentShown, *, in_full: bool) -> ConsentView:
    live = {each: status is ConsentStatus.LIVE for each, status in shown.status.items()}
    return ConsentView(
        child_id=shown.child_id,
        take_part=live[Purpose.TAKE_PART],
        record=live[Purpose.RECORD],
        status=dict(shown.status) if in_full else None,
        words=tuple(_word(entry, word) for entry, word in shown.words) if in_full else None,
        present_adults=shown.present_adults if in_full else None,
        resolutions=tuple(_resolution(one) for one in shown.resolutions) if in_full else None,
    )


def _resolution(resolution: Resolution) -> ResolutionView:
    return ResolutionView(
        position=resolution.position,
        purpose=resolution.purpose,
        basis=resolution.basis,
        stands=resolution.stands,
        settles=tuple(sorted(resolution.settles)),
    )


def _word(entry: ConsentEntry, word: Word) -> WordView:
    taken_by, checked_by = word.witnesses or (None, None)
    return WordView(
        consent_id=entry.entry_id,
        position=entry.position,
        purpose=entry.purpose,
        giver_id=entry.giver_id,
        kind=entry.kind,
        at=entry.at,
        policy_version=entry.policy_version,
        child_agreed=entry.child_agreed,
        answered_by=entry.answered_by,
        valid_until=entry.valid_until,
        route=word.route,
        recorded_by=word.recorded_by,
        language=word.language,
        wording=word.wording,
        child_wording=word.child_wording,
        shown=word.shown,
        child_shown=word.child_shown,
        says_visits=entry.says_visits,
        taken_by=taken_by,
        checked_by=checked_by,
        authority=word.authority,
        document=word.paper.reference,
        document_on=word.paper.dated_on,
    )


ROUTES = (
    Route("POST", "/v1/consents", say, summary="Take down a parent's word", tag="consent",
          roles=LEADS, body=NewWord, answers={201: Made}, creates=True,
          clauses=("POL-04", "POL-05", "POL-32")),
    Route("GET", "/v1/children/{child_id}/consent", look, summary="Whether there is consent", tag="consent",
          roles=READERS, answers={200: ConsentView}, clauses=("POL-04", "POL-05")),
)  # fmt: skip
