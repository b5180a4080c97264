"""Whom to telephone when only people inside can end a call, and in which order (pitfall 54)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from service.policy.admission import Place
from service.policy.call_down import (
    WHAT_TO_SAY,
    CalledAs,
    CallMade,
    CallOutcome,
    Inside,
    call_list,
    is_empty,
    who_went_in,
)
from service.policy.case import ChildCase
from service.policy.people import Authority, Child, ChildId, ParentId, Restriction, Tie
from service.policy.room import HOST
from service.policy.signs import Seen, Sign, fold
from service.policy.watched import Expected
from tests.builders import CHILD, FATHER, MOTHER, NOW, STARTS, TUTOR, a_child_case, a_pledge

SECOND = "staff_second"
GRANDMOTHER = ParentId("parent_grandmother")
SISTER = ChildId("child_sister")
LATER = STARTS + timedelta(minutes=20)
EVERYBODY = (
    Inside(Place.SECOND_STAFF, SECOND, STARTS),
    Inside(Place.TUTOR, TUTOR, STARTS),
    Inside(Place.HOUSEHOLD, CHILD, STARTS),
)

pytestmark = pytest.mark.pitfall(54)


def two_named(**changes: object) -> ChildCase:
    """The mother promised; the father is named as well."""
    return a_child_case(nominated=frozenset({(MOTHER, MOTHER), (MOTHER, FATHER)}), **changes)


def restricted(case: ChildCase, adult: ParentId, restriction: Restriction) -> ChildCase:
    ties = tuple(
        replace(tie, restriction=restriction) if tie.parent_id == adult else tie
        for tie in case.child.ties
    )
    return replace(case, child=replace(case.child, ties=ties))


def called(
    *made: CallMade, inside: tuple[Inside, ...] = EVERYBODY, case: ChildCase | None = None
) -> list[str]:
    return [one.whom for one in call_list(inside, (case or two_named(),), made).callees]


def reached(whom: str, at: datetime = LATER) -> CallMade:
    return CallMade(whom, CallOutcome.REACHED, at)


def gone(subject_id: str) -> tuple[Inside, ...]:
    return tuple(replace(one, since=None) if one.subject_id == subject_id else one
                 for one in EVERYBODY)  # fmt: skip


# --- the order --------------------------------------------------------------------------------------


def test_second_staff_come_first_then_the_tutor_then_who_promised_then_who_else_is_named() -> None:
    assert called() == [SECOND, TUTOR, MOTHER, FATHER]


def test_whoever_was_reached_goes_to_the_end_and_so_do_the_other_adults_of_the_child() -> None:
    assert called(reached(SECOND)) == [TUTOR, MOTHER, FATHER, SECOND]
    assert called(reached(MOTHER)) == [SECOND, TUTOR, MOTHER, FATHER]
    settled = {one.whom: one.settled for one in call_list(EVERYBODY, (two_named(),), ()).callees}
    assert not any(settled.values())
    after = call_list(EVERYBODY, (two_named(),), (reached(MOTHER),)).callees
    assert [one.whom for one in after if one.settled] == [MOTHER, FATHER]


@pytest.mark.parametrize("outcome", [CallOutcome.NOT_REACHED, CallOutcome.LEFT_MESSAGE])
def test_whoever_was_not_reached_keeps_their_place(outcome: CallOutcome) -> None:
    call = CallMade(SECOND, outcome, LATER)
    found = call_list(EVERYBODY, (two_named(),), (call,)).callees
    assert found[0].whom == SECOND
    assert found[0].last_call == call


def test_whoever_is_seen_to_have_gone_goes_to_the_end() -> None:
    assert called(inside=gone(SECOND)) == [TUTOR, MOTHER, FATHER, SECOND]
    assert called(inside=gone(CHILD)) == [SECOND, TUTOR, MOTHER, FATHER]
    found = call_list(gone(CHILD), (two_named(),), ()).callees
    assert [one.whom for one in found if one.settled] == [MOTHER, FATHER]


def test_whoever_comes_in_again_after_they_were_reached_is_called_again() -> None:
    back = tuple(replace(one, since=LATER + timedelta(minutes=5)) for one in EVERYBODY)
    assert called(reached(SECOND), inside=back)[0] == SECOND


def test_an_adult_of_two_children_inside_is_called_once_until_both_are_out() -> None:
    child = two_named()
    sister = replace(
        child,
        child=replace(child.child, child_id=SISTER),
        pledges=(a_pledge(child_id=SISTER),),
    )
    both = (*EVERYBODY, Inside(Place.HOUSEHOLD, SISTER, None))
    found = call_list(both, (child, sister), ()).callees
    assert [one.whom for one in found] == [SECOND, TUTOR, MOTHER, FATHER]
    assert found[2].children == (CHILD, SISTER)
    assert found[2].may_be_inside
    assert not found[2].settled


# --- who is never called ----------------------------------------------------------------------------


@pytest.mark.parametrize("restriction", Restriction)
def test_nobody_under_a_restriction_is_called_whatever_they_promised(
    restriction: Restriction,
) -> None:
    case = restricted(two_named(), MOTHER, restriction)
    case = replace(case, nominated=case.nominated | {(FATHER, FATHER)})
    assert called(case=case) == [SECOND, TUTOR, FATHER]


def test_a_child_for_whom_nobody_may_be_called_is_said_so() -> None:
    case = two_named()
    closed = replace(case, child=replace(case.child, restriction=Restriction.DO_NOT_CONTACT))
    found = call_list(EVERYBODY, (closed,), ())
    assert [one.whom for one in found.callees] == [SECOND, TUTOR]
    assert found.nobody_for == (CHILD,)
    assert call_list(EVERYBODY, (), ()).nobody_for == (CHILD,)
    assert call_list(gone(CHILD), (closed,), ()).nobody_for == ()


def test_an_adult_whom_no_giver_named_is_not_told_of_the_lesson() -> None:
    assert called(case=a_child_case()) == [SECOND, TUTOR, MOTHER]


def test_a_promise_that_was_taken_back_still_says_who_is_with_the_child() -> None:
    revoked = a_pledge(revoked_at=LATER)
    assert called(case=two_named(pledges=(revoked,))) == [SECOND, TUTOR, MOTHER, FATHER]
    standing = replace(a_pledge(), adult_id=FATHER)
    case = two_named(pledges=(revoked, standing))
    assert called(case=case) == [SECOND, TUTOR, FATHER, MOTHER]


def test_a_student_of_age_is_called_themselves() -> None:
    student = Child(
        CHILD, date(2000, 1, 1),
        (Tie(MOTHER, "mother", Authority.PARENTAL_RESPONSIBILITY),
         Tie(GRANDMOTHER, "student", Authority.SELF)),
        STARTS.date(),
    )  # fmt: skip
    assert called(case=two_named(child=student)) == [SECOND, TUTOR, GRANDMOTHER]


# --- who may be inside ------------------------------------------------------------------------------


HOUSEHOLD = Expected(Place.HOUSEHOLD, "registrant", CHILD, NOW, shut=True)
STAFF = Expected(Place.SECOND_STAFF, HOST, SECOND, NOW)


def sign(seen: Seen, at: datetime, who: str = "registrant") -> Sign:
    return Sign(seen, at, "call", f"of {who}", who)


def since(*signs: Sign) -> datetime | None:
    (one,) = who_went_in(fold(signs), (HOUSEHOLD,))
    return one.since


def test_whoever_was_let_in_may_be_inside_until_the_provider_says_otherwise() -> None:
    assert since() == NOW
    assert since(sign(Seen.JOINED, STARTS)) == STARTS
    assert since(sign(Seen.WAITING, STARTS)) == STARTS
    assert since(sign(Seen.JOINED, STARTS), sign(Seen.LEFT, LATER)) is None
    others = (sign(Seen.JOINED, STARTS, HOST), sign(Seen.ENDED, LATER, HOST))
    assert since(*others) is None


def test_whoever_was_never_let_in_nor_heard_of_is_not_called() -> None:
    outside = replace(HOUSEHOLD, let_in_at=None)
    assert who_went_in(fold(()), (outside,)) == ()
    (uninvited,) = who_went_in(fold([sign(Seen.JOINED, STARTS)]), (outside,))
    assert uninvited.since == STARTS


def test_one_of_two_ways_in_of_a_household_that_is_in_use_is_enough() -> None:
    other = replace(HOUSEHOLD, who="another")
    signs = [sign(Seen.JOINED, STARTS), sign(Seen.LEFT, LATER), sign(Seen.JOINED, LATER, "another")]
    (one,) = who_went_in(fold(signs), (HOUSEHOLD, other))
    assert one.since == LATER


def test_a_room_is_empty_only_if_neither_those_we_know_nor_a_stranger_may_be_inside() -> None:
    came = [sign(Seen.JOINED, STARTS), sign(Seen.JOINED, STARTS, HOST)]
    left = [sign(Seen.LEFT, LATER), sign(Seen.LEFT, LATER, HOST)]
    stranger = sign(Seen.JOINED, STARTS, "unknown")

    def empty(*signs: Sign) -> bool:
        picture = fold(signs)
        return is_empty(picture, who_went_in(picture, (STAFF, HOUSEHOLD)))

    assert not empty()
    assert not empty(*came, left[0])
    assert empty(*came, *left)
    assert not empty(*came, *left, stranger)
    assert not empty(came[1], left[1])  # of the household nobody ever told


def test_the_words_give_no_reason_and_there_are_some_for_everybody() -> None:
    assert set(WHAT_TO_SAY) == set(CalledAs)
