"""The promise to be present."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Authority, ParentId, Tie
from service.policy.presence import CheckIn, Pledge, PresenceMode
from service.policy.rules import adult_is_in_one_place
from tests.builders import (
    CHILD,
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    STARTS,
    TUTOR,
    a_case,
    a_child_case,
    a_consent,
    a_pledge,
    a_session,
)


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
    assert case.may_be_present(FATHER, ENDS)
    assert not case.may_be_present(neighbour, ENDS)
    assert not case.may_be_present(MOTHER, ENDS)


FELL = [kind for kind in ConsentKind if kind is not ConsentKind.GIVEN]


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("kind", FELL)
def test_whom_a_giver_named_may_not_be_present_once_the_givers_own_yes_is_gone(
    kind: ConsentKind,
) -> None:
    said = (a_consent(FATHER), a_consent(position=2), a_consent(FATHER, position=3, kind=kind))
    named = frozenset({(FATHER, FATHER)})
    case = a_child_case(consents=said, nominated=named, pledges=(a_pledge(adult_id=FATHER),))
    assert case.was_named(FATHER)
    assert not case.may_be_present(FATHER, ENDS)
    assert case.to_ask(ENDS) == ()
    assert case.pledge_for(a_session()) is None
    again = replace(case, consents=(*said, a_consent(FATHER, position=4)))
    assert again.pledge_for(a_session()) is not None


@pytest.mark.pitfall(16)
def test_a_name_lasts_as_long_as_the_yes_that_it_came_with() -> None:
    case = a_child_case(consents=(a_consent(valid_until=STARTS),))
    assert case.may_be_present(MOTHER, STARTS)
    assert not case.may_be_present(MOTHER, ENDS)


@pytest.mark.parametrize("authority", Authority)
def test_every_authority_but_none_and_the_childs_own_makes_a_giver(authority: Authority) -> None:
    tie = Tie(MOTHER, "mother", authority)
    speaks = authority not in (Authority.NONE, Authority.SELF)
    assert tie.has_say(STARTS.date(), of_age=False) is speaks


@pytest.mark.pitfall(13)
def test_what_the_tutor_took_down_counts_for_nothing_and_a_no_that_they_took_down_does() -> None:
    tutor = frozenset({TUTOR})
    through_tutor = a_consent(position=2, taken_down_by=tutor)
    by_link = a_child_case(consents=(a_consent(), through_tutor))
    assert by_link.may_be_present(MOTHER, ENDS)
    theirs = replace(by_link, tutor_ids=tutor)
    assert theirs.consent_until(ENDS) is None, "no older yes comes back"
    assert theirs.rests_on_the_tutor(ENDS)
    assert not theirs.may_be_present(MOTHER, ENDS)
    assert not theirs.has_agreed
    no = a_consent(kind=ConsentKind.REFUSED, taken_down_by=tutor)
    assert a_child_case(consents=(no,), tutor_ids=tutor).refusals == (no,)
    undone = a_child_case(consents=(replace(no, taken_down_by=frozenset()), through_tutor))
    assert undone.refusals == ()
    assert [one.position for one in replace(undone, tutor_ids=tutor).refusals] == [1]


@pytest.mark.pitfall(13)
def test_that_an_adult_is_there_is_not_known_from_the_tutor() -> None:
    said = CheckIn(CHILD, MOTHER, 1, NOW, taken_down_by=TUTOR)
    case = a_child_case(check_ins=(said,))
    assert case.here_since(MOTHER, a_session()) == NOW
    theirs = replace(case, tutor_ids=frozenset({TUTOR}))
    assert theirs.here_since(MOTHER, a_session()) is None


EARLIER = a_pledge(pledge_id="pledge_0", child_id="child_2", made_at=NOW - timedelta(days=2))


def is_elsewhere(own: Pledge, *others: Pledge) -> bool:
    child = a_child_case(pledges=(own,), promised_elsewhere=others)
    return bool(list(adult_is_in_one_place(a_case(children=(child,)), child)))


@pytest.mark.pitfall(11)
@pytest.mark.parametrize("own", PresenceMode)
@pytest.mark.parametrize("other", PresenceMode)
def test_one_adult_keeps_two_promises_only_where_agreed_and_never_on_camera(
    own: PresenceMode, other: PresenceMode
) -> None:
    earlier = a_pledge(pledge_id="pledge_0", mode=other, made_at=NOW - timedelta(days=2))
    assert is_elsewhere(a_pledge(mode=own), earlier)
    on_camera = PresenceMode.ON_CAMERA in (own, other)
    assert is_elsewhere(a_pledge(mode=own, shared=True), earlier) is on_camera


def test_the_promise_that_was_made_first_is_not_felled_by_a_later_one() -> None:
    later = a_pledge(pledge_id="pledge_2", made_at=NOW)
    assert not is_elsewhere(a_pledge(), later)
    at_once = a_pledge(pledge_id="pledge_0")
    assert is_elsewhere(a_pledge(), at_once)
    assert not is_elsewhere(at_once, a_pledge())


def test_only_the_promises_of_the_same_adult_count() -> None:
    fathers = a_pledge(pledge_id="pledge_0", adult_id=FATHER, made_at=NOW - timedelta(days=2))
    assert not is_elsewhere(a_pledge(), fathers)


def test_with_several_earlier_promises_each_must_fit() -> None:
    on_camera = a_pledge(
        pledge_id="pledge_1", mode=PresenceMode.ON_CAMERA, made_at=NOW - timedelta(days=3)
    )
    assert not is_elsewhere(a_pledge(shared=True), EARLIER)
    assert is_elsewhere(a_pledge(shared=True), EARLIER, on_camera)
