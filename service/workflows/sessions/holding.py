"""A session that is not clear keeps everybody's time for a while, reminds its family, and lapses."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.policy import holds as rules
from service.policy.admission import child_of
from service.policy.case import CaseFile
from service.policy.clearance import Outstanding, outstanding
from service.policy.holds import Hold, Silence
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.rules import Stage
from service.policy.session import IllegalMove, Session, SessionState
from service.store import work
from service.store.alerts import alerts
from service.store.families import deputies
from service.store.messages import messages
from service.store.sessions import cases, holds, sessions
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.consents import asking
from service.workflows.meetings import falling
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice, told_time
from service.workflows.sessions import calling_off

NEXT_LOOK_AFTER = timedelta(minutes=1)


def look(tx: Tx, claim: Claim, case: CaseFile) -> None:
    """Look at a booked session whose opening window is still to come: remind, warn, or let it lapse.

    One that is clear, or rehearses, begins its hold afresh: it counts from when something falls.
    """
    session, organisation = case.session, case.organisation
    hold = holds.of(tx, session.session_id)
    found = outstanding(case, Stage.OPEN, tx.now)
    reminder_at = rules.next_reminder(organisation, hold, session.starts_at)
    warn_at = rules.warn_at(organisation, hold, session.starts_at)
    if found.is_clear or any(child.rehearsing for child in case.children):
        fresh = rules.begun(organisation, tx.now, session.starts_at)
        hold = replace(fresh, reminded_at=hold.reminded_at)
    elif rules.has_lapsed(hold, tx.now):
        _lapse(tx, case, found, "hold over", "hold_lapsed")
        return
    elif warn_at is not None and warn_at <= tx.now:
        hold = rules.warned(organisation, hold, tx.now)
        _note(tx, Event.HOLD_WARNED, case, found)
        alerts.raise_alert(tx, session.session_id, "hold_ends_soon", session.session_id)
    if reminder_at is not None and reminder_at <= tx.now:
        hold = replace(hold, reminded_at=tx.now)
        _remind(tx, case, found, hold)
    holds.put(tx, session.session_id, hold)
    look_at = rules.next_look(organisation, hold, session.starts_at)
    work.settle(tx, Settle(claim, max(look_at, tx.now + NEXT_LOOK_AFTER)))


def _note(tx: Tx, event: Event, case: CaseFile, found: Outstanding) -> None:
    codes = tuple(sorted({blocker.code for blocker in found.everything}))
    tx.record(Entry(event, case.session.session_id, facts={"blockers": codes}))


def lapse_late(tx: Tx, case: CaseFile) -> None:
    """The late limit passed before every condition held."""
    found = outstanding(case, Stage.OPEN, tx.now)
    _lapse(tx, case, found, "late limit passed", "session_lapsed")


def _lapse(tx: Tx, case: CaseFile, found: Outstanding, reason: str, alert: str) -> None:
    """Let a booked session go: everybody's time is free with this commit, and the families are told.
    What was outstanding stays on record."""
    session = case.session
    _note(tx, Event.HOLD_LAPSED, case, found)
    sessions.move(tx, session, SessionState.LAPSED, reason=reason)
    messaging.overtake(tx, session.session_id)
    alerts.raise_alert(tx, session.session_id, alert, session.session_id)
    falling.tell_families(tx, session, "session_off", about=session.session_id)


# --- reminding ---------------------------------------------------------------------------------------


def _remind(tx: Tx, case: CaseFile, found: Outstanding, hold: Hold) -> None:
    """Remind the family of each child of what it has not answered yet."""
    for child_id, blockers in found.of_children.items():
        for silence in rules.silent_about(blocker.code for blocker in blockers):
            for adult_id in _silent(tx, case, child_id, silence):
                _write(tx, case, hold, child_id, adult_id, silence)


def _silent(tx: Tx, case: CaseFile, child_id: ChildId, silence: Silence) -> tuple[ParentId, ...]:
    """Who may be reminded: for a promise the adults whom a giver named, for consent the givers."""
    family = child_of(case, child_id)
    if family is None:
        return ()
    if silence is Silence.PROMISE:
        return family.to_ask(case.session.ends_at)
    silent = sorted(family.child.givers & family.child.hearers)
    return tuple(one for giver_id in silent for one in deputies.speakers(tx, giver_id))


def _write(
    tx: Tx, case: CaseFile, hold: Hold, child_id: ChildId, adult_id: ParentId, silence: Silence
) -> None:
    """One reminder a day for each child, and one more for each session that is today or tomorrow."""
    session = case.session
    day = case.organisation.local_day(tx.now)
    soon = rules.starts_soon(session.starts_at, tx.now)
    about = f"{session.session_id if soon else child_id}:{child_id}:{day.isoformat()}"
    template = f"{silence.value}_reminder"
    if messages.is_written(tx, messaging.once_key(template, adult_id, about)):
        return
    link = (
        asking.session_link(tx, session, child_id, adult_id)
        if silence is Silence.PROMISE
        else asking.consent_link(tx, child_id, adult_id)
    )
    until = min(hold.until, session.starts_at)
    not_before = rules.goes_out_from(case.organisation, session.starts_at, tx.now)
    extra = {"until": told_time(tx, until, adult_id)}
    notice = Notice(template, adult_id, child_id, about, link, session, extra, not_before)
    messaging.write(tx, notice)


# --- keeping it ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeepHold:
    """Somebody of the office keeps a session's time for as long again, with the reason."""

    session_id: SessionId
    reason: str


def keep(tx: Tx, command: KeepHold) -> SessionId:
    """Begin a session's hold afresh. Refused once it is more than booked: nothing lapses then."""
    case = cases.lock(tx, command.session_id)
    calling_off.must_say_why(command.reason, "Say why its time is kept.")
    if case.session.state is not SessionState.BOOKED:
        raise IllegalMove("Only a session that is booked and not open yet holds its time.")
    begin(tx, case.session, tx.now)
    tx.record(
        Entry(Event.HOLD_KEPT, command.session_id, payload={"reason": command.reason}),
    )
    return command.session_id


def begin(tx: Tx, session: Session, since: datetime) -> None:
    """Count a session's hold from an instant on, and have it looked at in time. Refused past the late
    limit: such a session lapses at the next look, and holds nobody's time any more."""
    organisation = tx.house.organisation
    if since >= organisation.lapses_at(session.starts_at):
        raise IllegalMove("The late limit has passed. Move the session, or book another.")
    hold = rules.begun(organisation, since, session.starts_at)
    holds.put(tx, session.session_id, hold)
    look_at = rules.next_look(organisation, hold, session.starts_at)
    work.put(tx, session.session_id, sessions.AGENDA[session.state], max(tx.now, look_at))


def hold_until(tx: Tx, session: Session, until: datetime) -> None:
    """Hold a booked session's time at least until then, whatever is outstanding."""
    if session.state is not SessionState.BOOKED:
        return
    hold = holds.of(tx, session.session_id)
    longer = replace(hold, until=max(hold.until, until), warned_at=None)
    holds.put(tx, session.session_id, longer)
