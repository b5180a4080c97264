"""Warns while fewer than two people are on record whom alerts can reach (POL-11)."""

from datetime import timedelta

from service.reconcilers.rounds import Reconciler, Report
from service.workflows.alerts.duty_rota import count
from service.workflows.deps import Deps


async def run(deps: Deps) -> Report:
    """Look once."""
    await count(deps)
    return Report(looked_at=0, failed=0)


RECONCILER = Reconciler("count_designated", timedelta(minutes=10), timedelta(minutes=1), run)
