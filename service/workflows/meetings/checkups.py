"""Looks from time to time whether every provider still lets us do what we must."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from service.errors import ProviderError
from service.policy.people import system
from service.ports import Complaint, Weight
from service.store import work
from service.store.alerts import alerts
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps

log = logging.getLogger(__name__)

CHECKING = "check_providers"
BY = system(CHECKING)
LOOK_EVERY = timedelta(hours=1)
PREFIX = "provider_"


async def begin(deps: Deps) -> None:
    """Put every provider that is set up on the list, to be looked at now if it is new there."""
    await deps.store.do(_begin, tuple(sorted(deps.checkups)), by=BY)


def _begin(tx: Tx, providers: tuple[str, ...]) -> None:
    for provider in providers:
        if not work.is_there(tx, PREFIX + provider):
            work.put(tx, PREFIX + provider, CHECKING, tx.now)


async def check(deps: Deps, claim: Claim) -> None:
    """Look at one provider; what stops meetings is told to a person, the rest is logged."""
    provider = claim.subject_id.removeprefix(PREFIX)
    checkup = deps.checkups.get(provider)
    complaints: tuple[Complaint, ...] = ()
    if checkup is not None:
        try:
            complaints = await checkup.check(())
        except ProviderError:
            return  # asked again when the lease is over
    for complaint in complaints:
        log.warning("%s: %s: %s", provider, complaint.code, complaint.sentence)
    stops = any(complaint.weight is Weight.STOPS for complaint in complaints)
    await deps.store.do(_note, _Checked(claim, checkup is not None, stops), by=BY)


@dataclass(frozen=True)
class _Checked:
    claim: Claim
    is_set_up: bool
    stops: bool


def _note(tx: Tx, checked: _Checked) -> None:
    again_at = tx.now + LOOK_EVERY if checked.is_set_up else None
    work.settle(tx, Settle(checked.claim, again_at))
    if checked.stops:
        alerts.raise_alert(tx, checked.claim.subject_id, "provider_needs_attention", None)
