"""Booked sessions are changed, or cancelled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import FieldProblem, InvalidInput, NotAllowed
from service.policy.amendment import OF_THE_TERMS, Part, Voided, changed_parts, voided_by
from service.policy.case import CaseFile
from service.policy.people import ChildId, Role, SessionId, StaffId
from service.policy.session import (
    BEFORE_LIVE,
    IllegalMove,
    Session,
    SessionState,
)
from service.store.second_staff import staffing
from service.store.sessions import cases, engagements, sessions
from service.store.sessions.cases import Held
from service.store.sessions.sessions import SessionRecord
from service.store.staff import colleagues
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.meetings import falling
from service.workflows.sessions import holding
from service.workflows.sessions.bookable import (
    OFFICE,
    OFFICE_OR_LEAD,
    Wanted,
    must_be_bookable,
    problems_with_number,
    problems_with_records,
    problems_with_time,
)
from service.workflows.sessions.booking import (
    Terms,
    allocate_host,
    must_be_own_booking,
    numbered,
    schedule_of,
    take_children,
    take_people,
    take_tutor,
    told,
)
from service.workflows.sessions.calling_off import call_off, must_say_why
from service.workflows.versions import must_be_seen


@dataclass(frozen=True)
class Start:
    """When a session is to start: the instant, and the time that was asked for (pitfall 34)."""

    at: datetime
    local_start: str
    zone: str


@dataclass(frozen=True)
class Amend:
    """What is to become of a session that has not begun; None leaves a part as it is.

    `version` is the one the caller has seen. Without `ends_at` and `duration` the duration stays.
    """

    session_id: SessionId
    version: int | None
    starts: Start | None = None
    ends_at: datetime | None = None
    duration: timedelta | None = None
    purpose: str | None = None
    children: tuple[ChildId, ...] | None = None
    tutor_id: StaffId | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Amended:
    """What a change came to: which parts it changed, and what has to be given anew."""

    session_id: SessionId
    changed: tuple[Part, ...]
    voids: tuple[Voided, ...]


def amend(tx: Tx, command: Amend) -> Amended:
    """Change a session before it begins. New terms void promises and acceptance; a new tutor does
    not, but the families are told, and the old tutor's way in dies with the meeting."""
    tutors = frozenset({command.tutor_id} if command.tutor_id else ())
    also = Held(children=frozenset(command.children or ()), staff=tutors)
    case = cases.lock(tx, command.session_id, also)
    before = case.session
    must_be_own_booking(tx, before.tutor_id)
    if before.state not in BEFORE_LIVE:
        raise IllegalMove("A session that has begun or is over cannot be changed.")
    must_be_seen(before.version, command.version)
    record = sessions.record_of(tx, command.session_id)
    terms = _terms(record, command)
    after = _after(before, terms, command)
    parts = changed_parts(before, after)
    amended = Amended(before.session_id, parts, voided_by(parts, before.state))
    if parts:
        _must_be_allowed(tx, case, after, terms, parts)
        _must_not_be_locked(tx, before, command.reason)
        _change(tx, before, after, terms, parts, command.reason)
    return amended


@dataclass(frozen=True)
class Reschedule:
    """New terms for a session that has not begun; `version` is the one the caller has seen."""

    session_id: SessionId
    version: int | None
    terms: Terms
    reason: str | None = None


def reschedule(tx: Tx, command: Reschedule) -> SessionId:
    """Give a session new terms: its meeting goes, promises and acceptance for the old ones end."""
    terms = command.terms
    starts = Start(terms.starts_at, terms.local_start, terms.zone)
    change = Amend(
        command.session_id,
        command.version,
        starts,
        ends_at=terms.ends_at,
        purpose=terms.purpose,
        reason=command.reason,
    )
    return amend(tx, change).session_id


def _terms(record: SessionRecord, command: Amend) -> Terms:
    before = record.session
    starts = command.starts or Start(before.starts_at, record.local_start, record.zone)
    moved_end = starts.at + (command.duration or before.ends_at - before.starts_at)
    purpose = before.purpose if command.purpose is None else command.purpose
    return Terms(starts.at, command.ends_at or moved_end, starts.local_start, starts.zone, purpose)


def _after(before: Session, terms: Terms, command: Amend) -> Session:
    return replace(
        before,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        purpose=terms.purpose,
        children=before.children if command.children is None else command.children,
        tutor_id=command.tutor_id or before.tutor_id,
    )


def _must_be_allowed(
    tx: Tx, case: CaseFile, after: Session, terms: Terms, parts: tuple[Part, ...]
) -> None:
    must_be_own_booking(tx, after.tutor_id)
    wanted = Wanted(after.tutor_id, after.children, terms.span, after.session_id)
    problems = problems_with_time(tx, terms.span) if Part.TIME in parts else []
    if Part.CHILDREN in parts:
        problems += problems_with_number(after.children)
    problems += problems_with_records(tx, wanted, already=case.session.children)
    if Part.TUTOR in parts:
        problems += _problems_beside(tx, case, after.tutor_id)
    must_be_bookable(tx, wanted, problems)


def _problems_beside(tx: Tx, case: CaseFile, tutor_id: StaffId) -> list[FieldProblem]:
    """A new tutor who is the second member of staff already."""
    tutor = colleagues.of(tx, frozenset({tutor_id})).get(tutor_id)
    if tutor is None or case.second_staff is None or not tutor.same_person_as(case.second_staff):
        return []
    sentence = "The second member of staff cannot be the tutor too."
    return [FieldProblem("tutor_id", "is_second_staff", sentence, OFFICE, case.session.starts_at)]


def _must_not_be_locked(tx: Tx, before: Session, reason: str | None) -> None:
    """Close to the start only the office changes a session, with a reason. Calling off, taking back
    and suspending are other doors, and never locked (pitfall 31)."""
    if tx.now <= tx.house.organisation.changes_lock_at(before.starts_at):
        return
    if not tx.by.has(Role.COORDINATOR, Role.DSL):
        said = "It is too close to the start to change this session. Ask a coordinator, or call it off."
        problem = FieldProblem("body", "change_locked", said, OFFICE_OR_LEAD, before.starts_at)
        raise NotAllowed(said, code="change_locked", fields=[problem])
    if not (reason or "").strip():
        raise InvalidInput.of("reason", "missing", "So close to the start, say why it changes.")


def _change(
    tx: Tx,
    before: Session,
    after: Session,
    terms: Terms,
    parts: tuple[Part, ...],
    reason: str | None,
) -> None:
    new_terms = not OF_THE_TERMS.isdisjoint(parts)
    if before.state is not SessionState.BOOKED:
        code = "rescheduled" if Part.TIME in parts else "amended"
        before = falling.withdraw(tx, before, code)
    after = replace(
        after,
        state=before.state,
        terms=before.terms + new_terms,
        version=before.version + 1,
        host_id=None if Part.TIME in parts else before.host_id,
    )
    sessions.amend(tx, before, after, schedule_of(tx, terms) if Part.TIME in parts else None)
    _take(tx, after, parts)
    _record(tx, before, after, parts, reason)
    if Part.TIME in parts:
        allocate_host(tx, after)
    if new_terms:
        holding.begin(tx, after, tx.now)
        staffing.unaccept(tx, after.session_id)
        asking.tell_of_move(tx, before, after)
        _tell_who_left(tx, before, after)
    else:
        asking.tell_of_tutor(tx, after)
        sessions.touch(tx, [after.session_id])


def _take(tx: Tx, after: Session, parts: tuple[Part, ...]) -> None:
    """Take whoever is new, or everybody for a new time; the database refuses who comes second."""
    if Part.TIME in parts:
        engagements.release(tx, after.session_id)
        take_people(tx, after)
        return
    if Part.TUTOR in parts:
        engagements.release(tx, after.session_id, "tutor")
        take_tutor(tx, after)
    if Part.CHILDREN in parts:
        engagements.release(tx, after.session_id, "child")
        take_children(tx, after)


def _record(
    tx: Tx, before: Session, after: Session, parts: tuple[Part, ...], reason: str | None
) -> None:
    tx.record(
        Entry(
            Event.SESSION_RESCHEDULED if Part.TIME in parts else Event.SESSION_AMENDED,
            after.session_id,
            {"tutor": after.tutor_id, **numbered(after.children)},
            told(after)
            | {"was": before.starts_at.isoformat()}
            | {f"changed_{part.value}": True for part in parts},
            {"purpose": after.purpose, "reason": reason},
        )
    )


def _tell_who_left(tx: Tx, before: Session, after: Session) -> None:
    """A child who is in the session no longer: its family learns that, and nobody why (pitfall 12)."""
    gone = tuple(child_id for child_id in before.children if child_id not in after.children)
    if gone:
        about = f"{after.session_id}:{after.terms}"
        falling.tell_families(tx, replace(before, children=gone), "session_off", about=about)


@dataclass(frozen=True)
class Cancel:
    """A session is called off, with the reason; whichever version the caller has seen (pitfall 31)."""

    session_id: SessionId
    reason: str


def cancel(tx: Tx, command: Cancel) -> SessionId:
    """Call a session off. Needs a reason; its meeting, if any, goes with it (pitfall 45)."""
    case = cases.lock(tx, command.session_id)
    must_be_own_booking(tx, case.session.tutor_id)
    must_say_why(command.reason)
    call_off(tx, case.session, command.reason)
    falling.tell_families(tx, case.session, "session_off", about=command.session_id)
    return command.session_id
