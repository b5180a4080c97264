"""What became of a session, as an inspector is told it: never more than the record bears (POL-02, 03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.policy.session import CoverMode, SessionState

OFTEN = 5
"""From how many sessions on a tutor and a second member of staff work together often (pitfall 29)."""

MOST_OF_THEM = 0.5
"""And from which share of the tutor's sessions on."""

RAN_TO_ITS_END = frozenset({"over", "overran"})
NOT_HELD = frozenset({"nobody_started"})
NOT_KNOWN = frozenset({"no_signals"})

NOT_THROUGHOUT = frozenset(
    {
        "blind",
        "child_with_tutor_alone",
        "no_signals",
        "second_staff_gap",
        "second_staff_late",
        "second_staff_missing",
        "second_staff_put_out",
        "sighting_missed",
        "signals_missed",
    }
)
"""Breaches and alerts after which nobody may say that second staff were there throughout."""


class Outcome(StrEnum):
    """What became of a session. A session that was visited is never told of as more than that."""

    SUPERVISED_THROUGHOUT = "supervised_throughout"
    VISITED = "visited"
    HELD_WITH_GAPS = "held_with_gaps"
    ENDED_EARLY = "ended_early"
    NOT_HELD = "not_held"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    NOT_OVER = "not_over"


@dataclass(frozen=True)
class Course:
    """A session as far as its outcome rests on it. `why`: the code with which its room was shut.
    `troubles`: codes of its breaches and alerts. `adult_seen`: second staff saw or heard an adult."""

    state: SessionState
    cover_mode: CoverMode
    why: str | None
    troubles: frozenset[str]
    was_blind: bool
    adult_seen: bool


_UNHELD = {
    SessionState.LAPSED: Outcome.LAPSED,
    SessionState.CANCELLED: Outcome.CANCELLED,
}


def outcome_of(course: Course) -> Outcome:
    """What became of a session; every doubt counts against "throughout"."""
    if course.state in _UNHELD:
        return _UNHELD[course.state]
    if course.state not in (SessionState.ENDED, SessionState.CLOSED):
        return Outcome.NOT_OVER
    if course.why in NOT_HELD:
        return Outcome.NOT_HELD
    if course.why not in RAN_TO_ITS_END | NOT_KNOWN:
        return Outcome.ENDED_EARLY
    if course.cover_mode is CoverMode.VISITING:
        return Outcome.VISITED
    doubted = course.was_blind or not course.adult_seen or bool(course.troubles & NOT_THROUGHOUT)
    if doubted or course.why in NOT_KNOWN:
        return Outcome.HELD_WITH_GAPS
    return Outcome.SUPERVISED_THROUGHOUT


@dataclass(frozen=True)
class Answered:
    """How alerts of one code were answered: how many, how many by nobody yet, and how long the others
    took, in the middle and at most."""

    code: str
    alerts: int
    unanswered: int
    in_the_middle: timedelta | None
    at_most: timedelta | None


def answered(code: str, times: Iterable[tuple[datetime, datetime | None]]) -> Answered:
    """The answers to alerts of one code, from when each was opened and when a person first saw to it."""
    given = list(times)
    took = sorted(seen - opened for opened, seen in given if seen is not None)
    return Answered(
        code=code,
        alerts=len(given),
        unanswered=len(given) - len(took),
        in_the_middle=took[len(took) // 2] if took else None,
        at_most=took[-1] if took else None,
    )


def is_often(together: int, of_tutor: int) -> bool:
    """Whether a pair stands out among the tutor's sessions."""
    return together >= OFTEN and together / of_tutor >= MOST_OF_THEM
