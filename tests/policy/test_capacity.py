"""How many accounts the booked sessions need at once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.capacity import Peak, peak
from service.policy.session import Span
from tests.builders import STARTS

MINUTE = timedelta(minutes=1)
MARGIN = 15 * MINUTE


def span(first: int, last: int) -> Span:
    return Span(STARTS + first * MINUTE, STARTS + last * MINUTE)


def test_nothing_booked_needs_nothing() -> None:
    assert peak([], MARGIN) == Peak(0, None)


@pytest.mark.pitfall(43)
def test_sessions_that_overlap_need_an_account_each() -> None:
    assert peak([span(0, 45), span(30, 75)], MARGIN) == Peak(2, STARTS + 15 * MINUTE)


def test_the_margin_counts_as_taken() -> None:
    assert peak([span(0, 45), span(75, 105)], MARGIN).accounts == 1
    assert peak([span(0, 45), span(74, 105)], MARGIN).accounts == 2


def test_a_room_that_ends_as_another_begins_is_free_for_it() -> None:
    assert peak([span(0, 45), span(45, 90)], timedelta(0)).accounts == 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=12))
def test_the_peak_is_what_counting_each_minute_gives(booked: list[tuple[int, int]]) -> None:
    spans = [span(first, first + length) for first, length in booked]
    counted = [
        sum(one.starts_at <= STARTS + at * MINUTE < one.ends_at for one in spans)
        for at in range(71)
    ]
    assert peak(spans, timedelta(0)).accounts == max(counted)
