"""The adult beside the child: the promise, "I am here", and what second staff saw (POL-02, POL-21).

A pledge is for one session on its *terms*: time, purpose and children. When any of them changes the
session's terms number grows, and pledges for older terms count no more.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.policy.people import ChildId, ParentId, PledgeId, StaffId


class PresenceMode(StrEnum):
    """How the adult agreed to be present; statements are held against it (pitfall 14)."""

    ON_CAMERA = "on_camera"
    IN_THE_ROOM = "in_the_room"
    IN_EARSHOT = "in_earshot"


@dataclass(frozen=True)
class Pledge:
    """A present adult's promise to be there for one child at one session on its terms.

    `shared`: the adult knows that they promised another of their children at the same time, and says
    that all of them are in one place.
    """

    pledge_id: PledgeId
    child_id: ChildId
    adult_id: ParentId
    terms: int
    mode: PresenceMode
    made_at: datetime
    revoked_at: datetime | None = None
    shared: bool = False

    def may_stand_beside(self, other: "Pledge") -> bool:
        """Whether one adult can keep both promises at once: agreed to in this one, which is the
        later, and nobody is on camera in two rooms (pitfall 11)."""
        on_camera = PresenceMode.ON_CAMERA in (self.mode, other.mode)
        return self.shared and not on_camera

    def made_after(self, other: "Pledge") -> bool:
        """Whether the other promise came first."""
        return (other.made_at, other.pledge_id) < (self.made_at, self.pledge_id)

    def holds_for(self, terms: int) -> bool:
        """Whether the promise stands and is about the session as it is now."""
        return self.revoked_at is None and self.terms == terms


@dataclass(frozen=True)
class CheckIn:
    """ "I am here, and I agree to this purpose", said on the day on the terms shown."""

    child_id: ChildId
    adult_id: ParentId
    terms: int
    at: datetime


class SightingResult(StrEnum):
    """Whether second staff perceived the child's adult."""

    SEEN = "seen"
    HEARD = "heard"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True)
class Sighting:
    """What second staff noted about a child's adult at one moment."""

    child_id: ChildId
    by: StaffId
    result: SightingResult
    at: datetime
