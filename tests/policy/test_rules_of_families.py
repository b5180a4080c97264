"""Edges of the rules about a child and its adults: consent, promises, and staff who are kin."""

import pytest

from service.policy.consent import ConsentKind
from service.policy.presence import PresenceMode
from tests.builders import (
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    SECOND,
    TUTOR,
    a_case,
    a_child_case,
    a_consent,
    a_pledge,
    a_staff_member,
)
from tests.policy.broken import MINUTE, codes, saying

# --- consent ------------------------------------------------------------------------------------------


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


def test_who_agreed_to_visits_agreed_to_second_staff_who_stay_as_well() -> None:
    told = a_child_case(consents=(a_consent(says_visits=True),))
    assert codes(a_case(children=(told,))) == []


# --- promises ------------------------------------------------------------------------------------------


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


# --- kin ----------------------------------------------------------------------------------------------


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
