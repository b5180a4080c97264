"""A child's adult fails again and again: one alert says so, beside those of each session (pitfall 15)."""

from service.policy.people import ChildId
from service.policy.repeats import FAILURES, TOO_OFTEN, WITHIN
from service.policy.session import Session
from service.store.alerts import alerts
from service.store.transactions import Tx
from service.store.watch import breaches


def note_failure(tx: Tx, session: Session, code: str, subject_id: str) -> None:
    """A breach of the session was noted: alert for each child of whom it is one failure too many."""
    if code not in FAILURES:
        return
    for child_id in session.children:
        if subject_id in (child_id, session.session_id) and _too_often(tx, child_id):
            alerts.raise_alert(tx, child_id, "adult_fails_often", session.session_id, once=True)


def _too_often(tx: Tx, child_id: ChildId) -> bool:
    return len(breaches.sessions_failed(tx, child_id, FAILURES, tx.now - WITHIN)) >= TOO_OFTEN
