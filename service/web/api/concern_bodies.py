"""What comes in and goes out about concerns. Words are kept out of every repr."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from service.policy.concern import (
    About,
    ConcernKind,
    Desk,
    Lateness,
    Outcome,
    ReporterAs,
    Severity,
    Status,
    StepKind,
)
from service.policy.concerns import Concern
from service.policy.organisation import Organisation
from service.store.concerns.concerns import SaidLater
from service.web.api.shapes import Id
from service.web.bodies import Body, Instant, View, wrong
from service.workflows.concerns.handling import Read

LONGEST = 8000


def _said(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise wrong("missing", "This must say something.")
    return value


OwnWords = Annotated[SecretStr, Field(max_length=LONGEST), AfterValidator(_said)]
FewWords = Annotated[SecretStr, Field(max_length=500), AfterValidator(_said)]


class ToldByBody(Body):
    """Whose concern is passed on. A program names them always; staff, if it is not their own."""

    reporter_as: ReporterAs
    reporter_id: Id | None = None
    words: FewWords | None = Field(
        default=None, description="Who it is and how they can be reached, if not on record."
    )


class NewConcern(Body):
    """A concern, in the words of whoever has it. They are kept as they are, and never changed."""

    kind: ConcernKind = ConcernKind.OTHER
    severity: Severity = Severity.SERIOUS
    words: OwnWords
    about: frozenset[About] = Field(
        default=frozenset(),
        description="`lead` and `management` go past the leads, to the independent contact.",
    )
    about_words: FewWords | None = None
    people: Annotated[tuple[Id, ...], Field(max_length=20)] = Field(
        default=(), description="Ids of those it is about. They never come to know of it here."
    )
    session_id: Id | None = None
    child_id: Id | None = None
    told_by: ToldByBody | None = None


class AddedWords(Body):
    """Words to add."""

    words: OwnWords


class ClosingBody(Body):
    """How it ended, and why."""

    outcome: Outcome
    words: OwnWords


class SubjectBody(Body):
    """Whom it turned out to be about."""

    subject_id: Id


class RaisedView(View):
    """What the person who raised a concern sees of it. `with_whom`: the role of who has it."""

    concern_id: str
    number: str
    status: Status
    with_whom: Desk
    raised_at: Instant
    answer_by: Instant


class ConcernView(View):
    """A concern without its words. `late`: what nobody did in time, if anything."""

    concern_id: str
    number: str
    kind: ConcernKind
    severity: Severity
    counts_as: Severity
    about: tuple[About, ...]
    status: Status
    session_id: str | None
    raised_at: Instant
    answer_by: Instant
    decide_by: Instant | None
    late: Lateness | None
    handler: str | None
    outcome: Outcome | None
    closed_at: Instant | None
    closed_by: str | None


class StepView(View):
    """One thing that was done, or words that were added."""

    kind: StepKind
    by: str
    at: Instant
    words: str | None = Field(repr=False)
    outcome: Outcome | None


class ReadView(ConcernView):
    """A concern with every word of it. That it was read is on record."""

    words: str = Field(repr=False)
    about_words: str | None = Field(repr=False)
    told_by: str | None = Field(repr=False)
    reporter_as: ReporterAs
    reporter_id: str | None
    raised_by: str
    child_id: str | None
    subjects: tuple[str, ...]
    steps: tuple[StepView, ...]


class CountView(View):
    """What an inspector sees of a concern: that there is one, and whether somebody acted in time."""

    number: str
    kind: ConcernKind
    counts_as: Severity
    status: Status
    raised_at: Instant
    acknowledged_at: Instant | None
    decided_at: Instant | None
    closed_at: Instant | None
    late: Lateness | None


# --- views ------------------------------------------------------------------------------------------


def _open(words: SecretStr | None) -> str | None:
    return words.get_secret_value() if words else None


def raised_view(concern: Concern, organisation: Organisation) -> RaisedView:
    """What the person who raised it sees."""
    return RaisedView(
        concern_id=concern.concern_id,
        number=concern.label,
        status=concern.now.status,
        with_whom=concern.goes_to,
        raised_at=concern.raised_at,
        answer_by=concern.deadlines(organisation).acknowledged_by,
    )


def _fields(concern: Concern, organisation: Organisation, now: datetime) -> dict[str, Any]:
    clock = concern.deadlines(organisation)
    return {
        "concern_id": concern.concern_id,
        "number": concern.label,
        "kind": concern.kind,
        "severity": concern.severity,
        "counts_as": concern.counts_as,
        "about": tuple(sorted(concern.about)),
        "status": concern.now.status,
        "session_id": concern.session_id,
        "raised_at": concern.raised_at,
        "answer_by": clock.acknowledged_by,
        "decide_by": clock.decided_by,
        "late": concern.lateness(organisation, now),
        "handler": concern.now.handler,
        "outcome": concern.now.outcome,
        "closed_at": concern.now.closed_at,
        "closed_by": concern.now.closed_by,
    }


def view(concern: Concern, organisation: Organisation, now: datetime) -> ConcernView:
    """A concern without its words."""
    return ConcernView(**_fields(concern, organisation, now))


def count_view(concern: Concern, organisation: Organisation, now: datetime) -> CountView:
    """What an inspector sees."""
    return CountView(
        number=concern.label,
        kind=concern.kind,
        counts_as=concern.counts_as,
        status=concern.now.status,
        raised_at=concern.raised_at,
        acknowledged_at=concern.now.acknowledged_at,
        decided_at=concern.now.decided_at,
        closed_at=concern.now.closed_at,
        late=concern.lateness(organisation, now),
    )


def _step(one: SaidLater) -> StepView:
    step = one.step
    return StepView(
        kind=step.kind, by=step.by, at=step.at, words=_open(one.words), outcome=step.outcome
    )


def read_view(found: Read, organisation: Organisation, now: datetime) -> ReadView:
    """A concern with every word of it."""
    concern, said = found.concern, found.said
    return ReadView(
        **_fields(concern, organisation, now),
        words=said.words.get_secret_value(),
        about_words=_open(said.about_words),
        told_by=_open(said.told_by),
        reporter_as=concern.reporter_as,
        reporter_id=concern.reporter_id,
        raised_by=concern.raised_by,
        child_id=concern.child_id,
        subjects=tuple(sorted(concern.subjects)),
        steps=tuple(_step(one) for one in found.later),
    )
