"""Statements: what tutor, second staff and parent each say about a session afterwards (POL-02, 03).

Each speaks for themselves, about the same few questions. A correction is a new statement that names
the old one; both stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from service.policy.case import CaseFile, ChildCase
from service.policy.people import ChildId, SessionId
from service.policy.presence import PresenceMode, Sighting
from service.policy.session import Session, SessionState
from service.policy.visits import Visit


class Witness(StrEnum):
    """In which part someone states what happened."""

    TUTOR = "tutor"
    SECOND_STAFF = "second_staff"
    PARENT = "parent"


class Answer(StrEnum):
    """What a witness says to one question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


TOOK_PLACE = frozenset({SessionState.ENDED, SessionState.CLOSED})
STATEMENTS_CLOSE_AFTER = timedelta(days=7)
"""How long after the end statements are taken. Later the session closes as incomplete (pitfall 62)."""


@dataclass(frozen=True)
class Statement:
    """One witness's word: was the session held, was the adult there, was second staff there."""

    session_id: SessionId
    witness: Witness
    witness_id: str
    child_id: ChildId | None
    took_place: Answer
    adult_present: Answer
    second_staff_present: Answer
    made_at: datetime


@dataclass(frozen=True)
class Agreed:
    """What statements about one child's adult are held against: in which mode the adult promised to be
    present, and what second staff noted (pitfall 14)."""

    child_id: ChildId
    mode: PresenceMode | None
    noted: tuple[Sighting, ...]


def agreed(case: CaseFile, child_id: ChildId | None = None) -> tuple[Agreed, ...]:
    """What was agreed and noted for each child of a session, or for one of them. The newest promise on
    the session's terms tells the mode, whatever became of it since."""
    return tuple(
        Agreed(child.child.child_id, _mode(child, case.session), child.sightings)
        for child in case.children
        if child_id in (None, child.child.child_id)
    )


def _mode(child: ChildCase, session: Session) -> PresenceMode | None:
    promised = [pledge for pledge in child.pledges if pledge.terms == session.terms]
    newest = max(promised, key=lambda pledge: (pledge.made_at, pledge.pledge_id), default=None)
    return newest.mode if newest else None


@dataclass(frozen=True)
class Finding:
    """A point on which statements contradict each other, a gap in what we know, or a visit of second
    staff; shown, never smoothed over."""

    code: str
    sentence: str


QUESTIONS = {
    "took_place": "whether the session took place",
    "adult_present": "whether the child's adult was present",
    "second_staff_present": "whether the second member of staff was present",
}


def contradictions(statements: tuple[Statement, ...]) -> Iterator[Finding]:
    """Every question that two witnesses answer differently (about the same child where named)."""
    for question, words in QUESTIONS.items():
        if any(
            getattr(one, question) is not getattr(other, question)
            for one in statements
            for other in statements
            if _about_the_same(one, other)
        ):
            yield Finding(f"statements_differ_{question}", f"Statements differ on {words}.")


def not_watched(began_at: datetime, ended_at: datetime, zone: tzinfo) -> Finding:
    """Nobody watched the room for a time: it is said, and never "throughout" where that is so."""
    times = (_clock(at, zone) for at in (began_at, ended_at))
    return Finding("not_watched", "The room was not watched from {} to {}.".format(*times))


def visited(visits: tuple[Visit, ...], zone: tzinfo) -> Iterator[Finding]:
    """What the provider told of second staff who visit: each time that they were in the room, never
    more than that."""
    for visit in visits:
        since = _clock(visit.since, zone)
        until = f"to {_clock(visit.until, zone)}" if visit.until else "on; its end was not told"
        yield Finding("visit", f"Second staff visited the room from {since} {until}.")
    if not visits:
        yield Finding("no_visit", "The provider told of no visit of second staff to the room.")


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%-d %B %Y, %H:%M:%S}"


def _about_the_same(one: Statement, other: Statement) -> bool:
    return one.child_id is None or other.child_id is None or one.child_id == other.child_id


def may_state_at(session: Session, ended_at: datetime | None, now: datetime) -> bool:
    """Whether statements about the session are taken now: once it has ended, for some days."""
    if session.state not in TOOK_PLACE:
        return False
    return ended_at is not None and now < ended_at + STATEMENTS_CLOSE_AFTER


def expected_witnesses(session: Session) -> int:
    """How many statements a complete record has: tutor, second staff, a parent for each child."""
    return 2 + len(session.children) if session.state in TOOK_PLACE else 0
