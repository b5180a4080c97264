"""What people do with alerts: say that they are on it, and close it with what came of it (POL-11)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, NotAllowed, NotFound
from service.policy.alerting import OF_CONCERNS, kind_of, people_about
from service.policy.concern import Desk
from service.policy.concerns import Concern, may_handle
from service.policy.escalation import OF_THE_LEADS, PAST_THE_LEADS, SHARED, Contact
from service.store.alerts import alerts
from service.store.alerts.alerts import Alert
from service.store.concerns import concerns
from service.store.families import kin
from service.store.second_staff import staffing
from service.store.sessions import sessions
from service.store.transactions import Reader, Tx


def about(reader: Tx | Reader, alert: Alert) -> frozenset[str]:
    """Whom of the staff an alert may be about. One about a concern reaches nobody who may not read the
    concern: neither whom it is about, nor a coordinator (POL-40, pitfall 65)."""
    if alert.code in OF_CONCERNS:
        return kin.kept_from(reader, concerns.get(reader, alert.subject_id))
    kind = kind_of(alert.code)
    if alert.session_id is None:
        return people_about(kind, alert.subject_id, None, ())
    tutor_id = sessions.get(reader, alert.session_id).tutor_id
    second_staff = staffing.ever_second_staff(reader, alert.session_id)
    return people_about(kind, alert.subject_id, tutor_id, second_staff)


def contacts_for(reader: Tx | Reader, alert: Alert) -> frozenset[Contact]:
    """Which of the organisation's contacts may hear of an alert: who reads a shared mailbox is not known
    to us, so nothing about a concern goes there (POL-40, pitfall 65)."""
    if alert.code not in OF_CONCERNS:
        return SHARED
    concern = concerns.get(reader, alert.subject_id)
    if concern.goes_to is Desk.INDEPENDENT:
        return PAST_THE_LEADS
    # What the leads let lie is open to the independent contact as well.
    left_lying = alert.code == "concern_unacknowledged"
    return OF_THE_LEADS | PAST_THE_LEADS if left_lying else OF_THE_LEADS


def _for_another(tx: Tx, alert_id: str) -> Alert:
    """The alert, for somebody whom it is not about. `NotFound` if there is none."""
    alert = alerts.get(tx, alert_id)
    if alert.code in OF_CONCERNS:
        _refuse_step_on(tx, concerns.get(tx, alert.subject_id))
    if tx.by.subject in about(tx, alert):
        raise NotAllowed(
            "This alert may be about you: somebody else must see to it.", code="about_yourself"
        )
    return alert


def _refuse_step_on(tx: Tx, concern: Concern) -> None:
    """A concern's alerts close with its steps. To whoever may not read it there is no such alert."""
    if not may_handle(concern, tx.by, tx.house.organisation, tx.now):
        raise NotFound
    raise Conflict("This is about a concern: take the step there.", code="about_a_concern")


@dataclass(frozen=True)
class AcknowledgeAlert:
    """A named person is on it."""

    alert_id: str


def acknowledge_alert(tx: Tx, command: AcknowledgeAlert) -> str:
    """Note who is on an alert: nobody else is reached for it. It stays open. `NotFound` unless it is
    open, `Conflict` if somebody was quicker."""
    alert = _for_another(tx, command.alert_id)
    if alert.closed_at is not None:
        raise NotFound
    if not alerts.acknowledge(tx, command.alert_id):
        raise Conflict("Somebody is on this already.", code="alert_taken")
    _record(tx, alert, Event.ALERT_ACKNOWLEDGED, None)
    return alert.alert_id


@dataclass(frozen=True)
class CloseAlert:
    """A named person closes an alert with what came of it."""

    alert_id: str
    outcome: str


def close_alert(tx: Tx, command: CloseAlert) -> str:
    """Close an alert. `NotFound` unless it is open."""
    alert = _for_another(tx, command.alert_id)
    if not alerts.close(tx, command.alert_id, command.outcome):
        raise NotFound
    _record(tx, alert, Event.ALERT_CLOSED, {"outcome": command.outcome})
    return alert.alert_id


def _record(tx: Tx, alert: Alert, event: Event, payload: dict[str, object] | None) -> None:
    subjects, facts = {"about": alert.subject_id}, {"code": alert.code}
    tx.record(Entry(event, alert.scope, subjects, facts, payload))
