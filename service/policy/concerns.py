"""Concerns: who may read one, how soon somebody must act, and what it keeps (POL-40 to POL-44).

Anyone raises one in a single step, at any hour. It goes to one of two desks: the safeguarding leads',
or the independent contact's if it is about a lead or the management. Nobody it is about ever reads
it, and what nobody takes up in time is open to the independent contact too, so that none is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from service.policy.concern import (
    About,
    ConcernKind,
    Desk,
    Lateness,
    Progress,
    ReporterAs,
    Severity,
    Step,
    StepKind,
    progress,
)
from service.policy.organisation import Organisation
from service.policy.people import Actor, ChildId, Role, SessionId, birthday

PAST_THE_LEADS = frozenset({About.LEAD, About.MANAGEMENT})
ABOUT_STAFF = PAST_THE_LEADS | {About.TUTOR, About.SECOND_STAFF, About.COLLEAGUE}
NEVER_MINOR = frozenset({ConcernKind.DISCLOSURE, ConcernKind.ADULT_CONDUCT})

MINOR_ACKNOWLEDGED_WITHIN = timedelta(days=3)
LOOK_AGAIN_EVERY = timedelta(hours=1)
"""How often the alert about a late concern is repeated, day and night."""

KEEP_CHILDS_UNTIL_AGE = 25
"""Records round a concern stay until the child would be this old, then a lead reviews them."""

KEEP_AT_LEAST = timedelta(days=3653)
"""Ten years after it was closed, whatever anybody's age."""


def desk_for(about: Iterable[About], *, names_a_lead: bool) -> Desk:
    """Past the leads, if it is about one of them or about the management (POL-40, pitfall 65).

    Other leads do not read it either: they work side by side.
    """
    past = names_a_lead or not PAST_THE_LEADS.isdisjoint(about)
    return Desk.INDEPENDENT if past else Desk.LEADS


def counted_as(kind: ConcernKind, severity: Severity) -> Severity:
    """How pressing it counts: what a child disclosed, and an adult's conduct, are never minor."""
    if severity is Severity.MINOR and kind in NEVER_MINOR:
        return Severity.SERIOUS
    return severity


@dataclass(frozen=True)
class Deadlines:
    """By when somebody acknowledges a concern, and by when it is decided what is done; minor ones are
    decided in their own time."""

    acknowledged_by: datetime
    decided_by: datetime | None


def deadlines(organisation: Organisation, severity: Severity, opened_at: datetime) -> Deadlines:
    """The clock of a concern. It runs at night, at weekends and on closed days (POL-40, pitfall 37)."""
    windows = organisation.windows
    if severity is Severity.MINOR:
        return Deadlines(opened_at + MINOR_ACKNOWLEDGED_WITHIN, None)
    if severity is Severity.DANGER:
        acknowledged, decided = windows.danger_acknowledged, windows.danger_decided
    else:
        acknowledged, decided = windows.serious_acknowledged, windows.serious_decided
    return Deadlines(
        opened_at + timedelta(minutes=acknowledged), opened_at + timedelta(minutes=decided)
    )


@dataclass(frozen=True)
class Concern:
    """A concern without its words. `subjects` are the ids of everybody it is about, and of staff who
    are family to them; `about` is what the person who raised it ticked, `desk` the row that its
    number stands in."""

    concern_id: str
    desk: Desk
    number: int
    kind: ConcernKind
    severity: Severity
    about: frozenset[About]
    subjects: frozenset[str]
    reporter_id: str | None
    reporter_as: ReporterAs
    raised_by: str
    session_id: SessionId | None
    child_id: ChildId | None
    write_back: bool
    raised_at: datetime
    steps: tuple[Step, ...] = ()
    now: Progress = field(init=False)

    def __post_init__(self) -> None:
        """Fold the steps once."""
        object.__setattr__(self, "now", progress(self.raised_at, self.steps))

    @property
    def label(self) -> str:
        """The running number as people say it; each desk has a row of its own."""
        return str(self.number) if self.desk is Desk.LEADS else f"U{self.number}"

    @property
    def goes_to(self) -> Desk:
        """Whose it is now: the leads may have passed it on, or named one of themselves."""
        passed_on = any(step.kind is StepKind.PASSED_ON for step in self.steps)
        return Desk.INDEPENDENT if passed_on else self.desk

    @property
    def counts_as(self) -> Severity:
        """How pressing it counts."""
        return counted_as(self.kind, self.severity)

    def deadlines(self, organisation: Organisation) -> Deadlines:
        """Its clock, from the last time it was opened."""
        return deadlines(organisation, self.counts_as, self.now.opened_at)

    def was_taken_up_by(self, subject: str) -> bool:
        """Whether this person has handled it, and did not merely add words."""
        return any(step.by == subject and step.kind is not StepKind.ADDED_TO for step in self.steps)

    def next_deadline(self, organisation: Organisation) -> datetime | None:
        """When it is next looked at for lateness; None once nothing is waited for."""
        clock = self.deadlines(organisation)
        if self.now.closed_at is not None:
            return None
        if self.now.acknowledged_at is None:
            return clock.acknowledged_by
        return clock.decided_by if self.now.decided_at is None else None

    def lateness(self, organisation: Organisation, at: datetime) -> Lateness | None:
        """What is overdue at the instant; None if nothing is."""
        clock = self.deadlines(organisation)
        if self.now.closed_at is not None:
            return None
        if self.now.acknowledged_at is None:
            return Lateness.UNACKNOWLEDGED if at >= clock.acknowledged_by else None
        if self.now.decided_at is None and clock.decided_by is not None:
            return Lateness.UNDECIDED if at >= clock.decided_by else None
        return None


def may_handle(concern: Concern, actor: Actor, organisation: Organisation, at: datetime) -> bool:
    """Whether this person may know of a concern, read it, and act on it (POL-40, pitfalls 65 and 66).

    Never anybody it is about, whatever their role; never an admin, coordinator, tutor, inspector or
    program as such. The independent contact also reads what the leads let lie past its time.
    """
    if actor.subject in concern.subjects or actor.has(Role.MACHINE):
        return False
    past_the_leads = concern.goes_to is Desk.INDEPENDENT
    if actor.has(Role.DSL) and not past_the_leads:
        return True
    left_lying = concern.lateness(organisation, at) is Lateness.UNACKNOWLEDGED
    theirs = past_the_leads or left_lying or concern.was_taken_up_by(actor.subject)
    return actor.has(Role.INDEPENDENT) and theirs


def has_raised(concern: Concern, actor: Actor) -> bool:
    """Whether it is this person's own, or they passed it on for somebody: they see its number, how far
    it has come, and nothing else; and they may add words."""
    return actor.subject in (concern.reporter_id, concern.raised_by)


def may_be_written_to(concern: Concern) -> bool:
    """Whether a parent is told by message that a concern was taken up, or on their page alone.

    A copy of each message is read by staff (POL-22). Where it is about staff, or about somebody who is
    family to staff, none is written.
    """
    about_staff = not ABOUT_STAFF.isdisjoint(concern.about) or any(
        subject.startswith("staff_") for subject in concern.subjects
    )
    quiet = about_staff or concern.goes_to is Desk.INDEPENDENT
    return concern.reporter_as is ReporterAs.PARENT and concern.write_back and not quiet


def held_until(closed_at: datetime | None, births: Iterable[date]) -> date | None:
    """Through which day the records round a concern stay; None while it is open: for as long as that
    takes (pitfall 67)."""
    if closed_at is None:
        return None
    ends = [birthday(born_on, KEEP_CHILDS_UNTIL_AGE) for born_on in births]
    return max([(closed_at + KEEP_AT_LEAST).date(), *ends])
