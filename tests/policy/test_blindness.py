"""When a room is blind, and when it is only quiet."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.policy.blindness import (
    DOUBT_AFTER,
    Sight,
    blind_since,
    is_in_doubt,
)
from tests.builders import NOW

MINUTE = timedelta(minutes=1)
LET_IN = Sight(expected_from=NOW)


def at(minute: float) -> datetime:
    return NOW + minute * MINUTE


def test_a_room_that_nobody_was_let_into_is_not_blind() -> None:
    assert blind_since(Sight(expected_from=None)) is None
    assert not is_in_doubt(Sight(expected_from=None), at(60))


@pytest.mark.pitfall(47)
def test_people_who_were_let_in_and_never_heard_of_are_in_a_blind_room() -> None:
    assert blind_since(LET_IN) == NOW


def test_a_quiet_lesson_is_not_a_blind_one_but_is_looked_at_more_often() -> None:
    heard = replace(LET_IN, heard_at=at(1))
    assert blind_since(heard) is None
    assert not is_in_doubt(heard, at(1) + DOUBT_AFTER - MINUTE)
    assert is_in_doubt(heard, at(1) + DOUBT_AFTER)


def test_looks_that_show_everybody_stand_for_the_providers_word_as_long_as_they_go_on() -> None:
    assert blind_since(replace(LET_IN, seen_at=at(4))) == at(4)
    assert is_in_doubt(replace(LET_IN, seen_at=at(4)), at(5)), "the next look must come soon"
    assert blind_since(replace(LET_IN, seen_at=at(1))) == at(1)
    assert blind_since(replace(LET_IN, seen_at=at(-1))) == NOW, "it was before they went in"


def test_lost_words_make_a_room_blind_until_the_next_word_or_look() -> None:
    missed = replace(LET_IN, heard_at=at(1), missed_at=at(20))
    assert blind_since(missed) == at(20)
    assert blind_since(replace(missed, heard_at=at(24))) is None
    assert blind_since(replace(missed, seen_at=at(24))) is None


def test_what_was_lost_before_anybody_went_in_counts_from_when_they_did() -> None:
    assert blind_since(replace(LET_IN, heard_at=at(-9), missed_at=at(-5))) == NOW
