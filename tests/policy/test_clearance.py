"""A clearance is proof, and can come about in one way only."""

import copy
from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import NotClear
from service.policy.case import CaseFile, Override
from service.policy.clearance import FRESH_FOR, Clearance, ClearedChild, clear, outstanding
from service.policy.people import Child, ChildId, StaffId
from service.policy.rules import OVERRIDABLE, Stage
from tests.builders import (
    CHILD,
    FATHER,
    MOTHER,
    NOW,
    SECOND,
    TUTOR,
    a_case,
    a_child_case,
    a_clearance,
    a_consent,
    a_pledge,
    a_session,
    a_staff_member,
)
from tests.policy.broken import BROKEN, Broken, named, saying, trained_until

LEAD = StaffId("staff_lead")
LATER = NOW + timedelta(hours=1)


def test_a_clear_case_gives_a_clearance_that_says_what_each_child_rests_on() -> None:
    assert a_clearance().children == (ClearedChild(CHILD, "consent_1", "pledge_1", MOTHER),)


@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_no_clearance_of_a_broken_case(broken: Broken) -> None:
    with pytest.raises(NotClear) as refused:
        clear(broken.case, NOW)
    assert refused.value.details["blockers"] == [broken.code]


@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_a_clearance_cannot_be_made_by_replacing_its_case(broken: Broken) -> None:
    with pytest.raises(NotClear):
        replace(a_clearance(), case=broken.case)


def test_a_clearance_cannot_be_assigned_to() -> None:
    with pytest.raises(FrozenInstanceError):
        a_clearance().case = a_case(host=None)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        a_clearance().at = LATER  # type: ignore[misc]


def test_the_constructor_itself_runs_the_rules() -> None:
    with pytest.raises(NotClear):
        Clearance(a_case(second_staff=None), NOW)


def test_a_copy_proves_no_more_than_the_original() -> None:
    assert copy.deepcopy(a_clearance()) == a_clearance()


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (timedelta(seconds=59), True),
        (FRESH_FOR - timedelta(microseconds=1), True),
        (FRESH_FOR, False),
        (timedelta(seconds=60), False),
        (timedelta(days=1), False),
        (timedelta(microseconds=-1), False),
    ],
)
def test_a_clearance_is_fresh_for_less_than_a_minute_and_never_before_its_time(
    age: timedelta, fresh: bool
) -> None:
    assert a_clearance().is_fresh_at(NOW + age) is fresh


def test_only_cleared_children_are_in_the_clearance() -> None:
    other = ChildId("child_2")
    child = a_child_case()
    blocked = replace(
        a_child_case(pledges=()),
        child=Child(other, date(2016, 1, 1), child.child.ties, child.child.on),
    )
    case = a_case(session=a_session(children=(CHILD, other)), children=(child, blocked))
    assert [cleared.child_id for cleared in clear(case, NOW).children] == [CHILD]


def test_a_clearance_rests_on_the_newest_yes_and_the_newest_pledge() -> None:
    child = a_child_case(
        consents=(
            a_consent(FATHER, entry_id="consent_2", position=2),
            a_consent(position=1),
        ),
        nominated=frozenset({(MOTHER, MOTHER), (MOTHER, FATHER)}),
        pledges=(
            a_pledge(pledge_id="pledge_2", adult_id=FATHER, made_at=NOW),
            a_pledge(made_at=NOW - timedelta(hours=1)),
        ),
    )
    (cleared,) = clear(a_case(children=(child,)), NOW).children
    assert cleared == ClearedChild(CHILD, "consent_2", "pledge_2", FATHER)


def test_a_session_without_children_is_never_clear() -> None:
    with pytest.raises(NotClear):
        clear(a_case(children=()), NOW)


# --- overrides --------------------------------------------------------------------------------------


def overridden(case: CaseFile, code: str, by: StaffId = LEAD, until: object = LATER) -> CaseFile:
    override = Override(code, by, "Exam tomorrow", until)  # type: ignore[arg-type]
    return replace(case, overrides=(override,))


@pytest.mark.pitfall(26)
@pytest.mark.parametrize("broken", BROKEN, ids=named)
def test_an_override_lifts_the_three_named_reasons_and_nothing_else(broken: Broken) -> None:
    found = outstanding(overridden(broken.case, broken.code), Stage.OPEN, NOW)
    assert found.is_clear == (broken.code in OVERRIDABLE)


@pytest.mark.pitfall(26)
@pytest.mark.parametrize("code", sorted(OVERRIDABLE))
@pytest.mark.parametrize("by", [TUTOR, SECOND])
def test_nobody_lifts_a_bar_on_a_session_they_staff(code: str, by: StaffId) -> None:
    (broken, *_) = [broken for broken in BROKEN if broken.code == code]
    assert outstanding(overridden(broken.case, code), Stage.OPEN, NOW).is_clear
    assert not outstanding(overridden(broken.case, code, by), Stage.OPEN, NOW).is_clear


@pytest.mark.pitfall(26, 28)
@pytest.mark.parametrize("staffed", [TUTOR, SECOND])
def test_nobody_lifts_a_bar_on_a_session_they_staff_under_another_entry(staffed: StaffId) -> None:
    (sunday,) = [broken.case for broken in BROKEN if broken.code == "outside_hours"]
    twin = a_staff_member(LEAD, contact_keys=frozenset({f"key-of-{staffed}"}))
    (own,) = overridden(sunday, "outside_hours").overrides
    case = replace(sunday, overrides=(replace(own, lead=twin),))
    assert not outstanding(case, Stage.OPEN, NOW).is_clear
    another = replace(own, lead=a_staff_member(LEAD))
    assert outstanding(replace(case, overrides=(another,)), Stage.OPEN, NOW).is_clear


@pytest.mark.pitfall(26)
@pytest.mark.parametrize(
    ("left", "clear_still"),
    [(timedelta(microseconds=1), True), (timedelta(0), False), (timedelta(seconds=-1), False)],
)
def test_an_override_ends(left: timedelta, clear_still: bool) -> None:
    (sunday,) = [broken.case for broken in BROKEN if broken.code == "outside_hours"]
    case = overridden(sunday, "outside_hours", until=NOW + left)
    assert outstanding(case, Stage.OPEN, NOW).is_clear is clear_still


@pytest.mark.pitfall(26)
def test_an_override_of_one_reason_lifts_no_other() -> None:
    (sunday,) = [broken.case for broken in BROKEN if broken.code == "outside_hours"]
    case = overridden(sunday, "tutor_training_lapsed")
    assert not outstanding(case, Stage.OPEN, NOW).is_clear


@pytest.mark.parametrize(
    ("last_day", "code"),
    [
        (date(2026, 11, 23), "tutor_training_lapsed"),
        (date(2026, 11, 10), "tutor_training_lapsed"),
        (date(2026, 11, 9), "tutor_training_missing"),
    ],
)
def test_training_counts_as_only_lapsed_for_a_fortnight(last_day: date, code: str) -> None:
    case = a_case(tutor=trained_until(TUTOR, last_day))
    assert [one.code for one in outstanding(case, Stage.OPEN, NOW).everything] == [code]


# --- any mixture ------------------------------------------------------------------------------------

PARTS = {
    "session": a_session(purpose=" "),
    "second_staff": None,
    "host": None,
    "tutor": trained_until(TUTOR, date(2020, 1, 1)),
    "children": saying().children,
}


@given(st.sets(st.sampled_from(sorted(PARTS))), st.sampled_from(Stage))
def test_a_clearance_exists_exactly_when_nothing_stands_in_the_way(
    broken: set[str], stage: Stage
) -> None:
    case = a_case(**{name: PARTS[name] for name in broken})
    found = outstanding(case, stage, NOW)
    if stage is not Stage.STAY:
        assert found.is_clear is not bool(broken)
    if outstanding(case, Stage.OPEN, NOW).is_clear:
        assert clear(case, NOW).children
    else:
        with pytest.raises(NotClear):
            clear(case, NOW)
