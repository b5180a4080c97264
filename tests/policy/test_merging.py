"""What an adult's place on a child's record is after a merge, two places at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.merging import MORE_SAY_FIRST, Place, joined
from service.policy.people import ENDS_WITH_PLACEMENT, Authority, Child, Tie
from tests.builders import CHILD, MOTHER, STARTS

TODAY = STARTS.date()
A_CHILD = Child(CHILD, date(2017, 5, 5), (), TODAY)
WITH_A_SAY = Place(Tie(MOTHER, "mother", Authority.PARENTAL_RESPONSIBILITY), ended=False)
WITHOUT = Place(Tie(MOTHER, "aunt", Authority.NONE), ended=False)
DELEGATED = Place(Tie(MOTHER, "carer", Authority.DELEGATED), ended=False)

PLACES = st.builds(
    Place,
    st.builds(
        Tie,
        st.just(MOTHER),
        st.sampled_from(["mother", "aunt"]),
        st.sampled_from(Authority),
        st.none() | st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9)),
    ),
    st.booleans(),
)


def test_every_authority_has_its_place_in_the_order() -> None:
    assert sorted(MORE_SAY_FIRST) == sorted(Authority)


@pytest.mark.pitfall(22)
@pytest.mark.parametrize(
    ("more", "less"),
    [
        (WITH_A_SAY, WITHOUT),
        (WITH_A_SAY, DELEGATED),
        (DELEGATED, WITHOUT),
        (DELEGATED, replace(DELEGATED, tie=replace(DELEGATED.tie, until=TODAY))),
        (DELEGATED, replace(WITH_A_SAY, tie=replace(WITH_A_SAY.tie, until=date(2020, 1, 1)))),
    ],
)
def test_of_two_places_the_one_with_more_say_counts(more: Place, less: Place) -> None:
    assert joined(more, less, A_CHILD) == joined(less, more, A_CHILD) == more


@pytest.mark.pitfall(22)
def test_a_say_of_ones_own_outlasts_the_end_of_the_other_place() -> None:
    ended = replace(WITH_A_SAY, ended=True)
    assert joined(ended, WITH_A_SAY, A_CHILD) == joined(WITH_A_SAY, ended, A_CHILD) == WITH_A_SAY


@pytest.mark.pitfall(6)
@pytest.mark.parametrize("given", [WITHOUT, DELEGATED])
def test_what_staff_gave_ends_with_the_other_place(given: Place) -> None:
    ended = replace(given, ended=True)
    assert joined(ended, given, A_CHILD).ended
    assert joined(given, ended, A_CHILD).ended


@given(PLACES, PLACES)
def test_a_merge_silences_nobody_and_brings_nobody_back(kept: Place, merged: Place) -> None:
    after = joined(kept, merged, A_CHILD)
    assert after in (kept, merged)
    standing = [one for one in (kept, merged) if not one.ended]
    own = [one.tie for one in standing if one.tie.authority not in ENDS_WITH_PLACEMENT]
    if any(tie.has_say(TODAY, of_age=False) for tie in own):
        assert not after.ended and after.tie.has_say(TODAY, of_age=False)
    if len(standing) < 2 and not own:
        assert after.ended
