"""Two records of one person become one: what an adult's place on a child's record is from then on.

A merge silences nobody who has a say of their own, and brings nobody back whom staff took off a record
(pitfalls 3 and 22).
"""

from dataclasses import dataclass
from datetime import date

from service.policy.people import ENDS_WITH_PLACEMENT, Authority, Child, Tie

MORE_SAY_FIRST = (
    Authority.SELF,
    Authority.PARENTAL_RESPONSIBILITY,
    Authority.LOCAL_AUTHORITY,
    Authority.DELEGATED,
    Authority.NONE,
)


@dataclass(frozen=True)
class Place:
    """One adult on one child's record, be it for now or until it ended."""

    tie: Tie
    ended: bool


def joined(kept: Place, merged: Place, child: Child) -> Place:
    """Of two places of one adult on one child's record, the one that counts from now on.

    While both stand, it is the one with more say. Where one has ended, a say of one's own stands still;
    what staff gave has ended with it.
    """
    if kept.ended and merged.ended:
        return kept
    if kept.ended or merged.ended:
        standing, ended = (merged, kept) if kept.ended else (kept, merged)
        return ended if standing.tie.authority in ENDS_WITH_PLACEMENT else standing
    return max(kept, merged, key=lambda place: _say(place.tie, child))


def _say(tie: Tie, child: Child) -> tuple[bool, int, date]:
    """How much of a say: one that counts today, then its kind, then how long it lasts."""
    counts = tie.has_say(child.on, of_age=child.is_of_age)
    return counts, -MORE_SAY_FIRST.index(tie.authority), tie.until or date.max
