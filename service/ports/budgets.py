"""What may still be asked of a provider."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Draw:
    """A call's part in one published limit: at most `limit` calls in each window of `per`.

    Windows are whole multiples of `per` since midnight UTC. `reserve` of the limit is kept for
    calls that make things safer.
    """

    name: str
    limit: int
    per: timedelta
    reserve: int = 0


class Budget(Protocol):
    """What may still be asked of a provider, shared by every replica."""

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        """Take one from each; all or none. `ProviderBusy` says when the next may be taken."""
        ...


class NoBudget:
    """No limit of ours: the provider's own answers are the only ones."""

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        """Always allowed."""
