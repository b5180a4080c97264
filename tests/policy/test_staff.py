"""Who of the staff may be in a session on a day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.eligibility import TRAINING_GRACE, shortcomings
from service.policy.evidence import problems
from service.policy.people import StaffId
from service.policy.staff import CheckScheme, Evidence, EvidenceKind, StaffMember, count_people
from tests.builders import ORGANISATION, SECOND, TUTOR, a_staff_member

DAY = date(2026, 11, 24)


def lacks(member: StaffMember, day: date = DAY) -> list[str]:
    return [short.code for short in shortcomings(member, day, ORGANISATION)]


def having(kind: EvidenceKind, until: date | None) -> StaffMember:
    member = a_staff_member(TUTOR)
    (mine,) = (item for item in member.evidence if item.kind is kind)
    others = tuple(item for item in member.evidence if item.kind is not kind)
    seen = replace(mine, seen_on=date(2026, 1, 1), trusted_until=until)
    return replace(member, evidence=(*others, seen))


def test_a_complete_member_of_staff_lacks_nothing() -> None:
    assert lacks(a_staff_member(TUTOR)) == []


@pytest.mark.pitfall(27)
@pytest.mark.parametrize(
    ("until", "wanted"),
    [(None, ["check_endless"]), (DAY, []), (DAY - timedelta(days=1), ["check_missing"])],
)
def test_a_check_holds_through_its_last_day(until: date | None, wanted: list[str]) -> None:
    assert lacks(having(EvidenceKind.BACKGROUND_CHECK, until)) == wanted


@given(st.integers(0, 400))
def test_training_lapses_then_is_missing_after_the_grace(days_ago: int) -> None:
    found = lacks(having(EvidenceKind.TRAINING, DAY - timedelta(days=days_ago)))
    if days_ago == 0:
        assert found == []
    elif days_ago <= TRAINING_GRACE.days:
        assert found == ["training_lapsed"]
    else:
        assert found == ["training_missing"]


@pytest.mark.pitfall(27)
@pytest.mark.parametrize(
    ("kind", "years", "code"),
    [
        (EvidenceKind.BACKGROUND_CHECK, 5, "check_missing"),
        (EvidenceKind.TRAINING, 3, "training_lapsed"),
    ],
)
def test_nothing_is_trusted_for_longer_than_its_kind_can_be(
    kind: EvidenceKind, years: int, code: str
) -> None:
    member = having(kind, date.max)
    long = replace(member, evidence=tuple(
        replace(item, trusted_until=date.max) for item in member.evidence
    ))  # fmt: skip
    last = date(2026 + years, 1, 1)
    assert code not in lacks(long, last)
    assert code in lacks(long, last + timedelta(days=1))


@pytest.mark.pitfall(27)
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (EvidenceKind.BACKGROUND_CHECK, "check_missing"),
        (EvidenceKind.TRAINING, "training_missing"),
        (EvidenceKind.POLICY_ACKNOWLEDGEMENT, "policy_unacknowledged"),
    ],
)
def test_what_was_invalidated_counts_for_nothing(kind: EvidenceKind, code: str) -> None:
    member = a_staff_member(TUTOR)
    evidence = tuple(replace(item, invalidated=item.kind is kind) for item in member.evidence)
    assert lacks(replace(member, evidence=evidence)) == [code]
    endless = tuple(replace(item, trusted_until=None) for item in evidence)
    assert code in lacks(replace(member, evidence=endless))


def test_training_without_an_end_does_not_hold_and_is_not_only_lapsed() -> None:
    assert lacks(having(EvidenceKind.TRAINING, None)) == ["training_endless"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, []),
        ({"scheme": None}, [("scheme", "missing")]),
        ({"trusted_until": None}, [("trusted_until", "missing")]),
        ({"trusted_until": date(2025, 12, 31)}, [("trusted_until", "before_seen")]),
        ({"trusted_until": date(2031, 1, 1)}, []),
        ({"trusted_until": date(2031, 1, 2)}, [("trusted_until", "too_long")]),
        ({"seen_on": DAY + timedelta(days=1)}, [("seen_on", "in_the_future")]),
    ],
)
def test_only_a_check_that_can_count_is_put_on_record(
    changes: dict[str, Any], wanted: list[tuple[str, str]]
) -> None:
    check = Evidence(
        EvidenceKind.BACKGROUND_CHECK, date(2026, 1, 1), date(2028, 1, 1), scheme=CheckScheme.PVG
    )
    found = list(problems(replace(check, **changes), DAY))
    assert [(one.field, one.code) for one in found] == wanted
    if wanted == [("trusted_until", "too_long")]:
        assert "5 years" in found[0].sentence


@pytest.mark.pitfall(30)
@pytest.mark.parametrize(
    ("left_on", "wanted"),
    [(DAY + timedelta(days=1), []), (DAY, ["left"]), (DAY - timedelta(days=1), ["left"])],
)
def test_who_leaves_is_gone_from_that_day_on(left_on: date, wanted: list[str]) -> None:
    assert lacks(a_staff_member(TUTOR, left_on=left_on)) == wanted


def test_an_acknowledgement_of_an_older_policy_does_not_count() -> None:
    member = a_staff_member(TUTOR)
    old = Evidence(EvidenceKind.POLICY_ACKNOWLEDGEMENT, date(2026, 1, 1), None, "v2")
    assert lacks(replace(member, evidence=(*member.evidence[:2], old))) == ["policy_unacknowledged"]


def test_an_acknowledgement_of_any_version_still_in_force_counts() -> None:
    both = replace(ORGANISATION, policy_versions_in_force=frozenset({"v3", "v4"}))
    assert list(shortcomings(a_staff_member(TUTOR), DAY, both)) == []


def test_everything_that_is_lacking_is_said_at_once() -> None:
    nobody = a_staff_member(TUTOR, evidence=(), suspended=True, account_domain="mail.example")
    assert lacks(nobody) == [
        "suspended",
        "personal_account",
        "check_missing",
        "training_missing",
        "policy_unacknowledged",
    ]


@pytest.mark.pitfall(28)
def test_two_entries_of_one_person_are_noticed_by_a_shared_contact() -> None:
    one = a_staff_member(TUTOR, contact_keys=frozenset({"a", "b"}))
    assert one.same_person_as(a_staff_member(SECOND, contact_keys=frozenset({"b"})))
    assert not one.same_person_as(a_staff_member(SECOND, contact_keys=frozenset()))
    assert a_staff_member(TUTOR, contact_keys=frozenset()).same_person_as(a_staff_member(TUTOR))


@pytest.mark.pitfall(28)
def test_people_are_counted_and_not_their_entries() -> None:
    one = a_staff_member(TUTOR, contact_keys=frozenset({"mail"}))
    other = a_staff_member(SECOND, contact_keys=frozenset({"phone"}))
    between = a_staff_member(StaffId("staff_3"), contact_keys=frozenset({"mail", "phone"}))
    assert count_people(()) == 0
    assert count_people((one, other)) == 2
    assert [count_people(some) for some in permutations((one, other, between))] == [1] * 6


@pytest.mark.pitfall(9)
def test_a_relation_counts_whoever_declared_it() -> None:
    one, other = a_staff_member(TUTOR), a_staff_member(SECOND, relations=frozenset({TUTOR}))
    assert one.related_to(other)
    assert other.related_to(one)
    assert not one.related_to(a_staff_member(SECOND))
