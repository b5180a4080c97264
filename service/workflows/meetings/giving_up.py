"""Gives an opening up: what was or may have been made is closed, and the session is tried again later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.policy.people import MeetingId, system
from service.policy.session import Session, SessionState
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings
from service.store.sessions import sessions
from service.store.tables import MeetingStage
from service.store.transactions import Tx
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.sessions import booking

BY = system("scheduler")
FAILED_WAIT = (1, 2, 5, 10)
"""Minutes to the next try after the first, second, third… opening that came to nothing."""

BUSY_WAIT = timedelta(seconds=10)
"""The least time between two intents for a session whose provider takes no more."""


@dataclass(frozen=True)
class _GiveUp:
    meeting_id: MeetingId
    reason: str
    surely_not_made: bool
    again_at: datetime | None = None


async def put_off_opening(deps: Deps, meeting_id: MeetingId, again_at: datetime | None) -> None:
    """The provider takes no more now: nothing was made, and the session waits for its turn."""
    command = _GiveUp(meeting_id, "provider_busy", surely_not_made=True, again_at=again_at)
    await deps.store.do(give_up, command, by=BY)


async def give_up_opening(
    deps: Deps, meeting_id: MeetingId, reason: str, *, surely_not_made: bool
) -> None:
    command = _GiveUp(meeting_id, reason, surely_not_made)
    await deps.store.do(give_up, command, by=BY)


def give_up(tx: Tx, command: _GiveUp) -> None:
    """No meeting comes of this intent: what was or may have been made is closed; try again later."""
    meeting = meetings.get(tx, command.meeting_id)
    tx.lock(sessions.SESSIONS, [meeting.session_id])
    tx.lock(meetings.MEETINGS, [command.meeting_id])
    meeting = meetings.get(tx, command.meeting_id)
    if meeting.stage is not MeetingStage.INTENDED:
        return
    session = sessions.get(tx, meeting.session_id)
    if command.surely_not_made:
        meetings.record_failed(tx, meeting, command.reason)
        tx.record(
            Entry(
                Event.MEETING_FAILED,
                session.session_id,
                {"meeting": meeting.meeting_id},
                {"reason": command.reason},
            )
        )
    else:
        if meeting.provider_id is None:
            tx.record(
                Entry(
                    Event.MEETING_UNCONFIRMED, session.session_id, {"meeting": meeting.meeting_id}
                )
            )
        falling.shut_meeting(tx, meeting, command.reason)
    sessions.move(tx, session, SessionState.BOOKED)
    again_at = command.again_at or tx.now + _wait(tx, session, command.reason)
    if command.again_at is not None:
        again_at = _turn_of(tx, session, max(again_at, tx.now + BUSY_WAIT))
    again_at = min(again_at, tx.house.organisation.lapses_at(session.starts_at))
    work.put(tx, session.session_id, "open_meetings", again_at)
    if command.again_at is not None and again_at < session.starts_at:
        return  # it still comes in time: delayed, not failed
    if command.again_at is not None:
        alerts.raise_alert(tx, session.session_id, "opens_too_late", session.session_id)
    elif command.reason != "no_longer_clear":
        alerts.raise_alert(tx, session.session_id, "opening_failed", session.session_id)


def _turn_of(tx: Tx, session: Session, again_at: datetime) -> datetime:
    """When a session that has to wait is looked at again: never after it can only lapse. If its host
    has no turn before the start, another host may have one."""
    if again_at >= session.starts_at and booking.change_host(tx, session):
        return tx.now
    return again_at


def _wait(tx: Tx, session: Session, reason: str) -> timedelta:
    if reason == "no_longer_clear":
        return timedelta(0)
    tried = len(meetings.of_session(tx, session.session_id))
    return timedelta(minutes=FAILED_WAIT[min(tried, len(FAILED_WAIT)) - 1])
