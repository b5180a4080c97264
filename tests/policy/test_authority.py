"""Who has a say about a child: by whom, until when, under which restriction, and from 18 on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.clearance import outstanding
from service.policy.consent import (
    NO_KINDS,
    Basis,
    ConsentEntry,
    ConsentKind,
    ConsentStatus,
    Purpose,
    Resolution,
    consent_status,
    open_refusals,
    standing,
)
from service.policy.people import Authority, Child, ParentId, Restriction, Tie, loosens, of_age_on
from service.policy.rules import Stage
from tests.builders import (
    CHILD,
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    STARTS,
    a_case,
    a_child_case,
    a_consent,
    a_pledge,
)

STUDENT = ParentId("parent_self")
BIRTHDAY = date(2026, 11, 24)
BORN = date(2008, 11, 24)
SAYS_NO = a_consent(FATHER, position=2, kind=ConsentKind.REFUSED)


def a_child(born_on: date = BORN, on: date = BIRTHDAY) -> Child:
    """A child with a mother who has authority, and a student's own tie."""
    ties = (
        Tie(MOTHER, "mother", Authority.PARENTAL_RESPONSIBILITY),
        Tie(STUDENT, "self", Authority.SELF),
    )
    return Child(CHILD, born_on, ties, on)


def codes(**changes: object) -> list[str]:
    """What stands in the way of an otherwise complete case."""
    case = a_case(children=(a_child_case(**changes),))
    return [blocker.code for blocker in outstanding(case, Stage.OPEN, NOW).everything]


# --- the 18th birthday --------------------------------------------------------------------------------


@pytest.mark.pitfall(7)
def test_from_the_18th_birthday_on_the_student_alone_has_a_say() -> None:
    before = a_child(on=BIRTHDAY - timedelta(days=1))
    assert before.deciders == before.givers == {MOTHER}
    assert a_child().deciders == a_child().givers == {STUDENT}
    assert a_child().hearers == {STUDENT}
    assert before.hearers == {MOTHER, STUDENT}


@pytest.mark.pitfall(7)
@pytest.mark.parametrize(
    ("born_on", "of_age"),
    [
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2010, 12, 31), date(2028, 12, 31)),
    ],
)
def test_the_18th_birthday_is_a_day_of_the_calendar(born_on: date, of_age: date) -> None:
    assert of_age_on(born_on) == of_age


@pytest.mark.pitfall(7)
def test_at_18_a_parents_yes_refusal_and_promise_count_no_more() -> None:
    parents = replace(a_child_case().child, born_on=BORN)
    assert codes(child=parents) == ["consent_missing", "pledge_void"]
    assert codes(child=parents, consents=(a_consent(), SAYS_NO)) == [
        "consent_missing",
        "pledge_void",
    ]


@pytest.mark.pitfall(7)
def test_at_18_the_students_own_yes_and_promise_are_enough() -> None:
    own = a_consent(STUDENT)
    assert (
        codes(
            child=a_child(),
            consents=(own, replace(SAYS_NO, giver_id=MOTHER)),
            nominated=frozenset({(STUDENT, STUDENT)}),
            pledges=(a_pledge(adult_id=STUDENT),),
        )
        == []
    )


# --- delegation ------------------------------------------------------------------------------------------


@pytest.mark.pitfall(6)
@pytest.mark.parametrize(("until", "missing"), [(STARTS.date(), False), (date(2026, 11, 23), True)])
def test_delegated_authority_lasts_through_its_last_day(until: date, missing: bool) -> None:
    carer = Tie(MOTHER, "foster carer", Authority.DELEGATED, until)
    child = replace(a_child_case().child, ties=(carer,))
    assert ("consent_missing" in codes(child=child)) is missing


@pytest.mark.pitfall(36)
def test_a_delegation_that_ends_at_midnight_does_not_cover_a_session_that_goes_on() -> None:
    carer = Tie(MOTHER, "foster carer", Authority.DELEGATED, STARTS.date())
    child = replace(a_child_case().child, ties=(carer,))
    over_midnight = replace(child, through=STARTS.date() + timedelta(days=1))
    assert child.givers == {MOTHER}
    assert over_midnight.givers == set()


@pytest.mark.pitfall(6)
def test_a_carer_without_authority_may_be_the_present_adult_and_cannot_consent() -> None:
    carer = Tie(FATHER, "shift_worker", Authority.NONE)
    council = Tie(MOTHER, "social worker", Authority.LOCAL_AUTHORITY)
    child = replace(a_child_case().child, ties=(council, carer))
    named = frozenset({(MOTHER, FATHER)})
    promised = (a_pledge(adult_id=FATHER),)
    assert codes(child=child, nominated=named, pledges=promised) == []
    assert codes(child=child, nominated=named, pledges=promised, consents=(a_consent(FATHER),)) == [
        "consent_missing"
    ]


@pytest.mark.pitfall(16)
def test_a_substitute_whom_a_giver_named_may_be_there_and_one_who_named_themselves_may_not() -> (
    None
):
    grandmother = Tie(ParentId("parent_3"), "grandmother", Authority.NONE)
    child = replace(a_child_case().child, ties=(*a_child_case().child.ties, grandmother))
    promised = (a_pledge(adult_id=grandmother.parent_id),)
    by_mother = frozenset({(MOTHER, grandmother.parent_id)})
    by_herself = frozenset({(grandmother.parent_id, grandmother.parent_id)})
    assert codes(child=child, nominated=by_mother, pledges=promised) == []
    assert codes(child=child, nominated=by_herself, pledges=promised) == ["pledge_void"]


# --- restrictions ----------------------------------------------------------------------------------------


def with_mother(restriction: Restriction) -> Child:
    """The child, its mother under a restriction."""
    child = a_child_case().child
    mother, father = child.ties
    return replace(child, ties=(replace(mother, restriction=restriction), father))


@pytest.mark.pitfall(2)
@pytest.mark.parametrize("restriction", [Restriction.NO_CONTACT, Restriction.DECEASED])
def test_the_yes_and_the_promise_of_a_barred_adult_count_no_more(restriction: Restriction) -> None:
    assert codes(child=with_mother(restriction)) == ["consent_missing", "pledge_void"]


@pytest.mark.pitfall(2)
@pytest.mark.parametrize("restriction", Restriction)
def test_no_restriction_makes_a_refusal_vanish(restriction: Restriction) -> None:
    said = (a_consent(FATHER), a_consent(position=2, kind=ConsentKind.REFUSED))
    assert "consent_refused" in codes(child=with_mother(restriction), consents=said)


@pytest.mark.pitfall(21)
@pytest.mark.parametrize("restriction", Restriction)
def test_nobody_under_a_restriction_is_written_to(restriction: Restriction) -> None:
    assert with_mother(restriction).hearers == {FATHER}


@pytest.mark.pitfall(2)
@pytest.mark.parametrize(
    ("before", "after", "looser"),
    [
        (None, None, False),
        (None, Restriction.NO_CONTACT, False),
        (Restriction.DO_NOT_CONTACT, Restriction.NO_CONTACT, False),
        (Restriction.DO_NOT_CONTACT, Restriction.DECEASED, False),
        (Restriction.NO_CONTACT, Restriction.DECEASED, False),
        (Restriction.NO_CONTACT, Restriction.DO_NOT_CONTACT, True),
        (Restriction.DECEASED, Restriction.DO_NOT_CONTACT, True),
        *((kind, None, True) for kind in Restriction),
    ],
)
def test_a_restriction_is_looser_if_it_is_lifted_or_bars_nobody_any_more(
    before: Restriction | None, after: Restriction | None, looser: bool
) -> None:
    assert loosens(before, after) is looser


def test_somebody_who_is_not_to_be_written_to_may_still_be_there() -> None:
    assert codes(child=with_mother(Restriction.DO_NOT_CONTACT)) == []


# --- conflicts ---------------------------------------------------------------------------------------------


def decision(position: int, *settles: int, stands: bool = True) -> Resolution:
    """A decision of the lead about taking part."""
    return Resolution(position, Purpose.TAKE_PART, Basis.AGREEMENT, stands, frozenset(settles))


@pytest.mark.pitfall(1)
def test_a_refusal_that_the_lead_settled_stops_nothing_and_a_later_one_stops_it_again() -> None:
    consents = (a_consent(), SAYS_NO)
    assert codes(consents=consents) == ["consent_refused"]
    assert codes(consents=consents, resolutions=(decision(3, 1, 2),)) == []
    again = (*consents, replace(SAYS_NO, position=4))
    assert codes(consents=again, resolutions=(decision(3, 1, 2),)) == ["consent_refused"]
    assert codes(consents=again, resolutions=(decision(3, 2), decision(5, 4))) == []


@pytest.mark.pitfall(1)
def test_once_it_was_decided_against_only_another_decision_helps() -> None:
    against = decision(3, 1, 2, stands=False)
    changed_mind = (a_consent(), SAYS_NO, a_consent(FATHER, position=4))
    assert codes(consents=changed_mind, resolutions=(against,)) == ["consent_decided_against"]
    assert codes(consents=changed_mind, resolutions=(against, decision(5, 4))) == []
    # What was settled before the decision against it is open again after it.
    before = decision(3, 2)
    both = (before, decision(4, 2, stands=False), decision(5, 1))
    assert codes(consents=(a_consent(), SAYS_NO), resolutions=both) == ["consent_refused"]


def test_a_decision_is_no_consent_and_about_one_purpose() -> None:
    assert codes(consents=(SAYS_NO,), resolutions=(decision(3, 2),)) == ["consent_missing"]
    other = replace(decision(3, 2), purpose=Purpose.RECORD)
    assert codes(consents=(a_consent(), SAYS_NO), resolutions=(other,)) == ["consent_refused"]


GIVERS = frozenset({MOTHER, FATHER})
WORDS = st.lists(st.tuples(st.sampled_from([MOTHER, FATHER]), st.sampled_from(ConsentKind)))


@pytest.mark.pitfall(1)
@given(before=WORDS, after=WORDS, stands=st.booleans())
def test_no_decision_settles_a_word_that_came_after_it(
    before: list[tuple[ParentId, ConsentKind]],
    after: list[tuple[ParentId, ConsentKind]],
    stands: bool,
) -> None:
    said = [*before, None, *after]
    ledger: tuple[ConsentEntry, ...] = tuple(
        a_consent(word[0], position=place, kind=word[1])
        for place, word in enumerate(said, 1)
        if word is not None
    )
    place = len(before) + 1
    settled = (decision(place, *range(1, place), stands=stands),)
    words = standing(ledger, Purpose.TAKE_PART, GIVERS)
    later_no = {word.position for word in words if word.kind in NO_KINDS and word.position > place}
    found = open_refusals(ledger, Purpose.TAKE_PART, GIVERS, settled)
    assert later_no <= {word.position for word in found}
    status = consent_status(ledger, Purpose.TAKE_PART, GIVERS, ENDS, resolutions=settled)
    if later_no or not stands:
        assert status is not ConsentStatus.LIVE


def test_the_builders_agree_on_the_day() -> None:
    assert datetime.combine(BIRTHDAY, STARTS.time(), UTC) == STARTS
