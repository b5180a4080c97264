"""What is put to a giver says how second staff cover sessions, and no more than settings hold to."""

from dataclasses import replace

import pytest

from service.policy.consent import Purpose
from service.policy.consent_wording import (
    CHILD_WORDING,
    OWN_WORDING,
    WORDING,
    asks_about_visits,
    child_wording_for,
    wording_for,
)
from service.policy.organisation import BOUNDS
from service.policy.people import Child
from service.policy.session import CoverMode
from service.policy.staff_rules import VISITING_ROOMS
from tests.builders import ORGANISATION, a_case

CHILD = a_case().children[0].child
OF_AGE = replace(CHILD, born_on=CHILD.born_on.replace(year=CHILD.born_on.year - 18))
STAYING = replace(ORGANISATION, cover_modes=frozenset({CoverMode.THROUGHOUT}))
VISITING = replace(ORGANISATION, cover_modes=frozenset(CoverMode))


@pytest.mark.parametrize("child", [CHILD, OF_AGE])
def test_where_second_staff_may_visit_the_giver_is_told_how_many_rooms_and_how_often(
    child: Child,
) -> None:
    said = wording_for(Purpose.TAKE_PART, child, visits=asks_about_visits(VISITING))
    assert "up to three sessions" in said and VISITING_ROOMS == 3
    assert f"every {BOUNDS['visit_gap'].most} minutes" in said


def test_where_second_staff_stay_nothing_is_said_of_visits() -> None:
    assert (
        wording_for(Purpose.TAKE_PART, CHILD, visits=asks_about_visits(STAYING))
        == WORDING[Purpose.TAKE_PART]
    )
    assert wording_for(Purpose.TAKE_PART, OF_AGE, visits=False) == OWN_WORDING[Purpose.TAKE_PART]
    assert child_wording_for(visits=False) == CHILD_WORDING


def test_a_child_is_not_told_that_second_staff_stay_where_they_may_not() -> None:
    assert "comes in again and again" in child_wording_for(visits=True)


def test_no_other_purpose_speaks_of_visits() -> None:
    for purpose in set(Purpose) - {Purpose.TAKE_PART}:
        assert wording_for(purpose, CHILD, visits=True) == WORDING[purpose]
