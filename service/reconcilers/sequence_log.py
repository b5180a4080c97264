"""Gives new audit entries their place in the log and signs a checkpoint."""

from datetime import timedelta

from service.policy.people import system
from service.reconcilers.rounds import Reconciler, Report
from service.store.inspection import log
from service.store.transactions import Tx
from service.workflows.deps import Deps

BY = system("sequence_log")


async def run(deps: Deps) -> Report:
    """Sequence in batches until nothing is left."""
    done = 0
    while True:
        found = await deps.store.do(_sequence, None, by=BY)
        done += found
        if found < log.BATCH:
            return Report(looked_at=done, failed=0)


def _sequence(tx: Tx, _command: None) -> int:
    return log.sequence(tx)


RECONCILER = Reconciler("sequence_log", timedelta(seconds=2), timedelta(minutes=2), run)
