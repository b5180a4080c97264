"""What a concern is made of, and what the steps taken about it amount to (POL-40 to POL-44)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConcernKind(StrEnum):
    """What it is about. Contact that a child seeks and bullying have kinds of their own (POL-43, 44)."""

    DISCLOSURE = "disclosure"
    ADULT_CONDUCT = "adult_conduct"
    BULLYING = "bullying"
    CHILD_SEEKS_CONTACT = "child_seeks_contact"
    OTHER = "other"


class Severity(StrEnum):
    """How pressing it is. `DANGER`: a child may be in danger now."""

    DANGER = "danger"
    SERIOUS = "serious"
    MINOR = "minor"


class About(StrEnum):
    """Whom it is about, as the person who raises it sees them."""

    TUTOR = "tutor"
    SECOND_STAFF = "second_staff"
    COLLEAGUE = "colleague"
    LEAD = "lead"
    MANAGEMENT = "management"
    ADULT_AT_HOME = "adult_at_home"
    CHILD = "child"
    SOMEBODY_ELSE = "somebody_else"


class Desk(StrEnum):
    """Where a concern goes, and in whose row of running numbers it stands."""

    LEADS = "leads"
    INDEPENDENT = "independent"


class ReporterAs(StrEnum):
    """As what the person spoke whose concern it is. `OTHER`: somebody without a record here."""

    STAFF = "staff"
    PARENT = "parent"
    OTHER = "other"


class StepKind(StrEnum):
    """What was done about a concern; steps are only ever added."""

    ACKNOWLEDGED = "acknowledged"
    TAKEN_ON = "taken_on"
    ADDED_TO = "added_to"
    DECIDED = "decided"
    SUBJECT_NAMED = "subject_named"
    PASSED_ON = "passed_on"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a concern ended. The reasons stand beside it in words, for doing nothing most of all."""

    REFERRED = "referred"
    ACTION_TAKEN = "action_taken"
    ADVICE_GIVEN = "advice_given"
    NO_ACTION = "no_action"


class Status(StrEnum):
    """How far it has come: all that the person who raised it is shown, with the number."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    IN_HAND = "in_hand"
    CLOSED = "closed"


class Lateness(StrEnum):
    """What nobody did in time."""

    UNACKNOWLEDGED = "unacknowledged"
    UNDECIDED = "undecided"


WORDED = frozenset({StepKind.ADDED_TO, StepKind.DECIDED, StepKind.CLOSED})
"""Steps that say something in words."""


@dataclass(frozen=True)
class Step:
    """One thing that was done about a concern."""

    kind: StepKind
    by: str
    at: datetime
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Progress:
    """What a concern's steps amount to. `opened_at`: raised, or opened again by words added later."""

    opened_at: datetime
    acknowledged_at: datetime | None = None
    handler: str | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None

    @property
    def status(self) -> Status:
        """How far it has come."""
        if self.closed_at is not None:
            return Status.CLOSED
        if self.acknowledged_at is None:
            return Status.RAISED
        return Status.ACKNOWLEDGED if self.handler is None else Status.IN_HAND


def progress(raised_at: datetime, steps: Iterable[Step]) -> Progress:
    """The steps, folded in their order. Words added to a closed concern open it again."""
    now = Progress(raised_at)
    for step in steps:
        now = _after(now, step)
    return now


def _after(before: Progress, step: Step) -> Progress:
    if step.kind is StepKind.ADDED_TO:
        return before if before.closed_at is None else Progress(step.at, handler=before.handler)
    if step.kind is StepKind.PASSED_ON:
        return Progress(step.at)  # whoever has it now begins anew
    if step.kind is StepKind.SUBJECT_NAMED:
        return before
    handler = step.by if step.kind is StepKind.TAKEN_ON else before.handler
    decided = step.kind in (StepKind.DECIDED, StepKind.CLOSED)
    closed = step.kind is StepKind.CLOSED
    return Progress(
        opened_at=before.opened_at,
        acknowledged_at=before.acknowledged_at or step.at,
        handler=handler,
        decided_at=before.decided_at or (step.at if decided else None),
        closed_at=step.at if closed else before.closed_at,
        closed_by=step.by if closed else before.closed_by,
        outcome=step.outcome if closed else before.outcome,
    )
