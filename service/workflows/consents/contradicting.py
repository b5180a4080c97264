"""Somebody is told when words contradict each other: it is for the lead to look (pitfalls 1 and 13)."""

from service.policy.consent import (
    ConsentEntry,
    ConsentStatus,
    Purpose,
    consent_status,
    contradicts,
)
from service.policy.people import ChildId
from service.store.alerts import alerts
from service.store.consents import consent
from service.store.families import people
from service.store.transactions import Tx


def look_for_conflict(tx: Tx, child_id: ChildId) -> None:
    """Open an alert while a no about a child stands beside another giver's yes; it is over once the no
    or the yes is gone, or the lead has settled it."""
    ledgers = consent.ledgers(tx, (child_id,))
    if not ledgers[child_id]:
        return
    child = people.children(tx, (child_id,))[child_id]
    settled = consent.resolutions(tx, ledgers, {child_id: child}).get(child_id, ())
    found = {
        consent_status(
            ledgers[child_id],
            purpose,
            child.givers,
            tx.now,
            deciders=child.deciders,
            resolutions=settled,
        )
        for purpose in Purpose
    }
    if ConsentStatus.CONFLICT in found:
        alerts.raise_alert(tx, child_id, "consent_conflict", None, once=True)
    else:
        alerts.note_over(tx, child_id, "consent_conflict")


def look_for_contradiction(tx: Tx, before: ConsentEntry | None, word: ConsentEntry) -> None:
    """A giver says by link the opposite of what staff had taken down for them: that goes past those
    through whose hands it had come."""
    if before is None or word.taken_down_by or not before.taken_down_by:
        return
    if contradicts(word, before):
        about = ":".join((word.child_id, *sorted(before.taken_down_by)))
        alerts.raise_alert(tx, about, "word_contradicted", None)
