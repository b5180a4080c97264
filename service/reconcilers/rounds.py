"""What every reconciler shares: a name, a period, a deadline, and a round over what is due.

A round claims due things, looks at each, and gives a report. Truth is in the tables: nothing changes
if two replicas go round at once, or if none does for an hour. A round costs what is due, not what is
stored.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from service.errors import ChaperoneError
from service.policy.people import system
from service.store import work
from service.store.work import Claim, ClaimDue
from service.workflows.deps import Deps

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
AT_ONCE = 8
"""How many things one round looks at side by side; the provider's own limits come on top."""

MOST_CLAIMED = 64
"""How many are claimed in one go: few enough to be looked at well inside their lease."""

MOST_PER_ROUND = 1000
CLAIMS_FOR = timedelta(minutes=1)
"""How long a round takes on new things, so that it comes to its end long before its deadline."""


@dataclass(frozen=True)
class Report:
    """What one round did."""

    looked_at: int
    failed: int


@dataclass(frozen=True)
class Reconciler:
    """One kind of background work. `deadline` is after how long a round is abandoned as hung."""

    name: str
    period: timedelta
    deadline: timedelta
    run: Callable[[Deps], Awaitable[Report]]


Look = Callable[[Deps, Claim], Awaitable[None]]


async def go_round(deps: Deps, kind: str, look: Look, at_once: int = AT_ONCE) -> Report:
    """Claim what is due and look at each, taking on more as looks end, until nothing is left.

    A thing that fails keeps its lease and comes again.
    """
    due = _Due(deps, kind)
    first = await due.claim()
    results: list[bool] = []

    async def keep_looking() -> None:
        while (claim := await due.next()) is not None:
            results.append(await _look_at(deps, claim, look))

    async with asyncio.TaskGroup() as lookers:
        for _ in range(min(first, at_once)):
            lookers.create_task(keep_looking())
    return Report(looked_at=len(results), failed=results.count(False))


class _Due:
    """What is due of one kind: claimed a little at a time, each handed out once."""

    def __init__(self, deps: Deps, kind: str) -> None:
        self._deps = deps
        self._kind = kind
        self._claims_until = deps.clock.now() + CLAIMS_FOR
        self._may_claim = MOST_PER_ROUND
        self._claimed: deque[Claim] = deque()
        self._claiming = asyncio.Lock()

    async def next(self) -> Claim | None:
        """One more to look at, None if this round has no more."""
        async with self._claiming:
            if not self._claimed and self._deps.clock.now() < self._claims_until:
                await self.claim()
            return self._claimed.popleft() if self._claimed else None

    async def claim(self) -> int:
        """Claim some more; answers how many there were."""
        limit = min(MOST_CLAIMED, self._may_claim)
        if not limit:
            return 0
        command = ClaimDue(self._kind, limit, LEASE)
        claims = await self._deps.store.do(work.claim_due, command, by=system(self._kind))
        found = len(claims)
        # Fewer than asked for: what falls due from now on is for the next round.
        self._may_claim = self._may_claim - found if found == limit else 0
        self._claimed.extend(claims)
        return found


async def _look_at(deps: Deps, claim: Claim, look: Look) -> bool:
    try:
        await look(deps, claim)
    except ChaperoneError as error:
        log.warning("%s: %s will be looked at again: %s", claim.kind, claim.subject_id, error.code)
        return False
    except Exception:
        log.exception("%s: %s met a bug", claim.kind, claim.subject_id)
        return False
    return True


def over_work(
    name: str, look: Look, period: timedelta = timedelta(seconds=5), at_once: int = AT_ONCE
) -> Reconciler:
    """A reconciler that goes round the work of its own name."""

    async def run(deps: Deps) -> Report:
        return await go_round(deps, name, look, at_once)

    return Reconciler(name, period, timedelta(minutes=5), run)
