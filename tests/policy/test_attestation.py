"""Statements, and where they contradict each other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.attestation import (
    QUESTIONS,
    STATEMENTS_CLOSE_AFTER,
    Answer,
    Statement,
    Witness,
    agreed,
    contradictions,
    expected_witnesses,
    may_state_at,
)
from service.policy.people import ChildId, SessionId
from service.policy.presence import PresenceMode
from service.policy.session import SessionState
from tests.builders import (
    CHILD,
    ENDS,
    MOTHER,
    NOW,
    STARTS,
    a_case,
    a_child_case,
    a_pledge,
    a_session,
)

PARENT = Statement(
    session_id=SessionId("session_1"),
    witness=Witness.PARENT,
    witness_id=MOTHER,
    child_id=CHILD,
    took_place=Answer.YES,
    adult_present=Answer.YES,
    second_staff_present=Answer.YES,
    made_at=ENDS,
)
TUTOR = replace(PARENT, witness=Witness.TUTOR, witness_id="staff_tutor", child_id=None)


def findings(*statements: Statement) -> list[str]:
    return [finding.code for finding in contradictions(statements)]


def test_statements_that_agree_contradict_nothing() -> None:
    assert findings(PARENT, TUTOR) == []
    assert findings() == []


@pytest.mark.parametrize("question", sorted(QUESTIONS))
@pytest.mark.parametrize("answer", [Answer.NO, Answer.PARTLY])
def test_a_question_answered_differently_is_found(question: str, answer: Answer) -> None:
    other = replace(TUTOR, **{question: answer})
    assert findings(PARENT, other) == [f"statements_differ_{question}"]


def test_parents_of_different_children_do_not_contradict_each_other() -> None:
    other = replace(PARENT, child_id=ChildId("child_2"), adult_present=Answer.NO)
    assert findings(PARENT, other) == []
    assert findings(PARENT, other, TUTOR) == ["statements_differ_adult_present"]


@pytest.mark.pitfall(61)
@given(st.permutations([PARENT, TUTOR, replace(TUTOR, took_place=Answer.NO)]))
def test_findings_do_not_depend_on_who_spoke_first(order: list[Statement]) -> None:
    assert findings(*order) == ["statements_differ_took_place"]


@pytest.mark.pitfall(61)
@pytest.mark.parametrize("state", SessionState)
def test_statements_are_taken_only_once_it_has_ended(state: SessionState) -> None:
    over = state in (SessionState.ENDED, SessionState.CLOSED)
    assert may_state_at(a_session(state=state), ENDS, ENDS) is over


@pytest.mark.pitfall(61)
def test_statements_are_taken_for_a_week() -> None:
    session = a_session(state=SessionState.ENDED)
    closes = ENDS + STATEMENTS_CLOSE_AFTER
    assert may_state_at(session, ENDS, closes - timedelta(microseconds=1))
    assert not may_state_at(session, ENDS, closes)
    assert not may_state_at(session, None, ENDS)


def test_a_full_record_has_tutor_second_staff_and_a_parent_for_each_child() -> None:
    two = a_session(state=SessionState.ENDED, children=(CHILD, ChildId("child_2")))
    assert expected_witnesses(two) == 4
    assert expected_witnesses(replace(two, state=SessionState.LIVE)) == 0


@pytest.mark.pitfall(64)
@pytest.mark.parametrize("state", [SessionState.LAPSED, SessionState.CANCELLED])
def test_nobody_is_asked_about_a_session_that_did_not_take_place(state: SessionState) -> None:
    assert expected_witnesses(a_session(state=state)) == 0


# --- what statements are held against -------------------------------------------------------------


@pytest.mark.pitfall(14)
def test_a_statement_is_held_against_the_newest_promise_on_its_terms_whatever_became_of_it() -> (
    None
):
    promises = (
        a_pledge(mode=PresenceMode.ON_CAMERA),
        a_pledge(mode=PresenceMode.IN_EARSHOT, made_at=NOW, revoked_at=NOW),
        a_pledge(mode=PresenceMode.IN_THE_ROOM, made_at=STARTS, terms=2),
    )
    (one,) = agreed(a_case(children=(a_child_case(pledges=promises),)))
    assert (one.child_id, one.mode) == (CHILD, PresenceMode.IN_EARSHOT)
    (none,) = agreed(a_case(children=(a_child_case(pledges=()),)))
    assert none.mode is None


@pytest.mark.pitfall(12, 14)
def test_a_parents_statement_is_held_against_what_concerns_their_child_alone() -> None:
    assert [one.child_id for one in agreed(a_case(), CHILD)] == [CHILD]
    assert agreed(a_case(), ChildId("child_of_others")) == ()
