"""Looks every hour whether sign-in and permissions at every provider are still as they must be."""

from datetime import timedelta

from service.reconcilers.rounds import Reconciler, Report, go_round
from service.workflows.deps import Deps
from service.workflows.meetings.checkups import CHECKING, begin, check


async def run(deps: Deps) -> Report:
    """One round over the providers that are due."""
    await begin(deps)
    return await go_round(deps, CHECKING, check)


RECONCILER = Reconciler(CHECKING, timedelta(minutes=1), timedelta(minutes=2), run)
