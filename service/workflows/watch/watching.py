"""Takes in what providers tell us: stored once, then acted on in the same transaction."""

from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.errors import NotFound
from service.policy.ending import TOLD, EndKind
from service.policy.people import SessionId
from service.policy.session import Session, SessionState
from service.ports import Signal, SignalKind
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases, sessions
from service.store.tables import MeetingStage
from service.store.transactions import Tx
from service.store.watch import signals
from service.workflows.meetings import falling
from service.workflows.second_staff import handing_over
from service.workflows.watch import calling_down, listening, supervising
from service.workflows.watch.roster import holds_room, roster

CLOCKS_APART = timedelta(seconds=5)
"""How far a provider's clock may be ahead of ours (pitfall 38)."""


STRAY_KINDS = (SignalKind.CREATED, SignalKind.STARTED, SignalKind.JOINED, SignalKind.ENDED)
"""What tells of a meeting that is not ours; some providers tell of a call only when it is over."""


@dataclass(frozen=True)
class TakeSignal:
    """One verified signal of one provider."""

    provider: str
    signal: Signal


def take_signal(tx: Tx, command: TakeSignal) -> bool:
    """Store a signal and let it take effect; False if we had been told already (pitfall 47).

    A signal about a meeting we did not make is kept and opens an alert.
    """
    meeting = _meeting_of(tx, command)
    if meeting is not None:
        cases.hold(tx, (meeting.session_id,))
    return take_held(tx, command, meeting)


def take_held(tx: Tx, command: TakeSignal, meeting: Meeting | None) -> bool:
    """The same for a caller that holds the session of the meeting already (`cases.hold`)."""
    signal = command.signal
    if not signals.insert(tx, command.provider, signal, meeting.meeting_id if meeting else None):
        return False
    scope = meeting.session_id if meeting else f"{command.provider}_meeting_{signal.provider_id}"
    tx.record(
        Entry(
            Event.SIGNAL_RECEIVED,
            scope,
            facts={
                "kind": signal.kind.value,
                "happened_at": signal.happened_at.isoformat(),
                **({"looked_at": signal.looked_at.isoformat()} if signal.looked_at else {}),
            },
        )
    )
    if meeting is None:
        _stray(tx, command, scope)
    else:
        _take_effect(tx, meeting, signal)
    return True


def _meeting_of(tx: Tx, command: TakeSignal) -> Meeting | None:
    """Which meeting of ours a signal is about: by the provider's id, its link, or our reference.

    A meeting that bears our reference under another id than the recorded one is not ours.
    """
    signal = command.signal
    if signal.link_key:
        return meetings.by_link_key(tx, command.provider, signal.link_key)
    if signal.provider_id:
        found = meetings.by_provider_id(tx, command.provider, signal.provider_id)
        if found is not None:
            return found
    if not signal.reference:
        return None
    named = meetings.by_reference(tx, command.provider, signal.reference)
    if named is None or not signal.provider_id or named.provider_id is None:
        return named
    return None


def _stray(tx: Tx, command: TakeSignal, scope: str) -> None:
    """A meeting on the organisation's accounts that Chaperone did not make.

    Accounts that the organisation keeps for its staff alone are exempt, by a list of their own.
    """
    signal = command.signal
    if signal.host_account.casefold() in tx.house.organisation.staff_only_accounts:
        return
    if signal.kind in STRAY_KINDS:
        alerts.raise_alert(tx, scope, "stray_meeting", None)


def _take_effect(tx: Tx, meeting: Meeting, signal: Signal) -> None:
    session = sessions.get(tx, meeting.session_id)
    meeting = meetings.get(tx, meeting.meeting_id)  # as it is now that its session is held
    if meeting.stage is not MeetingStage.OPEN:
        _about_a_shut_meeting(tx, meeting, signal)
        return
    match signal.kind:
        case SignalKind.STARTED if session.state is SessionState.OPEN:
            sessions.move(tx, session, SessionState.LIVE)
        case SignalKind.ENDED:
            _ended(tx, meeting, session, signal)
        case SignalKind.JOINED:
            _joined(tx, meeting, signal)
        case SignalKind.ROLE_CHANGED:
            alerts.raise_alert(tx, session.session_id, "role_changed", session.session_id)
        case SignalKind.RECORDING:  # nobody may record (POL-05, pitfall 52)
            alerts.raise_alert(tx, session.session_id, "recording_started", session.session_id)
        case SignalKind.CHANGED:  # somebody touched the settings: read them again at once
            meetings.doubt(tx, meeting)
            work.hurry(tx, [session.session_id])
        case _:
            pass
    supervising.hurry(tx, session.session_id)


def _about_a_shut_meeting(tx: Tx, meeting: Meeting, signal: Signal) -> None:
    """A meeting that is going or gone never moves its session: another may be open by now."""
    calling_down.hold_against_room(tx, meeting)
    if signal.kind not in (SignalKind.STARTED, SignalKind.JOINED):
        return
    listening.keep_on(tx, meeting.meeting_id)
    if meeting.stage is MeetingStage.CLOSED:  # what was gone is in use again: shut it once more
        work.put(tx, meeting.meeting_id, falling.CLOSING, tx.now)
    late = meeting.shut_at is not None and signal.happened_at <= meeting.shut_at + CLOCKS_APART
    if not late and not roster(tx, meeting).call_ended:  # late words about what is over are no news
        alerts.raise_alert(tx, meeting.meeting_id, "call_without_session", meeting.session_id)


def _ended(tx: Tx, meeting: Meeting, session: Session, signal: Signal) -> None:
    """The call is over, once every occurrence of it is, and if it ended after the start.

    Second staff who try the room beforehand end nothing, however late we hear of it.
    """
    if signal.happened_at < session.starts_at or not roster(tx, meeting).call_ended:
        return
    if session.state is SessionState.OPEN:  # the "started" was late or lost
        session = sessions.move(tx, session, SessionState.LIVE)
    falling.shut(tx, session.session_id, "over")
    sessions.move(tx, session, SessionState.ENDED, reason="over")
    falling.ask_for_statements(tx, session)


def _joined(tx: Tx, meeting: Meeting, signal: Signal) -> None:
    """Someone is in the call. Whether they may be is for the watch to say (pitfall 48)."""
    session = sessions.get(tx, meeting.session_id)
    if session.state is SessionState.OPEN:  # the "started" was late or lost
        sessions.move(tx, session, SessionState.LIVE)
    if holds_room(signal, meeting.holder):
        handing_over.take_over_if_in(tx, session.session_id)


ENDED_BY_LEAD = "ended_by_lead"
"""Why a meeting is closed that the lead ended."""


@dataclass(frozen=True)
class EndSession:
    """A safeguarding lead ends a running session, with the reason (POL-42)."""

    session_id: SessionId
    reason: str
    kind: EndKind = EndKind.OTHER


def end_session(tx: Tx, command: EndSession) -> SessionId:
    """End a live session at once; the meeting is removed. Families are told in a reviewed sentence by the
    kind of reason, staff at their door; the lead's own words stay on record."""
    case = cases.lock(tx, command.session_id)
    if case.session.state is not SessionState.LIVE:
        raise NotFound("There is no running session to end.")
    falling.shut(tx, command.session_id, ENDED_BY_LEAD)
    sessions.move(tx, case.session, SessionState.ENDED, reason=command.reason)
    told = falling.tell_families(
        tx, case.session, "session_ended", command.session_id, {"why": TOLD[command.kind]}
    )
    tx.record(
        Entry(
            Event.SESSION_ENDED_BY_LEAD,
            command.session_id,
            facts={"kind": command.kind.value, "adults_told": told},
        )
    )
    falling.ask_for_statements(tx, case.session)
    return command.session_id
