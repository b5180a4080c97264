"""Notices when a provider has stopped asking whether our address is ours: soon it tells us nothing."""

from datetime import timedelta

from service.reconcilers.rounds import Reconciler, Report
from service.workflows.deps import Deps
from service.workflows.watch import listening


async def run(deps: Deps) -> Report:
    """Look once."""
    await listening.watch_hooks(deps)
    return Report(looked_at=0, failed=0)


RECONCILER = Reconciler("watch_hooks", timedelta(hours=1), timedelta(minutes=1), run)
