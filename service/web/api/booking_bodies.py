"""When a session is to be: by an instant, or by the clock on somebody's wall (pitfall 34)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from service.errors import InvalidInput
from service.policy.organisation import Organisation
from service.policy.session import CoverMode
from service.policy.times import resolve_local, zone_named
from service.web.api.shapes import ExternalId, Id
from service.web.bodies import Body, Instant, wrong
from service.workflows.booking import LONGEST, MOST_CHILDREN, Terms

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
        try:
            local = datetime.fromisoformat(self.local_start or "")
        except ValueError as error:
            raise InvalidInput.of(
                "local_start", "no_such_local_time", "There is no such date or time."
            ) from error
        return resolve_local(local, zone, field="local_start")


def _shown_in(instant: datetime, zone: str) -> str:
    return instant.astimezone(zone_named(zone)).strftime("%Y-%m-%dT%H:%M:%S")


class NewSession(TermsBody):
    """A session to book. The same `external_id` with the same content books nothing new.

    `provider` may be left out where only one is set up.
    """

    external_id: ExternalId | None = None
    tutor_id: Id
    children: tuple[Id, ...] = Field(min_length=1, max_length=MOST_CHILDREN)
    provider: Annotated[str, Field(max_length=20)] | None = None
    cover_mode: CoverMode = CoverMode.THROUGHOUT
