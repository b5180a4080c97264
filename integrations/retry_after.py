"""When a provider asks us to come back."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,7}(\.[0-9]{1,9})?")


def parse_retry_after(text: str, now: datetime) -> datetime | None:
    """The instant (UTC) that a `Retry-After` names; None if it names none.

    Seconds, with a fraction or without, or an HTTP date (RFC 9110 section 10.2.3), or the ISO 8601
    time that Zoom sends.
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return now + timedelta(seconds=float(text))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            told = parse(text)
            return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None
