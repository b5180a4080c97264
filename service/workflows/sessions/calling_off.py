"""Sessions are called off before they begin: one, or the rest of a series. Needs a reason, and is
never locked near the start (pitfall 31)."""

from dataclasses import dataclass
from datetime import datetime

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotFound
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.session import BEFORE_LIVE, Session, SessionState
from service.store.families import people
from service.store.messages import messages
from service.store.sessions import cases, sessions
from service.store.sessions import series as store
from service.store.transactions import Tx
from service.workflows.meetings import falling
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice, told_time
from service.workflows.sessions.booking import may_book_for


def must_say_why(reason: str, sentence: str = "Say why the session is called off.") -> None:
    """Refuse to call anything off without a reason."""
    if not reason.strip():
        raise InvalidInput.of("reason", "missing", sentence)


def call_off(tx: Tx, session: Session, reason: str) -> None:
    """Bring a session to its end before it began. The caller holds it, and tells the families."""
    falling.shut(tx, session.session_id, "cancelled")
    sessions.move(tx, session, SessionState.CANCELLED, reason=reason)
    messaging.overtake(tx, session.session_id)


def line(tx: Tx, session: Session, adult_id: ParentId) -> str:
    """A session in a letter about several: when, by the adult's own clock, and what for."""
    return f"{told_time(tx, session.starts_at, adult_id)}: {session.purpose}"


@dataclass(frozen=True)
class CancelRest:
    """The sessions of a series that have not begun are called off, with the reason: all of them, or
    those that start from an instant on."""

    series_id: str
    starts_from: datetime | None
    reason: str


def cancel_rest(tx: Tx, command: CancelRest) -> tuple[SessionId, ...]:
    """Call off what has not begun; answers which sessions. Each family gets one letter.

    A tutor calls off what they teach. It is a safer change: no lock near the start stops it.
    """
    one = store.get(tx, command.series_id)
    if not may_book_for(tx.by, one.tutor_id):
        raise NotFound
    must_say_why(command.reason)
    since = command.starts_from
    ids = tuple(
        each.session_id
        for each in store.sessions_of(tx, command.series_id)
        if each.state in BEFORE_LIVE and (since is None or each.starts_at >= since)
    )
    cases.hold(tx, ids)
    coming = [sessions.get(tx, session_id) for session_id in ids]
    mine = tuple(session for session in coming if _may_call_off(tx, session))
    for session in mine:
        call_off(tx, session, command.reason)
    if mine:
        _tell(tx, command.series_id, mine)
    tx.record(
        Entry(
            Event.SERIES_CANCELLED,
            command.series_id,
            facts={"sessions": len(mine), "from": since.isoformat() if since else None},
            payload={"reason": command.reason},
        )
    )
    return tuple(session.session_id for session in mine)


def _may_call_off(tx: Tx, session: Session) -> bool:
    return session.state in BEFORE_LIVE and may_book_for(tx.by, session.tutor_id)


def _tell(tx: Tx, series_id: str, off: tuple[Session, ...]) -> None:
    """One letter for each adult who was asked, with the sessions of that child that are off."""
    told: dict[tuple[ChildId, ParentId], list[str]] = {}
    for session in off:
        asked = messages.parents_written_to(tx, session.session_id)
        for child_id, child in people.children(tx, session.children).items():
            for adult_id in sorted(child.hearers & asked):
                told.setdefault((child_id, adult_id), []).append(line(tx, session, adult_id))
    about = f"{series_id}:{off[0].session_id}"
    for (child_id, adult_id), lines in told.items():
        extra = {"occasions": "\n".join(lines)}
        messaging.write(
            tx, Notice("sessions_off", adult_id, child_id, f"{about}:{child_id}", extra=extra)
        )
