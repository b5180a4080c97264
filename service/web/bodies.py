"""The shapes that come in and go out: strict, closed, and with times that cannot be misread."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

OWN_PREFIX = "chaperone:"

# RFC 3339 section 5.6. pydantic alone would also read "1700000000" and a time without an offset.
_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_RFC_3339_WITHOUT_OFFSET = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII
)


class Body(BaseModel):
    """What a caller may send. Unknown fields are refused; "1" is text, never a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Query(Body):
    """What may stand behind the question mark. Each parameter once, unknown ones are refused."""


class View(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True)


def wrong(code: str, sentence: str) -> PydanticCustomError:
    """What a validator raises for a field; code and sentence reach the caller, so both are fixed text."""
    return PydanticCustomError(OWN_PREFIX + code, "{sentence}", {"sentence": sentence})


def _read_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise wrong("not_an_instant", "This must be a time as text, like 2027-01-31T16:00:00Z.")
    if _RFC_3339.fullmatch(value):
        return _instant_in(value)
    if _RFC_3339_WITHOUT_OFFSET.fullmatch(value):
        raise wrong("offset_missing", "Give the time with its offset, like 2027-01-31T16:00:00Z.")
    raise wrong("not_an_instant", "This must be a time like 2027-01-31T16:00:00+00:00 (RFC 3339).")


def _instant_in(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise wrong("no_such_instant", "There is no such date or time.") from error


def _to_utc(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise wrong("offset_missing", "Give the time with its offset, like 2027-01-31T16:00:00Z.")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise wrong("no_such_instant", "This date is out of range.") from error


Instant = Annotated[datetime, BeforeValidator(_read_instant), AfterValidator(_to_utc)]
"""An RFC 3339 time with its offset (required), held as aware UTC."""
