"""Booked sessions are moved, cancelled, or freed of a named sub-rule by the safeguarding lead."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed, StaleVersion
from service.policy.case import Override
from service.policy.people import SessionId, StaffId
from service.policy.rules import OVERRIDABLE
from service.policy.session import (
    BEFORE_LIVE,
    IllegalMove,
    Session,
    SessionState,
)
from service.store import cases, engagements, presence, sessions, staffing, work
from service.store.cases import Held
from service.store.transactions import Tx
from service.workflows import asking, falling
from service.workflows.booking import (
    Terms,
    allocate_host,
    must_be_own_booking,
    problems_of,
    schedule_of,
    take_people,
    told,
)


@dataclass(frozen=True)
class Reschedule:
    """New terms for a session that has not begun; `version` is the one the caller has seen."""

    session_id: SessionId
    version: int | None
    terms: Terms


def reschedule(tx: Tx, command: Reschedule) -> SessionId:
    """Give a session new terms: its meeting goes, promises and acceptance for the old ones end."""
    case = cases.lock(tx, command.session_id)
    before = case.session
    must_be_own_booking(tx, before.tutor_id)
    must_be_seen(before, command.version)
    if before.state not in BEFORE_LIVE:
        raise IllegalMove("A session that has begun or is over cannot be moved.")
    problems = problems_of(tx, command.terms)
    if problems:
        raise InvalidInput(fields=problems)
    if before.state is not SessionState.BOOKED:
        before = falling.withdraw(tx, before, "rescheduled")
    after = replace(
        before,
        starts_at=command.terms.starts_at,
        ends_at=command.terms.ends_at,
        purpose=command.terms.purpose,
        terms=before.terms + 1,
        version=before.version + 1,
        host_id=None,
    )
    engagements.release(tx, before.session_id)
    sessions.reschedule(tx, before, after, schedule_of(tx, command.terms))
    take_people(tx, after)
    opens_at = tx.house.organisation.opens_at(after.starts_at)
    work.put(tx, after.session_id, sessions.AGENDA[after.state], max(tx.now, opens_at))
    staffing.unaccept(tx, after.session_id)
    tx.record(
        Entry(
            Event.SESSION_RESCHEDULED,
            after.session_id,
            facts=told(after) | {"was": before.starts_at.isoformat()},
            payload={"purpose": after.purpose},
        )
    )
    allocate_host(tx, after)
    asking.tell_of_move(tx, before, after)
    return after.session_id


@dataclass(frozen=True)
class Cancel:
    """A session is called off, with the reason."""

    session_id: SessionId
    version: int | None
    reason: str


def cancel(tx: Tx, command: Cancel) -> SessionId:
    """Call a session off. Needs a reason; its meeting, if any, goes with it (pitfall 45)."""
    case = cases.lock(tx, command.session_id)
    must_be_own_booking(tx, case.session.tutor_id)
    must_be_seen(case.session, command.version)
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say why the session is called off.")
    falling.shut(tx, command.session_id, "cancelled")
    sessions.move(tx, case.session, SessionState.CANCELLED, reason=command.reason)
    falling.tell_families(tx, case.session, "session_off", about=command.session_id)
    return command.session_id


def must_be_seen(session: Session, version: int | None) -> None:
    """Refuse a change by somebody who has not seen the newest version."""
    if version is not None and version != session.version:
        raise StaleVersion


# --- overriding ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class OverrideRule:
    """The safeguarding lead sets one named sub-rule aside for one session."""

    session_id: SessionId
    code: str
    reason: str
    expires_at: datetime


def override(tx: Tx, command: OverrideRule) -> SessionId:
    """Set a named sub-rule aside, with reason and end (pitfall 26). Only some can be; none of
    consent, second staff, the parent's presence, checks or custodians ever."""
    if command.code not in OVERRIDABLE:
        raise InvalidInput.of(
            "code",
            "not_overridable",
            f"This can never be set aside. Only these can: {', '.join(sorted(OVERRIDABLE))}.",
        )
    case = cases.lock(tx, command.session_id, Held(staff=frozenset()))
    second = case.second_staff.staff_id if case.second_staff else None
    if tx.by.subject in (case.tutor.staff_id, second):
        raise NotAllowed("Nobody sets a rule aside for a session they staff themselves.")
    if not tx.now < command.expires_at <= case.session.ends_at:
        raise InvalidInput.of("expires_at", "out_of_range", "It must end by the session's end.")
    presence.append_override(
        tx,
        command.session_id,
        Override(command.code, StaffId(tx.by.subject), command.reason, command.expires_at),
    )
    tx.record(
        Entry(
            Event.SESSION_OVERRIDDEN,
            command.session_id,
            facts={"code": command.code, "expires_at": command.expires_at.isoformat()},
            payload={"reason": command.reason},
        )
    )
    sessions.touch(tx, [command.session_id])
    return command.session_id
