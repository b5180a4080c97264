"""What an inspector is told of a session: never more than the record bears."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.policy.alerting import KINDS
from service.policy.clearance import outstanding
from service.policy.inspection import (
    NOT_THROUGHOUT,
    Course,
    Outcome,
    answered,
    is_often,
    outcome_of,
)
from service.policy.rules import SENTENCES_OF_OVERRIDABLE, Stage
from service.policy.session import CoverMode, SessionState
from tests.builders import NOW
from tests.policy.broken import BROKEN

HELD = Course(
    state=SessionState.CLOSED,
    cover_mode=CoverMode.THROUGHOUT,
    why="over",
    troubles=frozenset({"tutor_late", "statements_incomplete"}),
    was_blind=False,
    adult_seen=True,
)


def test_a_session_that_nothing_is_doubtful_of_was_supervised_throughout() -> None:
    assert outcome_of(HELD) is Outcome.SUPERVISED_THROUGHOUT


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"cover_mode": CoverMode.VISITING}, Outcome.VISITED),
        ({"was_blind": True}, Outcome.HELD_WITH_GAPS),
        ({"adult_seen": False}, Outcome.HELD_WITH_GAPS),
        ({"why": "no_signals"}, Outcome.HELD_WITH_GAPS),
        ({"why": "nobody_started"}, Outcome.NOT_HELD),
        ({"why": "consent_refused"}, Outcome.ENDED_EARLY),
        ({"why": None}, Outcome.ENDED_EARLY),
        ({"state": SessionState.LAPSED}, Outcome.LAPSED),
        ({"state": SessionState.CANCELLED}, Outcome.CANCELLED),
        ({"state": SessionState.LIVE}, Outcome.NOT_OVER),
        *(({"troubles": frozenset({code})}, Outcome.HELD_WITH_GAPS) for code in NOT_THROUGHOUT),
    ],
)
def test_every_doubt_counts_against_throughout(changes, outcome) -> None:  # type: ignore[no-untyped-def]
    assert outcome_of(replace(HELD, **changes)) is outcome


def test_what_is_doubtful_is_a_kind_of_alert() -> None:
    assert set(KINDS) >= NOT_THROUGHOUT


def test_answers_are_told_by_their_middle_and_their_longest() -> None:
    minutes = [timedelta(minutes=each) for each in (9, 1, 2)]
    told = answered("blind", [*((NOW, NOW + each) for each in minutes), (NOW, None)])
    assert (told.alerts, told.unanswered) == (4, 1)
    assert (told.in_the_middle, told.at_most) == (minutes[2], minutes[0])
    assert answered("blind", [(NOW, None)]).at_most is None


def test_a_pair_stands_out_by_number_and_by_share() -> None:
    assert is_often(5, 10)
    assert not is_often(4, 4)
    assert not is_often(5, 11)


@pytest.mark.parametrize("code", SENTENCES_OF_OVERRIDABLE)
def test_what_was_set_aside_is_told_in_the_words_of_its_rule(code: str) -> None:
    said = {
        blocker.sentence
        for one in BROKEN
        for blocker in outstanding(one.case, Stage.OPEN, NOW).everything
        if blocker.code == code
    }
    assert said == {SENTENCES_OF_OVERRIDABLE[code]}
