"""The promise to be present."""

from datetime import timedelta

import pytest

from service.policy.people import Authority, ParentId, Tie
from tests.builders import FATHER, MOTHER, NOW, a_child_case, a_pledge, a_session


def test_a_pledge_holds_for_the_terms_it_was_made_for_and_no_others() -> None:
    assert a_pledge(terms=2).holds_for(2)
    assert not a_pledge(terms=2).holds_for(1)
    assert not a_pledge(terms=2).holds_for(3)


def test_a_revoked_pledge_holds_for_nothing() -> None:
    assert not a_pledge(revoked_at=NOW).holds_for(1)


def test_the_newest_pledge_that_counts_is_the_one() -> None:
    older = a_pledge(pledge_id="pledge_old", made_at=NOW - timedelta(days=2))
    newer = a_pledge(pledge_id="pledge_new", made_at=NOW - timedelta(days=1))
    revoked = a_pledge(pledge_id="pledge_gone", made_at=NOW, revoked_at=NOW)
    found = a_child_case(pledges=(newer, revoked, older)).pledge_for(a_session())
    assert found is newer


@pytest.mark.pitfall(16)
def test_only_an_adult_named_by_a_giver_with_authority_may_be_present() -> None:
    neighbour = ParentId("parent_3")
    case = a_child_case(nominated=frozenset({(MOTHER, FATHER), (neighbour, neighbour)}))
    assert case.may_be_present(FATHER)
    assert not case.may_be_present(neighbour)
    assert not case.may_be_present(MOTHER)


@pytest.mark.parametrize("authority", Authority)
def test_every_authority_but_none_makes_a_giver(authority: Authority) -> None:
    tie = Tie(MOTHER, "mother", authority)
    assert tie.may_consent is (authority is not Authority.NONE)
