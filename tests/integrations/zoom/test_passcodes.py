"""Passcodes that hold under every policy an account can set."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.zoom.passcodes import (
    LENGTH,
    PasscodePolicy,
    generate_passcode,
    is_strong,
    read_policy,
)
from service.errors import ProviderRefused

POLICIES = st.builds(
    PasscodePolicy,
    numeric_only=st.booleans(),
    needs_special=st.booleans(),
    longest_run=st.integers(2, 3),
)


def demands(**changes: object) -> dict[str, object]:
    return {"schedule_meeting": {"meeting_password_requirement": changes}}


def longest_run(passcode: str) -> int:
    longest = 1
    for first in range(len(passcode)):
        for step in (-1, 0, 1):
            last = first
            while (
                last + 1 < len(passcode) and ord(passcode[last + 1]) - ord(passcode[last]) == step
            ):
                last += 1
            longest = max(longest, last - first + 1)
    return longest


@pytest.mark.pitfall(41)
@given(POLICIES, st.integers())
def test_a_passcode_keeps_its_policy(policy: PasscodePolicy, seed: int) -> None:
    passcode = generate_passcode(policy, random.Random(seed).choice)
    assert len(passcode) == LENGTH
    assert longest_run(passcode) <= policy.longest_run
    assert is_strong(passcode)
    if policy.numeric_only:
        assert passcode.isdigit()
        return
    assert any(one.isdigit() for one in passcode)
    assert any(one.islower() for one in passcode)
    assert any(one.isupper() for one in passcode)
    assert any(one in "@-_*" for one in passcode) is policy.needs_special


def test_randomness_that_never_fits_is_refused_and_does_not_spin() -> None:
    policy = PasscodePolicy(numeric_only=True, needs_special=False, longest_run=3)
    with pytest.raises(ProviderRefused):
        generate_passcode(policy, lambda characters: characters[0])


@pytest.mark.parametrize(
    ("stated", "policy"),
    [
        ({}, PasscodePolicy(False, False, 3)),
        ({"only_allow_numeric": True, "length": 10}, PasscodePolicy(True, False, 3)),
        ({"have_special_character": True}, PasscodePolicy(False, True, 3)),
        ({"consecutive_characters_length": 8}, PasscodePolicy(False, False, 3)),
        ({"consecutive_characters_length": 4}, PasscodePolicy(False, False, 3)),
        ({"consecutive_characters_length": 3}, PasscodePolicy(False, False, 2)),
    ],
)
def test_the_policy_is_read_as_stated(stated: dict[str, object], policy: PasscodePolicy) -> None:
    assert read_policy(demands(**stated)) == policy


@pytest.mark.parametrize(
    ("scheduling", "security", "policy"),
    [
        ({}, {"have_special_character": True}, PasscodePolicy(False, True, 3)),
        ({"only_allow_numeric": True}, {}, PasscodePolicy(True, False, 3)),
        (
            {"consecutive_characters_length": 4},
            {"consecutive_characters_length": 3},
            PasscodePolicy(False, False, 2),
        ),
    ],
)
def test_of_two_statements_the_stricter_counts(
    scheduling: dict[str, object], security: dict[str, object], policy: PasscodePolicy
) -> None:
    stricter = {"meeting_password_requirement": security}
    assert read_policy(demands(**scheduling) | {"meeting_security": stricter}) == policy
    looser = {"meeting_password_requirement": scheduling}
    assert read_policy(demands(**security) | {"meeting_security": looser}) == policy


@pytest.mark.pitfall(40)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"schedule_meeting": {}},
        {"schedule_meeting": {"meeting_password_requirement": None}},
        {"schedule_meeting": []},
        demands(length=11),
        demands(only_allow_numeric=True, have_letter=True),
        demands(only_allow_numeric=True)
        | {"meeting_security": {"meeting_password_requirement": {"have_letter": True}}},
        demands(length=8) | {"meeting_security": {"meeting_password_requirement": {"length": 12}}},
    ],
)
def test_a_policy_that_cannot_be_read_or_met_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ProviderRefused):
        read_policy(settings)
