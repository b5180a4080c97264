"""What every reconciler shares: a name, a period, a deadline, and a round over what is due.

A round claims due things, looks at each, and gives a report. Truth is in the tables: nothing changes
if two replicas go round at once, or if none does for an hour. A round costs what is due, not what is
stored.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from service.errors import ChaperoneError
from service.policy.people import system
from service.store import work
from service.store.transactions import Refused
from service.store.work import Claim, ClaimDue
from service.workflows.deps import Deps

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
AT_ONCE = 8
"""How many things one round looks at side by side; the provider's own limits come on top."""

MOST_PER_ROUND = 200


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


async def go_round(deps: Deps, kind: str, look: Look) -> Report:
    """Claim what is due and look at each. A thing that fails keeps its lease and comes again."""
    outcome = await deps.store.transact(
        work.claim_due, ClaimDue(kind, MOST_PER_ROUND, LEASE), by=system(kind)
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    gate = asyncio.Semaphore(AT_ONCE)
    results = await asyncio.gather(*(_look_at(deps, claim, look, gate) for claim in outcome.value))
    return Report(looked_at=len(results), failed=results.count(False))


async def _look_at(deps: Deps, claim: Claim, look: Look, gate: asyncio.Semaphore) -> bool:
    async with gate:
        try:
            await look(deps, claim)
        except ChaperoneError as error:
            log.warning(
                "%s: %s will be looked at again: %s", claim.kind, claim.subject_id, error.code
            )
            return False
        except Exception:
            log.exception("%s: %s met a bug", claim.kind, claim.subject_id)
            return False
    return True


def over_work(name: str, look: Look, period: timedelta = timedelta(seconds=5)) -> Reconciler:
    """A reconciler that goes round the work of its own name."""

    async def run(deps: Deps) -> Report:
        return await go_round(deps, name, look)

    return Reconciler(name, period, timedelta(minutes=5), run)
