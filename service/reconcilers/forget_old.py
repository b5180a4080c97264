"""Forgets what the service itself need not remember: idempotency keys older than a day."""

from datetime import timedelta

from service.policy.people import system
from service.reconcilers.rounds import Reconciler, Report
from service.store import idempotency
from service.workflows.deps import Deps


async def run(deps: Deps) -> Report:
    """Forget once."""
    forgotten = await deps.store.do(idempotency.forget_old, None, by=system("forget_old"))
    return Report(looked_at=forgotten, failed=0)


RECONCILER = Reconciler("forget_old", timedelta(hours=1), timedelta(minutes=1), run)
