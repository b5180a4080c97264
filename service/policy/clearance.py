"""What still stands in the way of a session, and the proof that nothing does.

`outstanding` lists every blocker. A `Clearance` is the only key that opens a meeting: it cannot be
made while a blocker stands, because making one runs every rule again. Only `clear` makes one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import NotClear
from service.policy.case import CaseFile, ChildCase
from service.policy.people import ChildId, ConsentEntryId, ParentId, PledgeId
from service.policy.rules import OVERRIDABLE, RULES, Rule, Stage
from service.policy.staff import Shortcoming

FRESH_FOR = timedelta(seconds=60)
"""How long a clearance may be used. After that the case is decided anew."""


@dataclass(frozen=True)
class Blocker:
    """One reason why a case is not clear: what it is, who can lift it, and until when it helps."""

    code: str
    sentence: str
    rule: str
    clauses: tuple[str, ...]
    lifted_by: str
    lift_before: datetime
    child_id: ChildId | None = None
    overridable: bool = False


@dataclass(frozen=True)
class Outstanding:
    """Every blocker of a case: those of the session, and those of each child."""

    of_session: tuple[Blocker, ...]
    of_children: dict[ChildId, tuple[Blocker, ...]]

    @property
    def clear_children(self) -> tuple[ChildId, ...]:
        """The children nothing stands in the way of; none while the session itself is blocked."""
        if self.of_session:
            return ()
        return tuple(child for child, blockers in self.of_children.items() if not blockers)

    @property
    def everything(self) -> tuple[Blocker, ...]:
        """All blockers, the session's first."""
        return self.of_session + tuple(
            blocker for blockers in self.of_children.values() for blocker in blockers
        )

    @property
    def is_clear(self) -> bool:
        """Whether the session may go ahead: its own rules hold and at least one child is clear."""
        return bool(self.clear_children)


def outstanding(case: CaseFile, stage: Stage, now: datetime) -> Outstanding:
    """Every reason why the case does not pass the stage at this instant."""
    return Outstanding(
        of_session=tuple(_session_blockers(case, stage, now)),
        of_children={
            child.child.child_id: tuple(_child_blockers(case, child, stage, now))
            for child in case.children
        },
    )


def _session_blockers(case: CaseFile, stage: Stage, now: datetime) -> Iterator[Blocker]:
    for rule in RULES:
        if stage in rule.binds and rule.session_check is not None:
            for reason in rule.session_check(case):
                if not _is_overridden(case, reason, now):
                    yield _blocker(case, rule, reason, None)


def _child_blockers(
    case: CaseFile, child: ChildCase, stage: Stage, now: datetime
) -> Iterator[Blocker]:
    for rule in RULES:
        if stage in rule.binds and rule.child_check is not None:
            for reason in rule.child_check(case, child):
                yield _blocker(case, rule, reason, child.child.child_id)


def _is_overridden(case: CaseFile, reason: Shortcoming, now: datetime) -> bool:
    if reason.code not in OVERRIDABLE:
        return False
    return any(
        override.covers(reason.code, now)
        and not case.is_staffed_by(override.by, override.lead)  # nobody lifts their own bar
        for override in case.overrides
    )


def _blocker(case: CaseFile, rule: Rule, reason: Shortcoming, child_id: ChildId | None) -> Blocker:
    return Blocker(
        code=reason.code,
        sentence=reason.sentence,
        rule=rule.number,
        clauses=rule.clauses,
        lifted_by=rule.lifted_by,
        lift_before=case.organisation.lapses_at(case.session.starts_at),
        child_id=child_id,
        overridable=reason.code in OVERRIDABLE,
    )


@dataclass(frozen=True)
class ClearedChild:
    """What one child's clearance rests on."""

    child_id: ChildId
    consent_entry_id: ConsentEntryId
    pledge_id: PledgeId
    adult_id: ParentId


@dataclass(frozen=True)
class Clearance:
    """Proof that a case was clear at one instant, and for which children.

    Constructing one runs the rules again and raises `NotClear` while a blocker stands. It lasts for
    `FRESH_FOR`.
    """

    case: CaseFile
    at: datetime

    def __post_init__(self) -> None:
        """Run every rule; an unclear case yields no clearance."""
        found = outstanding(self.case, Stage.OPEN, self.at)
        if not found.is_clear:
            raise NotClear(details={"blockers": [blocker.code for blocker in found.everything]})

    @property
    def children(self) -> tuple[ClearedChild, ...]:
        """The cleared children, each with the consent and the promise it rests on."""
        clear = outstanding(self.case, Stage.OPEN, self.at).clear_children
        return tuple(
            _rests_on(self.case, child)
            for child in self.case.children
            if child.child.child_id in clear
        )

    def is_fresh_at(self, now: datetime) -> bool:
        """Whether it may still be used; one from the future may not."""
        return timedelta(0) <= now - self.at < FRESH_FOR


def _rests_on(case: CaseFile, child: ChildCase) -> ClearedChild:
    consent = child.consent_until(case.session.ends_at)
    pledge = child.pledge_for(case.session)
    if consent is None or pledge is None:  # a rule was taken out: refuse rather than guess
        raise NotClear(details={"blockers": ["evidence_missing"]})
    return ClearedChild(child.child.child_id, consent.entry_id, pledge.pledge_id, pledge.adult_id)


def clear(case: CaseFile, now: datetime) -> Clearance:
    """The clearance of a case that is clear now; `NotClear` with every blocker if it is not."""
    return Clearance(case, now)
