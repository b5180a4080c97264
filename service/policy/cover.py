"""Choosing second staff by the rules that decide, and changing them during a call (POL-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.policy.case import CaseFile
from service.policy.clearance import outstanding
from service.policy.people import StaffId
from service.policy.rules import Stage

ABOUT_SECOND_STAFF = "second_staff_"
HELD_BY_ONE_ACCOUNT = frozenset({"teams"})
"""Providers where second staff's own account holds the room, which cannot change while it runs."""


def objections(case: CaseFile, now: datetime) -> tuple[str, ...]:
    """What the rules say against the second member of staff of a case, by code; none if eligible.

    Every rule is asked, so a new one about second staff counts here without anybody adding it.
    """
    found = outstanding(case, Stage.OPEN, now).everything
    return tuple(dict.fromkeys(b.code for b in found if b.code.startswith(ABOUT_SECOND_STAFF)))


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be second staff: what speaks against them, and how much they do already.

    `with_this_tutor` counts their sessions with the tutor in the last months (pitfall 29).
    """

    staff_id: StaffId
    objections: tuple[str, ...]
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


def reasons_against(candidates: Iterable[Candidate]) -> dict[str, int]:
    """How many people each reason keeps out; one person may have several."""
    counts: dict[str, int] = {}
    for one in candidates:
        for code in one.objections:
            counts[code] = counts.get(code, 0) + 1
    return dict(sorted(counts.items()))


def newcomer_must_go(case: CaseFile, now: datetime) -> bool:
    """Whether somebody who came in to take over may not be there: then the session cannot go on."""
    change = case.hand_over
    if change is None or change.admitted_at is None:
        return False
    found = outstanding(change.case, Stage.STAY, now).everything
    return any(blocker.code.startswith(ABOUT_SECOND_STAFF) for blocker in found)
