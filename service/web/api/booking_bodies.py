"""When a session is to be: by an instant, or by the clock on somebody's wall (pitfall 34)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from service.errors import InvalidInput
from service.policy.organisation import Organisation
from service.policy.series import MOST_OCCURRENCES, Weekly
from service.policy.session import CoverMode
from service.policy.times import resolve_local, zone_named
from service.web.api.shapes import ExternalId, Id, Words
from service.web.bodies import Body, Instant, wrong
from service.workflows.sessions.amending import Start
from service.workflows.sessions.bookable import LONGEST, MOST_CHILDREN
from service.workflows.sessions.booking import Terms

LocalTime = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$")]
MOST_MINUTES = int(LONGEST / timedelta(minutes=1))


class TermsBody(Body):
    """Time and purpose. Exactly one start and one end: `starts_at` or `local_start` (with `zone`,
    else the organisation's), `ends_at` or `duration_minutes`."""

    starts_at: Instant | None = None
    local_start: LocalTime | None = Field(default=None, examples=["2027-01-31T16:00"])
    zone: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="An IANA name, like Europe/London."
    )
    ends_at: Instant | None = None
    duration_minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES)
    purpose: Annotated[str, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _one_start_and_one_end(self) -> Self:
        for sentence in self._mistakes():
            raise wrong("ambiguous_time", sentence)
        return self

    def _mistakes(self) -> Iterator[str]:
        if (self.starts_at is None) == (self.local_start is None):
            yield "Give either starts_at or local_start."
        if (self.ends_at is None) == (self.duration_minutes is None):
            yield "Give either ends_at or duration_minutes."

    def terms(self, organisation: Organisation) -> Terms:
        """The same as the workflows take it. `InvalidInput` for a time that clocks never show."""
        zone = self.zone or organisation.zone.key
        starts_at = self._starts_at(zone)
        try:
            return Terms(
                starts_at=starts_at,
                ends_at=self.ends_at or starts_at + timedelta(minutes=self.duration_minutes or 0),
                local_start=self.local_start or _shown_in(starts_at, zone),
                zone=zone,
                purpose=self.purpose,
            )
        except OverflowError as error:
            raise InvalidInput.of("starts_at", "out_of_range", "This is out of range.") from error

    def _starts_at(self, zone: str) -> datetime:
        if self.starts_at is not None:
            return self.starts_at
        return resolve_local(local_time(self.local_start or ""), zone, field="local_start")


def local_time(text: str) -> datetime:
    """A local time as it was sent. `InvalidInput` for a date that no calendar has."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput.of(
            "local_start", "no_such_local_time", "There is no such date or time."
        ) from error


def _shown_in(instant: datetime, zone: str) -> str:
    return instant.astimezone(zone_named(zone)).strftime("%Y-%m-%dT%H:%M:%S")


class NewTerms(TermsBody):
    """New terms for a session. Close to the start a `reason` is needed."""

    reason: Words | None = None


class Changes(Body):
    """What is to become of a session; what is left out stays as it is. At most one start and one end;
    with a new start alone the duration stays. Close to the start a `reason` is needed."""

    starts_at: Instant | None = None
    local_start: LocalTime | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    ends_at: Instant | None = None
    duration_minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES)
    purpose: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    children: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_CHILDREN)] | None = None
    tutor_id: Id | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _at_most_one_start_and_one_end(self) -> Self:
        if self.starts_at is not None and self.local_start is not None:
            raise wrong("ambiguous_time", "Give either starts_at or local_start.")
        if self.ends_at is not None and self.duration_minutes is not None:
            raise wrong("ambiguous_time", "Give either ends_at or duration_minutes.")
        if self.zone is not None and self.starts_at is None and self.local_start is None:
            raise wrong("ambiguous_time", "Give the start with its zone.")
        return self

    def starts(self, organisation: Organisation) -> Start | None:
        """The new start, if there is to be one. `InvalidInput` for a time that clocks never show."""
        zone = self.zone or organisation.zone.key
        if self.local_start is not None:
            at = resolve_local(local_time(self.local_start), zone, field="local_start")
            return Start(at, self.local_start, zone)
        if self.starts_at is not None:
            return Start(self.starts_at, _shown_in(self.starts_at, zone), zone)
        return None

    @property
    def duration(self) -> timedelta | None:
        """The new duration, if there is to be one."""
        minutes = self.duration_minutes
        return None if minutes is None else timedelta(minutes=minutes)


class NewSeries(Body):
    """Sessions at the same wall-clock time each week: `count` of them, or until a day (included).

    One `purpose` for all, or `purposes`, one for each. `dry_run` tells what could be booked and
    books nothing. The same `external_id` with the same content books nothing new.
    """

    external_id: ExternalId | None = None
    tutor_id: Id
    children: tuple[Id, ...] = Field(min_length=1, max_length=MOST_CHILDREN)
    local_start: LocalTime = Field(examples=["2027-01-12T16:00"])
    zone: Annotated[str, Field(max_length=64)] | None = None
    duration_minutes: int = Field(ge=1, le=MOST_MINUTES)
    count: int | None = Field(default=None, ge=1, le=MOST_OCCURRENCES)
    until: date | None = Field(default=None, strict=False)
    purpose: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    purposes: (
        Annotated[
            tuple[Annotated[str, Field(min_length=1, max_length=500)], ...],
            Field(min_length=1, max_length=MOST_OCCURRENCES),
        ]
        | None
    ) = None
    provider: Annotated[str, Field(max_length=20)] | None = None
    cover_mode: CoverMode = CoverMode.THROUGHOUT
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_end_and_one_kind_of_purpose(self) -> Self:
        if (self.count is None) == (self.until is None):
            raise wrong("ambiguous_time", "Give either count or until.")
        if (self.purpose is None) == (self.purposes is None):
            raise wrong("ambiguous", "Give either purpose or purposes.")
        return self

    def weekly(self, organisation: Organisation) -> Weekly:
        """When the sessions are to be."""
        zone = self.zone or organisation.zone.key
        zone_named(zone)
        return Weekly(local_time(self.local_start), zone, self.count, self.until)


class NewSession(TermsBody):
    """A session to book. The same `external_id` with the same content books nothing new.

    `provider` may be left out where only one is set up.
    """

    external_id: ExternalId | None = None
    tutor_id: Id
    children: tuple[Id, ...] = Field(min_length=1, max_length=MOST_CHILDREN)
    provider: Annotated[str, Field(max_length=20)] | None = None
    cover_mode: CoverMode = CoverMode.THROUGHOUT
