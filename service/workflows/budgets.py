"""The one budget that all replicas share towards a provider's published limits."""

import asyncio
from datetime import datetime, timedelta

from service.errors import ProviderBusy
from service.policy.people import system
from service.ports import Budget, Clock, Draw
from service.store import budgets
from service.store.budgets import Spend
from service.store.transactions import Refused, Store

BY = system("budget")
PATIENCE = timedelta(seconds=3)
"""How long a call waits for its turn by itself; what takes longer goes back to the scheduler."""


class SharedBudget(Budget):
    """A `Budget` kept in the database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        """See `Budget.spend`."""
        until = self._clock.now() + PATIENCE
        while (turn_at := await self._take(draws, for_safety)) is not None:
            asked_at = self._clock.now()
            if turn_at > until:
                raise ProviderBusy(retry_at=turn_at)
            await asyncio.sleep(max(0.0, (turn_at - asked_at).total_seconds()))
            if self._clock.now() <= asked_at:  # a clock that stands brings no turn
                raise ProviderBusy(retry_at=turn_at)

    async def _take(self, draws: tuple[Draw, ...], for_safety: bool) -> datetime | None:
        outcome = await self._store.transact(budgets.spend, Spend(draws, for_safety), by=BY)
        if isinstance(outcome, Refused):
            raise outcome.error
        return outcome.value
