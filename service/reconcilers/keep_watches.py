"""Keeps providers telling us about calls: renews their promises before they run out."""

from datetime import timedelta

from service.reconcilers.rounds import Reconciler, Report, go_round
from service.workflows.deps import Deps
from service.workflows.watch.listening import KEEPING, keep_watch, watch_accounts


async def run(deps: Deps) -> Report:
    """One round; the accounts first, so that a new deployment listens before it opens anything."""
    await watch_accounts(deps)
    return await go_round(deps, KEEPING, keep_watch)


RECONCILER = Reconciler(KEEPING, timedelta(seconds=15), timedelta(minutes=5), run)
