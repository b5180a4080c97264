"""Warns once a day while the policy's review date is near or past (POL-34)."""

from datetime import timedelta

from service.reconcilers.rounds import Reconciler, Report, go_round
from service.workflows.consents.agreeing import REVIEWING, begin_reviewing, review
from service.workflows.deps import Deps


async def run(deps: Deps) -> Report:
    """One round, if the day's look is due."""
    await begin_reviewing(deps)
    return await go_round(deps, REVIEWING, review)


RECONCILER = Reconciler(REVIEWING, timedelta(minutes=10), timedelta(minutes=1), run)
