"""Whether the ground is as we need it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Weight(StrEnum):
    """How much a complaint matters: nothing works, something is unsafe or missing, or worth a look."""

    STOPS = "stops"
    WRONG = "wrong"
    LOOK = "look"


@dataclass(frozen=True)
class Complaint:
    """One thing that is not as it should be at a provider, in plain words, with what to do."""

    code: str
    sentence: str
    weight: Weight


class Checkup(Protocol):
    """Looks, without changing anything, whether a provider is set up as this service needs it."""

    async def check(self, accounts: tuple[str, ...]) -> tuple[Complaint, ...]:
        """Every complaint about the access, and about each of these host accounts."""
        ...
