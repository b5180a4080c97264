"""Sessions at the same wall-clock time each week, whatever the clocks do between (pitfall 34)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.errors import FieldProblem, InvalidInput
from service.policy.times import resolve_local

MOST_OCCURRENCES = 26
"""Half a year: whoever wants more looks at it again then."""

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Weekly:
    """From a first local time on, once a week: so many times, or until a day, which is included."""

    first: datetime
    zone: str
    count: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Occurrence:
    """One time of a series. `at` is None when clocks never show the time, or show it twice: then
    `problem` says so."""

    number: int
    local_start: str
    at: datetime | None
    problem: FieldProblem | None = None


def occurrences(weekly: Weekly) -> tuple[Occurrence, ...]:
    """Every occurrence, numbered from 1. `InvalidInput` unless there are 1 to `MOST_OCCURRENCES`."""
    if (weekly.count is None) == (weekly.until is None):
        raise InvalidInput.of("count", "ambiguous", "Give either count or until.")
    times = tuple(_local_times(weekly))
    if not 1 <= len(times) <= MOST_OCCURRENCES:
        raise InvalidInput.of(
            "count" if weekly.until is None else "until",
            "wrong_number",
            f"A series has 1 to {MOST_OCCURRENCES} sessions.",
        )
    return tuple(_occurrence(number, local, weekly.zone) for number, local in enumerate(times, 1))


def _local_times(weekly: Weekly) -> Iterator[datetime]:
    local = weekly.first
    for number in range(MOST_OCCURRENCES + 1):
        past_count = weekly.count is not None and number >= weekly.count
        past_day = weekly.until is not None and local.date() > weekly.until
        if past_count or past_day:
            return
        yield local
        try:
            local += WEEK
        except OverflowError:
            return


def _occurrence(number: int, local: datetime, zone: str) -> Occurrence:
    told = local.strftime("%Y-%m-%dT%H:%M:%S")
    try:
        return Occurrence(number, told, resolve_local(local, zone, field="local_start"))
    except InvalidInput as error:
        if error.fields[0].field != "local_start":
            raise  # the zone is wrong for all of them
        return Occurrence(number, told, None, error.fields[0])
