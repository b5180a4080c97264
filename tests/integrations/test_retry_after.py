"""When to come back, however a provider writes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.retry_after import parse_retry_after

NOW = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("0", NOW),
        ("30", NOW + timedelta(seconds=30)),
        ("Tue, 24 Nov 2026 15:41:00 GMT", NOW + timedelta(minutes=1)),
        ("2026-11-25T00:00:00Z", datetime(2026, 11, 25, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("1.5", NOW + timedelta(seconds=1.5)),
        ("Tue, 24 Nov 2026 16:41:00 +0100", NOW + timedelta(minutes=1)),
        ("2026-11-24T15:40:00.250Z", NOW + timedelta(milliseconds=250)),
        ("2026-11-24T15:41:00", NOW + timedelta(minutes=1)),
        ("0001-01-01T00:00:00+14:00", None),
        ("nan", None),
        ("\u0663", None),
        ("12345678", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(text: str, at: datetime | None) -> None:
    assert parse_retry_after(text, NOW) == at


@given(st.text() | st.from_regex(r"[0-9TZ:.+-]{1,30}", fullmatch=True))
def test_any_text_is_read_as_an_instant_of_utc_or_not_at_all(text: str) -> None:
    found = parse_retry_after(text, NOW)
    assert found is None or found.utcoffset() == timedelta(0)
