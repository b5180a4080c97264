"""Wall-clock times become instants, or are refused: nobody guesses on the two days clocks change.

The one place where zones are named and times are told (pitfall 35).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import InvalidInput


def zone_named(name: str, *, field: str = "zone") -> ZoneInfo:
    """The IANA time zone of that name, or `InvalidInput` about `field`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput.of(
            field, "unknown_zone", "There is no such time zone. Use a name like Europe/London."
        ) from error


def resolve_local(local: datetime, zone: str, *, field: str = "starts_at") -> datetime:
    """The one UTC instant at which clocks in `zone` show `local` (which has no offset).

    `InvalidInput` about `field` when they never show it or show it twice: the caller must then choose
    another time, or give the offset (PEP 495; pitfall 34).
    """
    if local.tzinfo is not None:
        raise InvalidInput.of(field, "offset_not_wanted", "Give a local time without an offset.")
    place = zone_named(zone)
    try:
        first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError as error:
        raise InvalidInput.of(field, "out_of_range", "This date is out of range.") from error
    if first > second:
        raise InvalidInput.of(
            field,
            "no_such_local_time",
            "Clocks go forward that day and skip this time. Choose another.",
        )
    if first < second:
        raise InvalidInput.of(
            field,
            "ambiguous_local_time",
            "Clocks go back that day and show this time twice. Give the time with its offset.",
        )
    return first


def own_clock(instant: datetime, place: ZoneInfo, own: ZoneInfo | None) -> ZoneInfo | None:
    """The zone of somebody elsewhere whose clock shows another time at that instant, if it does."""
    if own is None or instant.astimezone(own).utcoffset() == instant.astimezone(place).utcoffset():
        return None
    return own


def told(instant: datetime, place: ZoneInfo, own: ZoneInfo | None = None) -> str:
    """An instant as people where the organisation is say it; to somebody abroad, by both clocks."""
    said = _said(instant, place)
    theirs = own_clock(instant, place, own)
    return said if theirs is None else f"{said}; where you are: {_said(instant, theirs)}"


def _said(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%A %-d %B %Y, %H:%M} ({zone.key})"
