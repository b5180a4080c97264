"""Reports for whoever watches over the whole: which rules were set aside, and which tutors and second
staff work in fixed pairs."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from service.policy.rules import SENTENCES_OF_OVERRIDABLE
from service.policy.session import Span
from service.store.second_staff import pairs
from service.store.second_staff.pairs import Pair
from service.store.sessions import overrides
from service.store.sessions.overrides import SetAside
from service.web.api.reading import noted
from service.web.api.who import INSPECTORS
from service.web.bodies import Instant, Query, View, wrong
from service.web.routes import Answer, Call, Route

LONGEST = timedelta(days=400)
ORDINARY = timedelta(days=90)


class Period(Query):
    """From when (included) until when (not included); the last 90 days if neither is given."""

    starts_at: Instant | None = None
    ends_at: Instant | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_at is None or self.ends_at is None:
            if self.starts_at is not self.ends_at:
                raise wrong("not_a_period", "Give both ends, or neither.")
        elif not timedelta(0) < self.ends_at - self.starts_at <= LONGEST:
            raise wrong("not_a_period", "The end must be after the start, by 400 days at most.")
        return self

    def span(self, now: datetime) -> Span:
        """As the store reads it."""
        if self.starts_at is None or self.ends_at is None:
            return Span(now - ORDINARY, now)
        return Span(self.starts_at, self.ends_at)


class SetAsideView(View):
    """A sub-rule that the safeguarding lead set aside for one session, why, and until when."""

    session_id: str
    starts_at: Instant = Field(description="When the session starts.")
    code: str
    sentence: str = Field(description="What was set aside, in the words of its rule.")
    by: str = Field(description="The lead, by staff id.")
    reason: str
    at: Instant = Field(description="When it was set aside.")
    expires_at: Instant


class OverridesView(View):
    """Everything that was set aside in the period, the newest first."""

    items: tuple[SetAsideView, ...]


async def set_aside(call: Call[None, Period]) -> Answer:
    """Which rules were set aside, by whom and why: what an inspector looks at first."""
    await noted(call, "overrides")
    span = call.query.span(call.deps.clock.now())
    found = await call.deps.store.read(overrides.set_aside, span)
    return Answer(200, OverridesView(items=tuple(set_aside_view(one) for one in found)))


def set_aside_view(one: SetAside) -> SetAsideView:
    """One override, as reports show it."""
    code = one.override.code
    return SetAsideView(
        session_id=one.session_id,
        starts_at=one.starts_at,
        code=code,
        sentence=SENTENCES_OF_OVERRIDABLE.get(code, code),
        by=one.override.by,
        reason=one.override.reason,
        at=one.at,
        expires_at=one.override.expires_at,
    )


class PairView(View):
    """A tutor and a second member of staff, by id."""

    tutor_id: str
    second_staff_id: str
    sessions: int = Field(description="How many took place with the two of them.")
    of_tutor: int = Field(description="How many the tutor held in all.")
    share: float = Field(description="The one by the other, from 0 to 1.")


class PairsView(View):
    """Every pair, the largest share first."""

    items: tuple[PairView, ...]


async def listed(call: Call[None, Period]) -> Answer:
    """Who worked with whom, and how much of a tutor's work that was."""
    await noted(call, "pairs")
    span = call.query.span(call.deps.clock.now())
    found = await call.deps.store.read(pairs.pairs, span)
    return Answer(200, PairsView(items=tuple(pair_view(pair) for pair in found)))


def pair_view(pair: Pair) -> PairView:
    """One pair, as reports show it."""
    return PairView(
        tutor_id=pair.tutor_id,
        second_staff_id=pair.second_staff_id,
        sessions=pair.together,
        of_tutor=pair.of_tutor,
        share=round(pair.together / pair.of_tutor, 3),
    )


ROUTES = (
    Route("GET", "/v1/reports/overrides", set_aside, summary="Report rules that were set aside",
          tag="reports", roles=INSPECTORS, query=Period, answers={200: OverridesView},
          clauses=("POL-13", "POL-23", "POL-41")),
    Route("GET", "/v1/reports/pairs", listed, summary="Report fixed pairs of staff", tag="reports",
          roles=INSPECTORS, query=Period, answers={200: PairsView}, clauses=("POL-03",)),
)  # fmt: skip
