"""Every rule: its code, clauses and stages, who can lift it, and what it says when it does not hold."""

from dataclasses import replace
from datetime import date

import pytest

from service.policy.clearance import outstanding
from service.policy.people import Authority, Child, ChildId, Tie
from service.policy.rules import OVERRIDABLE, RULES, Stage
from tests.builders import (
    CHILD,
    FATHER,
    MOTHER,
    NOW,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_child_case,
    a_session,
)
from tests.policy.broken import BROKEN, Broken, codes, named

CLAUSES = {
    "R-01": ("POL-04",),
    "R-02": ("POL-04",),
    "R-03": ("POL-32", "POL-34"),
    "R-04": ("POL-03",),
    "R-05": ("POL-03",),
    "R-06": ("POL-03",),
    "R-07": ("POL-03", "POL-12", "POL-13", "POL-30"),
    "R-08": ("POL-02", "POL-21"),
    "R-09": ("POL-03",),
    "R-10": ("POL-12", "POL-13", "POL-30"),
    "R-11": ("POL-23",),
    "R-12": ("POL-21",),
    "R-13": ("POL-10", "POL-12"),
    "R-15": ("POL-03",),
    "R-16": ("POL-03", "POL-04", "POL-21"),
    "R-14": ("POL-02", "POL-21"),
    "R-17": ("POL-31",),
    "R-18": ("POL-03", "POL-04"),
}
LIFTED_BY = {
    "R-01": "a parent",
    "R-02": "the parent who refused, or the safeguarding lead with the reason recorded",
    "R-03": "a parent",
    "R-08": "a parent",
    "R-11": "the safeguarding lead",
    "R-12": "the tutor",
    "R-05": "a coordinator, or the safeguarding lead for a connection",
    "R-14": "a parent",
    "R-17": "a parent, together with the child",
    "R-18": "a parent, together with the child",
    "R-13": "an administrator",
}
ONLY_BEFORE_IT_STARTS = {"R-11", "R-13", "R-15", "R-16"}


@pytest.mark.parametrize("stage", Stage)
def test_the_complete_case_has_no_blocker_at_any_stage(stage: Stage) -> None:
    found = outstanding(a_case(), stage, NOW)
    assert found.everything == ()
    assert found.clear_children == (CHILD,)


@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_one_broken_thing_gives_one_blocker_with_its_code_clauses_and_who_can_lift_it(
    broken: Broken,
) -> None:
    (blocker,) = outstanding(broken.case, Stage.OPEN, NOW).everything
    assert (blocker.rule, blocker.code) == (broken.rule, broken.code)
    assert blocker.clauses == CLAUSES[broken.rule]
    assert blocker.lifted_by == LIFTED_BY.get(broken.rule, "a coordinator")
    assert blocker.lift_before == broken.case.organisation.lapses_at(broken.case.session.starts_at)
    assert blocker.sentence.endswith(".")


@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_a_case_is_unclear_for_the_broken_rule_alone_so_taking_the_rule_out_would_clear_it(
    broken: Broken,
) -> None:
    found = outstanding(broken.case, Stage.OPEN, NOW)
    assert not found.is_clear
    assert {blocker.rule for blocker in found.everything} == {broken.rule}


def test_every_rule_has_a_case_that_only_it_stops() -> None:
    assert {broken.rule for broken in BROKEN} == {rule.number for rule in RULES} == set(CLAUSES)


def test_every_rule_looks_at_the_session_or_at_a_child_never_both() -> None:
    for rule in RULES:
        assert (rule.session_check is None) != (rule.child_check is None), rule.number


@pytest.mark.parametrize("broken", BROKEN, ids=named)
@pytest.mark.parametrize("stage", [Stage.ADMIT, Stage.STAY])
def test_a_rule_binds_at_its_stages_and_no_others(broken: Broken, stage: Stage) -> None:
    lifted = stage is Stage.STAY and broken.rule in ONLY_BEFORE_IT_STARTS
    assert codes(broken.case, stage) == ([] if lifted else [broken.code])


@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_only_the_three_named_reasons_are_marked_as_overridable(broken: Broken) -> None:
    (blocker,) = outstanding(broken.case, Stage.OPEN, NOW).everything
    assert blocker.overridable == (broken.code in OVERRIDABLE)


def test_the_overridable_reasons_are_these_three() -> None:
    assert {"outside_hours", "tutor_training_lapsed", "second_staff_training_lapsed"} == OVERRIDABLE


@pytest.mark.pitfall(11)
@pytest.mark.pitfall(12)
def test_one_childs_block_stops_that_child_alone() -> None:
    other = ChildId("child_2")
    blocked = replace(
        a_child_case(consents=()),
        child=Child(
            other,
            date(2016, 1, 1),
            (Tie(MOTHER, "mother", Authority.PARENTAL_RESPONSIBILITY),),
            STARTS.date(),
        ),
    )
    case = a_case(session=a_session(children=(CHILD, other)), children=(a_child_case(), blocked))
    found = outstanding(case, Stage.OPEN, NOW)
    assert found.is_clear
    assert found.clear_children == (CHILD,)
    assert [blocker.child_id for blocker in found.everything] == [other]


def test_a_blocked_session_clears_no_child() -> None:
    found = outstanding(a_case(second_staff=None, assignment=None), Stage.OPEN, NOW)
    assert found.of_children == {CHILD: ()}
    assert found.clear_children == ()


def test_sentences_name_nobody() -> None:
    people = [CHILD, MOTHER, FATHER, TUTOR, SECOND]
    for broken in BROKEN:
        for blocker in outstanding(broken.case, Stage.OPEN, NOW).everything:
            assert not any(person in blocker.sentence for person in people)
