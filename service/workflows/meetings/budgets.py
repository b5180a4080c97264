"""The one budget that all replicas share towards a provider's published limits.

It is kept in the database, so that no number of replicas takes more than there is. Whoever waits in
this process is served together, in one transaction. If we die after it, what was taken is not used:
the provider is asked less than it allows, never more.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.errors import ProviderBusy
from service.policy.people import system
from service.ports import Budget, Clock, Draw
from service.store import budgets
from service.store.budgets import Spend
from service.store.transactions import Store, Tx

BY = system("budget")
PATIENCE = timedelta(seconds=5)
"""How long a call waits for its turn by itself; what takes longer goes back to the scheduler."""


@dataclass(eq=False)
class _Wish:
    """Somebody waiting; once served, `turn_at` is None for yes, or when to come again."""

    spend: Spend
    served: bool = False
    turn_at: datetime | None = None


@dataclass(eq=False)
class _Line:
    """Who waits for one limit, in the order of coming. The one with the lock asks for all."""

    wishes: list[_Wish] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class SharedBudget(Budget):
    """A `Budget` kept in the database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        """See `Budget.spend`."""
        until = self._clock.now() + PATIENCE
        wanted = Spend(draws, for_safety)
        while draws and (turn_at := await self._take(wanted)) is not None:
            asked_at = self._clock.now()
            if turn_at > until:
                raise ProviderBusy(retry_at=turn_at)
            await asyncio.sleep(max(0.0, (turn_at - asked_at).total_seconds()))
            if self._clock.now() <= asked_at:  # a clock that stands brings no turn
                raise ProviderBusy(retry_at=turn_at)

    async def _take(self, wanted: Spend) -> datetime | None:
        # By the first limit alone: its row keeps transactions of two replicas in one order.
        line, wish = self._lines[wanted.draws[0].name], _Wish(wanted)
        line.wishes.append(wish)
        try:
            async with line.lock:
                if not wish.served:
                    await self._serve(tuple(line.wishes))
        finally:
            line.wishes.remove(wish)
        return wish.turn_at

    async def _serve(self, wishes: tuple[_Wish, ...]) -> None:
        unserved = [wish for wish in wishes if not wish.served]
        spends = tuple(wish.spend for wish in unserved)
        turns = await self._store.do(_spend_all, spends, by=BY)
        for wish, turn_at in zip(unserved, turns, strict=True):
            wish.served, wish.turn_at = True, turn_at


def _spend_all(tx: Tx, spends: tuple[Spend, ...]) -> tuple[datetime | None, ...]:
    """Serve in this order; who asks for just what is used up already is told so without a look."""
    used_up: dict[Spend, datetime] = {}
    answers: list[datetime | None] = []
    for one in spends:
        turn_at = used_up.get(one) or budgets.spend(tx, one)
        if turn_at is not None:
            used_up[one] = turn_at
        answers.append(turn_at)
    return tuple(answers)
