"""Brings open alerts to people: decides whom to reach next, and hands each notice to its carrier.

The decision and the notices are one transaction, and a notice has a key of its own, so whoever dies
between writing and sending leaves nothing undone and doubles nothing. Whether anybody still has to be
reached is asked again before each notice goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.policy.alerting import OF_CONCERNS, Urgency, kind_of
from service.policy.duty_rota import Channel
from service.policy.escalation import FAILED_FOR, Contact, Open, Plan, Reach, plan
from service.policy.notice_text import Circumstances, told
from service.policy.people import system
from service.policy.times import told as told_time
from service.ports import OutgoingMessage, OutgoingText
from service.store import work
from service.store.alerts import alert_notices, alerts, duty_rota
from service.store.alerts.alert_notices import OVERTAKEN, SENT, Notice
from service.store.alerts.alerts import Alert
from service.store.sessions import sessions
from service.store.staff import colleagues, staff
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.alerts.alerting import about, contacts_for
from service.workflows.deps import Deps

ROTA = "duty_rota"
"""The subject of alerts about the rota itself."""

QUICK_TRIES = (timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=30))
SLOW_TRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""After how long a notice is tried again: what waits for office hours can wait for a mail server."""

RINGS_WITHIN = timedelta(minutes=10)
"""What rings goes out so soon after it was written or not at all: by then whoever it was written to
may be off duty."""

TOO_LATE, WITHHELD, NO_ADDRESS = "too_late", "withheld", "no_address"
"""Why a notice did not go out: it was too old; its recipient may not act any more; or has no number."""


# --- deciding -------------------------------------------------------------------------------------


async def escalate(deps: Deps, claim: Claim) -> None:
    """Look at one open alert and write a notice to everybody who is to be reached now."""
    await deps.store.do(escalate_now, claim, by=system(alerts.ESCALATION))


def escalate_now(tx: Tx, claim: Claim) -> None:
    """Write what has to be written at this step, and say when to look again."""
    alert = alerts.hold(tx, claim.subject_id)
    if not work.holds(tx, claim):
        return
    if not alert.is_unanswered:
        work.settle(tx, Settle(claim, None))
        return
    found = _plan(tx, alert)
    written = alert_notices.written(tx, alert)
    for reach in found.reaches:
        if reach not in written:
            _write(tx, alert, reach)
    if found.nobody_on_duty and not alerts.is_open(tx, ROTA, "nobody_on_duty"):
        alerts.raise_alert(tx, ROTA, "nobody_on_duty", None)
    work.settle(tx, Settle(claim, found.look_again_at))


def _plan(tx: Tx, alert: Alert) -> Plan:
    state = Open(
        urgency=kind_of(alert.code).urgency,
        rings_since=alert.rings_since,
        is_over=alert.over_since is not None,
        about=about(tx, alert),
        contacts=contacts_for(tx, alert),
        at_any_hour=alert.code in OF_CONCERNS,
        failed=alert_notices.failed_since(tx, alert.alert_id, tx.now - FAILED_FOR),
    )
    return plan(state, duty_rota.reachable(tx), tx.house.organisation, tx.now)


def _write(tx: Tx, alert: Alert, reach: Reach) -> None:
    kind = kind_of(alert.code)
    urgency = Urgency.ORDINARY if alert.over_since else kind.urgency
    words = told(kind, urgency, _circumstances(tx, alert), reach.channel)
    notice_id = alert_notices.insert(tx, alert, reach, words)
    if notice_id is None:
        return
    tx.record(
        Entry(
            Event.NOTICE_WRITTEN,
            alert.scope,
            {"person": reach.to, "notice": notice_id, "alert": alert.alert_id},
            {"code": alert.code, "channel": reach.channel.value, "step": reach.step},
        )
    )


def _page(alert: Alert) -> str:
    """Where somebody says that they are on it: of a concern, on its own page."""
    if alert.code in OF_CONCERNS:
        return f"/staff/concerns/{alert.subject_id}"
    return f"/staff/alerts/{alert.alert_id}"


def _circumstances(tx: Tx, alert: Alert) -> Circumstances:
    session = sessions.get(tx, alert.session_id) if alert.session_id else None
    zone = tx.house.organisation.zone
    return Circumstances(
        link=f"{tx.house.base_url}{_page(alert)}",
        opened=told_time(alert.opened_at, zone),
        session=told_time(session.starts_at, zone) if session else "",
        over_since=told_time(alert.over_since, zone) if alert.over_since else "",
    )


# --- handing over ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Errand:
    """A notice with the address as it is now, or why it is not to go out."""

    notice: Notice
    address: SecretStr | None
    instead: str | None
    presses: bool


@dataclass(frozen=True)
class _Settled:
    claim: Claim
    outcome: str


async def deliver(deps: Deps, claim: Claim) -> None:
    """Hand one notice to its carrier, and note what came of it. If it does not go, the next way to
    somebody is tried at once."""
    errand = await deps.store.read(_errand, claim.subject_id)
    if errand.address is None or errand.instead is not None:
        await _settle(deps, claim, errand.instead or NO_ADDRESS)
        return
    try:
        await _send(deps, errand.notice, errand.address)
    except ProviderRefused as error:
        await _settle(deps, claim, error.code)
    except (ProviderBusy, ProviderUnavailable, ProviderUnsure) as error:
        await _again(deps, claim, errand, error)
    else:
        await _settle(deps, claim, SENT)


async def _send(deps: Deps, notice: Notice, address: SecretStr) -> None:
    if notice.channel is Channel.SMS:
        await deps.texter.send(OutgoingText(notice.notice_id, address, notice.text))
        return
    text = SecretStr(notice.text)
    await deps.messenger.send(OutgoingMessage(notice.notice_id, address, notice.subject, text))


def _errand(reader: Reader, notice_id: str) -> _Errand:
    notice = alert_notices.get(reader, notice_id)
    alert = alerts.get(reader, notice.alert_id)
    presses = alert.over_since is None and kind_of(alert.code).urgency is not Urgency.ORDINARY
    if not alert.is_unanswered:
        return _Errand(notice, None, OVERTAKEN, presses)
    if notice.channel is Channel.SMS and reader.now - notice.written_at > RINGS_WITHIN:
        return _Errand(notice, None, TOO_LATE, presses)
    if isinstance(notice.to, Contact):
        contact = _of_house(reader)[notice.to]
        return _Errand(notice, contact if contact else None, None, presses)
    if not colleagues.may_act(reader, notice.to):
        return _Errand(notice, None, WITHHELD, presses)
    record = staff.staff_record(reader, notice.to)
    address = record.phone if notice.channel is Channel.SMS else record.account
    return _Errand(notice, address, None, presses)


def _of_house(reader: Reader) -> Mapping[Contact, SecretStr]:
    contacts = reader.house.organisation.contacts
    return {
        Contact.COPIES_TO: SecretStr(contacts.copies_to),
        Contact.SAFEGUARDING_LEAD: SecretStr(contacts.safeguarding_lead),
        Contact.INDEPENDENT: SecretStr(contacts.independent_mail),
    }


async def _again(deps: Deps, claim: Claim, errand: _Errand, error: ProviderError) -> None:
    """Try again soon; whoever cannot be reached after a few tries is given up for the next one."""
    waits = QUICK_TRIES if errand.presses else SLOW_TRIES
    if claim.tries > len(waits):
        await _settle(deps, claim, error.code)
        return
    settle = Settle(claim, deps.clock.now() + waits[claim.tries - 1], in_vain=True)
    await deps.store.do(work.settle, settle, by=system(alert_notices.DELIVERY))


async def _settle(deps: Deps, claim: Claim, outcome: str) -> None:
    by = system(alert_notices.DELIVERY)
    await deps.store.do(_note_settled, _Settled(claim, outcome), by=by)


def _note_settled(tx: Tx, command: _Settled) -> None:
    notice = alert_notices.get(tx, command.claim.subject_id)
    alert = alerts.hold(tx, notice.alert_id)
    if not work.holds(tx, command.claim):
        return
    alert_notices.settle(tx, notice.notice_id, command.outcome)
    tx.record(
        Entry(
            Event.NOTICE_SETTLED,
            alert.scope,
            {"person": notice.to, "notice": notice.notice_id},
            {"channel": notice.channel.value, "outcome": command.outcome},
        )
    )
    if command.outcome in (SENT, OVERTAKEN):
        return
    if alert.is_unanswered:  # the next way to somebody, at once
        work.put(tx, alert.alert_id, alerts.ESCALATION, tx.now)
    if alert.code in OF_CONCERNS:
        return  # nobody else is to learn that there is one
    if not alerts.is_open(tx, notice.to, "notice_not_delivered"):
        alerts.raise_alert(tx, notice.to, "notice_not_delivered", None)
