"""Passcodes that the host's own account policy accepts (POL-01).

https://developers.zoom.us/docs/api/users/ (user settings)
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits

from service.errors import ProviderRefused

Choose = Callable[[Sequence[str]], str]

LENGTH = 10  # as long as Zoom's API takes, so that guessing is as dear as it can be
_SPECIALS = "@-_*"  # the only special characters every page of Zoom's documents allows
_LONGEST_RUN = 3
_TRIES = 200


@dataclass(frozen=True)
class PasscodePolicy:
    """What the account demands of a passcode; `longest_run` counts like 1111, 1234 and dcba."""

    numeric_only: bool
    needs_special: bool
    longest_run: int


def read_policy(settings: Mapping[str, object]) -> PasscodePolicy:
    """The policy in a host's settings. Unreadable means refused: never guess (pitfall 40).

    Zoom may state it in two places; whichever is stricter counts.
    """
    found = [_demands(settings, place) for place in ("schedule_meeting", "meeting_security")]
    demands = [one for one in found if one is not None]
    if not demands:
        raise ProviderRefused("The host's passcode policy could not be read; no meeting was made.")
    numeric_only = any(one.get("only_allow_numeric") is True for one in demands)
    letters = ("have_letter", "have_upper_and_lower_characters", "have_special_character")
    contradictory = numeric_only and any(
        one.get(name) is True for one in demands for name in letters
    )
    if contradictory or max(_number(one, "length") for one in demands) > LENGTH:
        raise ProviderRefused("No passcode can satisfy the host's policy; no meeting was made.")
    runs = [_number(one, "consecutive_characters_length") - 1 for one in demands]
    return PasscodePolicy(
        numeric_only=numeric_only,
        needs_special=any(one.get("have_special_character") is True for one in demands),
        longest_run=min([_LONGEST_RUN, *(run for run in runs if run > 0)]),
    )


def generate_passcode(policy: PasscodePolicy, choose: Choose) -> str:
    """A passcode of `LENGTH` characters; `choose` picks one of a sequence, unpredictably."""
    required = _classes(policy)
    alphabet = "".join(required)
    for _ in range(_TRIES):
        passcode = "".join(choose(alphabet) for _ in range(LENGTH))
        if all(set(kind) & set(passcode) for kind in required) and not _has_run(passcode, policy):
            return passcode
    raise ProviderRefused("No passcode could be made that the host's policy accepts.")


def is_strong(passcode: str) -> bool:
    """Whether a passcode read back is at least as long as those we make, and not one run."""
    return len(passcode) >= LENGTH and re.fullmatch(r"(.)\1*", passcode) is None


def _classes(policy: PasscodePolicy) -> tuple[str, ...]:
    if policy.numeric_only:
        return (digits,)
    plain = (ascii_lowercase, ascii_uppercase, digits)
    return (*plain, _SPECIALS) if policy.needs_special else plain


def _has_run(passcode: str, policy: PasscodePolicy) -> bool:
    for step in (-1, 0, 1):
        run = 1
        for before, after in pairwise(passcode):
            run = run + 1 if ord(after) - ord(before) == step else 1
            if run > policy.longest_run:
                return True
    return False


def _demands(settings: Mapping[str, object], place: str) -> Mapping[str, object] | None:
    part = settings.get(place)
    found = part.get("meeting_password_requirement") if isinstance(part, dict) else None
    return found if isinstance(found, dict) else None


def _number(demands: Mapping[str, object], name: str) -> int:
    value = demands.get(name, 0)
    return value if isinstance(value, int) else 0
