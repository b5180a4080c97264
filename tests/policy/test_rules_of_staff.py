"""Edges of the rules about staff: two people who are not kin, in one place at a time, fit on each day."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.policy.organisation import Windows
from service.policy.session import CoverMode
from service.policy.staff import TakenAs
from tests.builders import (
    ENDS,
    ORGANISATION,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_session,
    a_staff_member,
    a_visited_case,
    elsewhere,
)
from tests.policy.broken import MINUTE, codes, trained_until

NIGHT = a_session(
    starts_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 0, 30, tzinfo=UTC),
)


@pytest.mark.pitfall(28)
def test_the_tutor_under_their_own_id_cannot_be_second_staff() -> None:
    assert codes(a_case(second_staff=a_staff_member(TUTOR))) == ["second_staff_is_tutor"]


@pytest.mark.pitfall(9)
def test_a_relation_that_only_the_tutor_declared_counts_too() -> None:
    tutor = a_staff_member(TUTOR, relations=frozenset({SECOND}))
    assert codes(a_case(tutor=tutor)) == ["second_staff_is_related"]


# --- one place at a time ------------------------------------------------------------------------------


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


def test_a_room_that_ends_when_this_one_starts_takes_nobody() -> None:
    before, after = elsewhere(STARTS - 30 * MINUTE, STARTS), elsewhere(ENDS, ENDS + 30 * MINUTE)
    assert codes(a_case(second_staff_elsewhere=(before, after))) == []


# --- over midnight ------------------------------------------------------------------------------------


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
