"""Each rule, and what it says when it does not hold."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.policy.clearance import outstanding
from service.policy.consent import ConsentKind
from service.policy.organisation import Windows
from service.policy.people import Authority, Child, ChildId, Tie
from service.policy.presence import PresenceMode
from service.policy.rules import OVERRIDABLE, RULES, Stage
from service.policy.session import CoverMode
from service.policy.staff import TakenAs
from tests.builders import (
    CHILD,
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    ORGANISATION,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_child_case,
    a_consent,
    a_pledge,
    a_session,
    a_staff_member,
    a_visited_case,
    elsewhere,
)
from tests.policy.broken import BROKEN, MINUTE, Broken, saying, trained_until

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
NIGHT = a_session(
    starts_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 0, 30, tzinfo=UTC),
)


def named(broken: Broken) -> str:
    return f"{broken.rule}-{broken.code}"


def codes(case: object, stage: Stage = Stage.OPEN) -> list[str]:
    return [blocker.code for blocker in outstanding(case, stage, NOW).everything]  # type: ignore[arg-type]


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


# --- edges of single rules --------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "clear"), [(ENDS, True), (ENDS - MINUTE, False)])
def test_consent_must_last_until_the_planned_end(until: object, clear: bool) -> None:
    assert (codes(saying(a_consent(valid_until=until))) == []) is clear


@pytest.mark.pitfall(1)
def test_a_refusal_beside_a_yes_stops_the_child_whoever_spoke_last() -> None:
    no = a_consent(FATHER, position=1, kind=ConsentKind.REFUSED)
    assert codes(saying(no, a_consent(position=2))) == ["consent_refused"]


def test_a_word_of_someone_without_authority_neither_clears_nor_stops() -> None:
    stranger = a_consent(MOTHER, giver_id="parent_9", position=2)
    assert codes(saying(a_consent(), stranger)) == []
    assert codes(saying(stranger)) == ["consent_missing"]


def test_a_withdrawn_only_consent_shows_both_the_missing_yes_and_the_no() -> None:
    withdrawn = a_consent(kind=ConsentKind.WITHDRAWN, position=2)
    assert codes(saying(a_consent(), withdrawn)) == ["consent_missing", "consent_refused"]


@pytest.mark.pitfall(16)
def test_a_pledge_by_an_adult_whom_no_giver_with_authority_named_is_void() -> None:
    child = a_child_case(
        pledges=(a_pledge(adult_id=FATHER),), nominated=frozenset({("parent_9", FATHER)})
    )
    assert codes(a_case(children=(child,))) == ["pledge_void"]


def test_a_revoked_pledge_counts_as_none() -> None:
    child = a_child_case(pledges=(a_pledge(revoked_at=NOW),))
    assert codes(a_case(children=(child,))) == ["pledge_missing"]


@pytest.mark.pitfall(14)
@pytest.mark.parametrize("mode", PresenceMode)
def test_a_pledge_in_any_agreed_mode_counts(mode: PresenceMode) -> None:
    assert codes(a_case(children=(a_child_case(pledges=(a_pledge(mode=mode),)),))) == []


@pytest.mark.pitfall(9)
@pytest.mark.parametrize("key", ["tutor", "second_staff"])
def test_staff_who_share_a_contact_with_a_parent_are_family(key: str) -> None:
    staff_id = TUTOR if key == "tutor" else SECOND
    child = a_child_case(adult_keys=frozenset({f"key-of-{staff_id}"}))
    assert codes(a_case(children=(child,))) == [f"{key}_is_family"]


@pytest.mark.pitfall(9)
@pytest.mark.parametrize(("kind", "code"), [("relations", "family"), ("connections", "connected")])
def test_whoever_was_once_on_the_childs_record_is_kin(kind: str, code: str) -> None:
    tutor = a_staff_member(TUTOR, **{kind: frozenset({"parent_of_before"})})
    child = a_child_case(kin=frozenset({"parent_of_before"}))
    assert codes(a_case(tutor=tutor, children=(child,))) == [f"tutor_is_{code}"]


@pytest.mark.pitfall(28)
def test_the_tutor_under_their_own_id_cannot_be_second_staff() -> None:
    assert codes(a_case(second_staff=a_staff_member(TUTOR))) == ["second_staff_is_tutor"]


@pytest.mark.pitfall(9)
def test_a_relation_that_only_the_tutor_declared_counts_too() -> None:
    tutor = a_staff_member(TUTOR, relations=frozenset({SECOND}))
    assert codes(a_case(tutor=tutor)) == ["second_staff_is_related"]


@pytest.mark.pitfall(25)
@pytest.mark.parametrize(
    ("mode", "cap", "others", "clear"),
    [
        (CoverMode.THROUGHOUT, 1, 0, True),
        (CoverMode.THROUGHOUT, 3, 1, False),
        (CoverMode.VISITING, 3, 2, True),
        (CoverMode.VISITING, 3, 3, False),
        (CoverMode.VISITING, 9, 3, False),
        (CoverMode.VISITING, 1, 1, False),
    ],
)
def test_the_cap_is_the_lower_of_cover_mode_and_organisation(
    mode: CoverMode, cap: int, others: int, clear: bool
) -> None:
    case = a_visited_case(
        session=a_session(cover_mode=mode),
        organisation=replace(ORGANISATION, second_staff_rooms=cap),
        second_staff_elsewhere=tuple(
            elsewhere(STARTS - 10 * place * MINUTE, ENDS, TakenAs.VISITING)
            for place in range(1, others + 1)
        ),
    )
    assert (codes(case) == []) is clear


@pytest.mark.pitfall(25)
@pytest.mark.parametrize("mode", CoverMode)
@pytest.mark.parametrize("taken_as", TakenAs)
def test_two_rooms_at_once_are_covered_only_where_both_are_visited(
    mode: CoverMode, taken_as: TakenAs
) -> None:
    case = a_visited_case(
        session=a_session(cover_mode=mode),
        organisation=replace(ORGANISATION, second_staff_rooms=3),
        second_staff_elsewhere=(elsewhere(STARTS - 10 * MINUTE, ENDS, taken_as),),
    )
    both_visited = mode is CoverMode.VISITING and taken_as is TakenAs.VISITING
    assert codes(case) == ([] if both_visited else ["second_staff_elsewhere"])


@pytest.mark.parametrize("mode", CoverMode)
@pytest.mark.parametrize("taken_as", TakenAs)
def test_the_gap_is_kept_between_rooms_unless_both_are_visited(
    mode: CoverMode, taken_as: TakenAs
) -> None:
    case = a_visited_case(
        session=a_session(cover_mode=mode),
        organisation=replace(
            ORGANISATION, second_staff_rooms=3, windows=Windows(second_staff_gap=10)
        ),
        second_staff_elsewhere=(elsewhere(ENDS + 9 * MINUTE, ENDS + 60 * MINUTE, taken_as),),
    )
    both_visited = mode is CoverMode.VISITING and taken_as is TakenAs.VISITING
    assert codes(case) == ([] if both_visited else ["second_staff_no_gap"])


def test_who_agreed_to_visits_agreed_to_second_staff_who_stay_as_well() -> None:
    told = a_child_case(consents=(a_consent(says_visits=True),))
    assert codes(a_case(children=(told,))) == []


def test_a_room_that_ends_when_this_one_starts_takes_nobody() -> None:
    before, after = elsewhere(STARTS - 30 * MINUTE, STARTS), elsewhere(ENDS, ENDS + 30 * MINUTE)
    assert codes(a_case(second_staff_elsewhere=(before, after))) == []


@pytest.mark.pitfall(27)
@pytest.mark.pitfall(36)
def test_over_midnight_staff_must_be_eligible_on_both_days() -> None:
    good = a_case(session=NIGHT)
    short = a_case(session=NIGHT, tutor=trained_until(TUTOR, date(2026, 11, 24)))
    assert codes(good) == ["outside_hours"]
    assert codes(short) == ["tutor_training_lapsed", "outside_hours"]


@pytest.mark.pitfall(36)
def test_over_midnight_one_shortcoming_is_said_once() -> None:
    suspended = a_case(session=NIGHT, tutor=a_staff_member(TUTOR, suspended=True))
    assert codes(suspended) == ["tutor_suspended", "outside_hours"]


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
