"""Choosing second staff by the rules that decide, and changing them during a call (POL-03)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.policy.case import CaseFile
from service.policy.clearance import Blocker, outstanding
from service.policy.people import StaffId
from service.policy.rules import Stage

ABOUT_SECOND_STAFF = "second_staff_"
HELD_BY_ONE_ACCOUNT = frozenset({"teams"})
"""Providers where second staff's own account holds the room, which cannot change while it runs."""


def objections(case: CaseFile, now: datetime) -> tuple[Blocker, ...]:
    """What the rules say against the second member of staff of a case, each once; nothing if eligible.

    Every rule is asked, so a new one about second staff counts here without anybody adding it.
    """
    found = outstanding(case, Stage.OPEN, now).everything
    return tuple({b.code: b for b in found if b.code.startswith(ABOUT_SECOND_STAFF)}.values())


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be second staff: what speaks against them, and how much they do already.

    `with_this_tutor` counts their sessions with the tutor in the last months (pitfall 29).
    """

    staff_id: StaffId
    objections: tuple[Blocker, ...]
    rooms_that_day: int
    with_this_tutor: int


def in_fair_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The eligible ones: fewest rooms that day first, then whoever is least often with this tutor."""
    return tuple(
        sorted(
            (one for one in candidates if not one.objections),
            key=lambda one: (one.rooms_that_day, one.with_this_tutor, one.staff_id),
        )
    )


@dataclass(frozen=True)
class Reason:
    """One reason of the rules in words, how many people it keeps out, who can lift it, and until when
    that helps."""

    code: str
    sentence: str
    people: int
    lifted_by: str
    lift_before: datetime


def reasons_against(candidates: Iterable[Candidate]) -> tuple[Reason, ...]:
    """How many people each reason keeps out, by code; one person may have several."""
    return reasons_of(one for candidate in candidates for one in candidate.objections)


def reasons_of(blockers: Iterable[Blocker]) -> tuple[Reason, ...]:
    """How often each of these stands in the way, by code."""
    counted = Counter((b.code, b.sentence, b.lifted_by, b.lift_before) for b in blockers)
    return tuple(
        Reason(code, sentence, people, lifted_by, lift_before)
        for (code, sentence, lifted_by, lift_before), people in sorted(counted.items())
    )


def newcomer_must_go(case: CaseFile, now: datetime) -> bool:
    """Whether somebody who came in to take over may not be there: then the session cannot go on."""
    change = case.hand_over
    if change is None or change.admitted_at is None:
        return False
    found = outstanding(change.case, Stage.STAY, now).everything
    return any(blocker.code.startswith(ABOUT_SECOND_STAFF) for blocker in found)
