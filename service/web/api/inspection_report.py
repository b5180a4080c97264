"""One report for an inspection: what was set aside first, then what became of the sessions (POL-03, 11)."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from service.policy.inspection import Answered, Outcome
from service.policy.session import Span
from service.web.api.reading import always_noted
from service.web.api.reports import PairView, SetAsideView, pair_view, set_aside_view
from service.web.api.who import INSPECTORS
from service.web.bodies import Instant, Query, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.inspection import reporting
from service.workflows.inspection.reporting import Report

LONGEST = timedelta(days=92)


class Asked(Query):
    """From when (included) until when (not included), 92 days at most."""

    since: Instant = Field(alias="from")
    until: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) < self.until - self.since <= LONGEST:
            raise wrong("not_a_period", "The end must be after the start, by 92 days at most.")
        return self


class BreachCountView(View):
    """How often a rule of the watch was broken, and a child was shut out or the room ended for it."""

    code: str
    breaches: int
    acted_on: int


class AnsweredView(View):
    """How alerts of one code were answered, and how many seconds that took."""

    code: str
    alerts: int
    unanswered: int
    seconds_in_the_middle: float | None = Field(description="Half of the answers came sooner.")
    seconds_at_most: float | None


class ReportView(View):
    """The report. Numbers and ids alone: whoever may see a record reads it by its id."""

    since: Instant
    until: Instant
    set_aside: tuple[SetAsideView, ...] = Field(description="What was set aside, the newest first.")
    outcomes: dict[Outcome, int] = Field(
        description="How many of the sessions that start in the time came to what. Those that were "
        "visited, or of whose supervision anything is doubtful, never count as `throughout`."
    )
    ended_early: dict[str, int] = Field(
        description="How many were ended early, by the code of why."
    )
    lacked: dict[str, int] = Field(description="What lapsed sessions lacked, by code.")
    contradictory: tuple[str, ...] = Field(description="Sessions whose statements differ.")
    not_watched: tuple[str, ...] = Field(description="Sessions that nobody watched for a time.")
    breaches: tuple[BreachCountView, ...]
    alerts: tuple[AnsweredView, ...] = Field(description="None about a concern.")
    often_together: tuple[PairView, ...]
    review_overdue_since: date | None = Field(
        description="On which day the policy should have been reviewed, if that is past."
    )


async def read(call: Call[None, Asked]) -> Answer:
    """Read the report on a stretch of time. That it was read is noted, whoever reads."""
    await always_noted(call, "inspection_report")
    span = Span(call.query.since, call.query.until)
    return Answer(200, _view(await call.deps.store.read(reporting.report, span)))


def _view(report: Report) -> ReportView:
    return ReportView(
        since=report.span.starts_at,
        until=report.span.ends_at,
        set_aside=tuple(set_aside_view(one) for one in report.set_aside),
        outcomes=dict(report.outcomes),
        ended_early=dict(report.ended_early),
        lacked=dict(report.lacked),
        contradictory=report.contradictory,
        not_watched=report.not_watched,
        breaches=tuple(
            BreachCountView(code=one.code, breaches=one.breaches, acted_on=one.acted_on)
            for one in report.breaches
        ),
        alerts=tuple(_answered(one) for one in report.alerts),
        often_together=tuple(pair_view(pair) for pair in report.often_together),
        review_overdue_since=report.review_overdue_since,
    )


def _answered(one: Answered) -> AnsweredView:
    return AnsweredView(
        code=one.code,
        alerts=one.alerts,
        unanswered=one.unanswered,
        seconds_in_the_middle=_seconds(one.in_the_middle),
        seconds_at_most=_seconds(one.at_most),
    )


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


ROUTES = (
    Route("GET", "/v1/reports/inspection", read, summary="One report for an inspection",
          tag="reports", roles=INSPECTORS, query=Asked, answers={200: ReportView},
          clauses=("POL-03", "POL-11", "POL-13", "POL-23", "POL-34")),
)  # fmt: skip
