"""Forgets what the service itself need not remember: idempotency keys older than a day."""

from datetime import timedelta

from service.policy.people import system
from service.reconcilers.rounds import Reconciler, Report
from service.store import idempotency
from service.store.transactions import Refused
from service.workflows.deps import Deps


async def run(deps: Deps) -> Report:
    """Forget once."""
    outcome = await deps.store.transact(idempotency.forget_old, None, by=system("forget_old"))
    if isinstance(outcome, Refused):
        raise outcome.error
    return Report(looked_at=outcome.value, failed=0)


RECONCILER = Reconciler("forget_old", timedelta(hours=1), timedelta(minutes=1), run)
