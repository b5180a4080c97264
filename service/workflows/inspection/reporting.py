"""One report for an inspection: what was set aside first, then what became of every session (POL-03, 11).

Numbers and ids alone; whoever may see a record reads it by its id.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.errors import InvalidInput
from service.policy.attestation import contradictions
from service.policy.inspection import Answered, Course, Outcome, answered, is_often, outcome_of
from service.policy.people import SessionId
from service.policy.session import Span
from service.store.consents import policies
from service.store.inspection import inspection
from service.store.inspection.inspection import BreachCount
from service.store.second_staff import pairs
from service.store.second_staff.pairs import Pair
from service.store.sessions import overrides
from service.store.sessions.overrides import SetAside
from service.store.transactions import Reader

MOST_SESSIONS = 20_000
"""How many sessions one report covers at most: it is read in one go."""


@dataclass(frozen=True)
class Report:
    """The report on a span. `ended_early` and `lacked` count sessions by code; `review_overdue_since` is
    the day on which the policy should have been reviewed, if that is past."""

    span: Span
    set_aside: tuple[SetAside, ...]
    outcomes: Mapping[Outcome, int]
    ended_early: Mapping[str, int]
    lacked: Mapping[str, int]
    contradictory: tuple[SessionId, ...]
    not_watched: tuple[SessionId, ...]
    breaches: tuple[BreachCount, ...]
    alerts: tuple[Answered, ...]
    often_together: tuple[Pair, ...]
    review_overdue_since: date | None


def report(reader: Reader, span: Span) -> Report:
    """The report on the sessions that start in the span. Refused where it would be too long."""
    if inspection.count(reader, span) > MOST_SESSIONS:
        raise InvalidInput.of(
            "until", "too_many", "There are too many sessions: ask for less time."
        )
    courses = inspection.courses(reader, span)
    outcomes = {session_id: outcome_of(course) for session_id, course in courses.items()}
    said = inspection.statements(reader, span)
    lacked = inspection.lacked(reader, span).values()
    return Report(
        span=span,
        set_aside=overrides.set_aside(reader, span),
        outcomes={each: sum(one is each for one in outcomes.values()) for each in Outcome},
        ended_early=_ended_early(courses, outcomes),
        lacked=dict(sorted(Counter(code for codes in lacked for code in codes).items())),
        contradictory=tuple(one for one in courses if any(contradictions(said.get(one, ())))),
        not_watched=inspection.blind_rooms(reader, span),
        breaches=inspection.breach_counts(reader, span),
        alerts=tuple(answered(*one) for one in inspection.alert_times(reader, span).items()),
        often_together=tuple(
            pair for pair in pairs.pairs(reader, span) if is_often(pair.together, pair.of_tutor)
        ),
        review_overdue_since=_review_overdue_since(reader),
    )


def _ended_early(
    courses: Mapping[SessionId, Course], outcomes: Mapping[SessionId, Outcome]
) -> Mapping[str, int]:
    early = (one for one, outcome in outcomes.items() if outcome is Outcome.ENDED_EARLY)
    return dict(sorted(Counter(courses[one].why or "not_recorded" for one in early).items()))


def _review_overdue_since(reader: Reader) -> date | None:
    policy = policies.newest_policy(reader)
    today = reader.house.organisation.local_day(reader.now)
    return policy.review_on if policy is not None and policy.review_on < today else None
