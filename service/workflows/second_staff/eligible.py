"""Refuses whoever the rules keep from being second staff, and says why (POL-03)."""

from dataclasses import asdict

from service.errors import Conflict
from service.policy.case import CaseFile
from service.policy.cover import Candidate, Reason, objections, reasons_against, reasons_of
from service.store.transactions import Tx


class NobodyEligible(Conflict):
    """The rules keep everybody out who was asked about; `details["reasons"]` says why, who can lift it and
    by when, counts people by reason, and names nobody."""

    code = "nobody_eligible"
    sentence = "Nobody can be second staff of this session as things stand."


def nobody(found: tuple[Candidate, ...]) -> NobodyEligible:
    """The refusal, with how many people each reason keeps out."""
    return NobodyEligible(details=_told(reasons_against(found)))


def must_be_eligible(found: tuple[Candidate, ...]) -> None:
    """Refuse if the rules say anything against the one person who was asked about."""
    if not found or any(one.objections for one in found):
        raise _not_them(reasons_against(found))


def must_be_eligible_now(tx: Tx, case: CaseFile) -> None:
    """Refuse a yes that would not count: the case is as it will be once they have said it."""
    against = objections(case, tx.now)
    if against:
        raise _not_them(reasons_of(against))


def _not_them(reasons: tuple[Reason, ...]) -> NobodyEligible:
    return NobodyEligible(
        "This person cannot be second staff of this session as things stand.",
        details=_told(reasons),
    )


def _told(reasons: tuple[Reason, ...]) -> dict[str, object]:
    return {"reasons": [asdict(one) for one in reasons]}
