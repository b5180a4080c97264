"""A booked lesson and the few states it moves through.

Conditions are never states. Whether consent is there, who pledged, who is clear: that is worked out
anew each time from what is recorded (`service.policy.clearance`). A state only says how far the
session itself has come.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.errors import Conflict
from service.policy.people import ChildId, HostId, SessionId, StaffId


class SessionState(StrEnum):
    """How far a session has come."""

    BOOKED = "booked"
    OPENING = "opening"
    OPEN = "open"
    LIVE = "live"
    ENDED = "ended"
    CLOSED = "closed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


S = SessionState

MOVES: dict[tuple[SessionState, SessionState], str] = {
    (S.BOOKED, S.OPENING): "every condition holds inside the opening window",
    (S.OPENING, S.OPEN): "the meeting was made, read back and found safe",
    (S.OPENING, S.BOOKED): "no meeting came of it, or a condition fell; what was made is removed",
    (S.OPEN, S.BOOKED): "a condition fell, or the session was moved; the meeting is withdrawn",
    (S.OPEN, S.LIVE): "the call started",
    (S.OPEN, S.ENDED): "nobody started the call before the planned end, or the watch ended it",
    (S.LIVE, S.ENDED): "the call is over, or it was ended because a condition fell",
    (S.ENDED, S.CLOSED): "statements are in, or the time for them has passed",
    (S.BOOKED, S.LAPSED): "its hold, or the late limit, passed before every condition held",
    (S.BOOKED, S.CANCELLED): "somebody cancelled, with a reason",
    (S.OPENING, S.CANCELLED): "somebody cancelled, with a reason; what was made is removed",
    (S.OPEN, S.CANCELLED): "somebody cancelled, with a reason; the meeting is withdrawn",
}
"""Every move there is, and what it means. The database refuses all others too."""

WITH_MEETING = frozenset({S.OPEN, S.LIVE})
OVER = frozenset({S.ENDED, S.CLOSED, S.LAPSED, S.CANCELLED})
BEFORE_LIVE = frozenset({S.BOOKED, S.OPENING, S.OPEN})
ENGAGED = frozenset({S.BOOKED, S.OPENING, S.OPEN, S.LIVE})
"""States in which tutor, second staff, children and host are taken for the time of the session."""


class CoverMode(StrEnum):
    """How second staff covers the room (POL-03)."""

    THROUGHOUT = "throughout"
    VISITING = "visiting"


@dataclass(frozen=True)
class Session:
    """One booked lesson. `terms` grows when time, purpose or children change."""

    session_id: SessionId
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    purpose: str
    tutor_id: StaffId
    children: tuple[ChildId, ...]
    terms: int
    version: int
    provider: str
    cover_mode: CoverMode = CoverMode.THROUGHOUT
    host_id: HostId | None = None


class IllegalMove(Conflict):
    """The session is not in a state from which it can do this."""

    code = "illegal_move"


def moved(session: Session, to: SessionState) -> Session:
    """The session in its next state, or `IllegalMove` if the table has no such move."""
    if (session.state, to) not in MOVES:
        raise IllegalMove(
            f"A session that is {session.state} cannot become {to}.",
            details={"state": session.state.value, "wanted": to.value},
        )
    return replace(session, state=to, version=session.version + 1)


@dataclass(frozen=True)
class Span:
    """A stretch of time that somebody is taken for: from (included) until (not included)."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def peak_overlap(span: Span, others: tuple[Span, ...]) -> int:
    """The most spans, this one included, that run at one and the same instant within it.

    Counted at the true peak: three spans that each overlap this one but not each other make two.
    """
    within = [other for other in others if other.overlaps(span)]
    instants = [max(other.starts_at, span.starts_at) for other in within]
    return 1 + max(
        (
            sum(other.starts_at <= instant < other.ends_at for other in within)
            for instant in instants
        ),
        default=0,
    )
