"""Sessions are booked, moved and cancelled. A blocked booking is a booking, with its blockers."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, StaleVersion
from service.policy.case import Override
from service.policy.people import ChildId, HostId, Role, SessionId, StaffId
from service.policy.rules import OVERRIDABLE
from service.policy.session import (
    BEFORE_LIVE,
    CoverMode,
    IllegalMove,
    Session,
    SessionState,
    Span,
)
from service.store import cases, people, presence, sessions, staff, staffing
from service.store.cases import Held
from service.store.sessions import Booking, Schedule
from service.store.transactions import Tx
from service.workflows import asking, falling

LONGEST = timedelta(hours=4)
MOST_CHILDREN = 12


class Taken(Conflict):
    """Somebody is in another session at that time."""

    code = "taken"
    sentence = "Somebody is in another session at that time."


@dataclass(frozen=True)
class Terms:
    """When and what for: the part of a booking that a promise is given for."""

    starts_at: datetime
    ends_at: datetime
    local_start: str
    zone: str
    purpose: str


@dataclass(frozen=True)
class BookSession:
    """A tutor, or somebody for one, books a session."""

    external_id: str | None
    tutor_id: StaffId
    children: tuple[ChildId, ...]
    terms: Terms
    provider: str
    cover_mode: CoverMode


def book_session(tx: Tx, command: BookSession) -> SessionId:
    """Store a session, take tutor and children for its time, and ask the families.

    Booking the same `external_id` again with the same content answers the session that is there.
    """
    known = _known(tx, command)
    if known is not None:
        return known
    _must_make_sense(tx, command)
    tx.lock(people.CHILDREN, command.children)
    tx.lock(staff.STAFF, [command.tutor_id])
    _must_exist(tx, command)
    session = Session(
        session_id=SessionId(tx.new_id("session")),
        state=SessionState.BOOKED,
        starts_at=command.terms.starts_at,
        ends_at=command.terms.ends_at,
        purpose=command.terms.purpose,
        tutor_id=command.tutor_id,
        children=command.children,
        terms=1,
        version=1,
        provider=command.provider,
        cover_mode=command.cover_mode,
    )
    booking = Booking(command.external_id, _schedule(tx, command.terms), tx.by.subject)
    _must_be_written(sessions.insert(tx, session, booking))
    _take_people(tx, session)
    tx.record(
        Entry(
            Event.SESSION_BOOKED,
            session.session_id,
            {"tutor": session.tutor_id, **_numbered(session.children)},
            _told(session),
            {"purpose": session.purpose},
        )
    )
    allocate_host(tx, session)
    asking.ask_for_pledges(tx, session)
    return session.session_id


def _known(tx: Tx, command: BookSession) -> SessionId | None:
    if command.external_id is None:
        return None
    session_id = sessions.by_external_id(tx, command.external_id)
    if session_id is None:
        return None
    there = sessions.get(tx, session_id)
    same = (
        there.starts_at == command.terms.starts_at
        and there.ends_at == command.terms.ends_at
        and there.purpose == command.terms.purpose
        and there.tutor_id == command.tutor_id
        and set(there.children) == set(command.children)
    )
    if not same:
        raise Conflict(
            "A session with this external_id is there already, with other content. Reschedule it.",
            code="external_id_taken",
            details={"session_id": session_id},
        )
    return session_id


def _must_make_sense(tx: Tx, command: BookSession) -> None:
    _must_be_own_booking(tx, command.tutor_id)
    problems = list(_problems(tx, command.terms))
    if not 1 <= len(command.children) <= MOST_CHILDREN:
        problems.append(
            FieldProblem("children", "wrong_number", f"Name 1 to {MOST_CHILDREN} children.")
        )
    if len(set(command.children)) != len(command.children):
        problems.append(FieldProblem("children", "doubled", "Name each child once."))
    if problems:
        raise InvalidInput(fields=problems)


def _must_be_own_booking(tx: Tx, tutor_id: StaffId) -> None:
    if tx.by.has(Role.COORDINATOR, Role.DSL, Role.MACHINE):
        return
    if tx.by.subject != tutor_id:
        raise NotAllowed("A tutor books for themselves; a coordinator can book for others.")


def _problems(tx: Tx, terms: Terms) -> list[FieldProblem]:
    found = []
    if terms.starts_at <= tx.now:
        found.append(FieldProblem("starts_at", "in_the_past", "The start must lie ahead."))
    if terms.ends_at <= terms.starts_at:
        found.append(FieldProblem("ends_at", "before_start", "The end must be after the start."))
    elif terms.ends_at - terms.starts_at > LONGEST:
        found.append(FieldProblem("ends_at", "too_long", "A session lasts at most four hours."))
    return found


def _must_exist(tx: Tx, command: BookSession) -> None:
    problems = []
    if not staff.has_staff(tx, command.tutor_id):
        problems.append(FieldProblem("tutor_id", "unknown", "There is no such member of staff."))
    there = people.children(tx, command.children)
    problems += [
        FieldProblem(f"children.{place}", "unknown", "There is no such child.")
        for place, child_id in enumerate(command.children)
        if child_id not in there
    ]
    if problems:
        raise InvalidInput(fields=problems)


def _must_be_written(violated: str | None) -> None:
    if violated is not None:
        raise Conflict("Another booking was faster.", details={"constraint": violated})


def _schedule(tx: Tx, terms: Terms) -> Schedule:
    organisation = tx.house.organisation
    return Schedule(
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        local_start=terms.local_start,
        zone=terms.zone,
        opens_at=organisation.opens_at(terms.starts_at),
        lapses_at=organisation.lapses_at(terms.starts_at),
    )


def _take_people(tx: Tx, session: Session) -> None:
    """Take tutor and children for the time; the database refuses whoever comes second."""
    span = Span(session.starts_at, session.ends_at)
    if staffing.covers_in(tx, session.tutor_id, span):
        raise _taken("tutor_id", "The tutor is second staff in another session at that time.")
    if not sessions.engage(
        tx, session.session_id, session.tutor_id, "tutor", span.starts_at, span.ends_at
    ):
        raise _taken("tutor_id", "The tutor has another session at that time.")
    for place, child_id in enumerate(session.children):
        if not sessions.engage(
            tx, session.session_id, child_id, "child", span.starts_at, span.ends_at
        ):
            raise _taken(f"children.{place}", "This child has another session at that time.")


def _taken(field: str, sentence: str) -> Taken:
    return Taken(fields=[FieldProblem(field, "taken", sentence)])


def allocate_host(tx: Tx, session: Session) -> HostId | None:
    """Take a free host account for the session, with a margin round it for overruns (pitfall 43).

    None when none is free: that is a blocker, and it is tried again when the session is to open.
    """
    margin = timedelta(minutes=tx.house.organisation.windows.host_margin)
    taken_from, taken_until = session.starts_at - margin, session.ends_at + margin
    for host_id in staff.free_hosts(tx, session.provider, taken_from, taken_until):
        if sessions.engage(tx, session.session_id, host_id, "host", taken_from, taken_until):
            sessions.set_host(tx, session.session_id, host_id)
            tx.record(Entry(Event.HOST_ALLOCATED, session.session_id, {"host": host_id}))
            return host_id
    return None


def _numbered(children: tuple[ChildId, ...]) -> dict[str, str]:
    return {f"child_{place}": child_id for place, child_id in enumerate(children, 1)}


def _told(session: Session) -> dict[str, str | int]:
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "provider": session.provider,
        "cover_mode": session.cover_mode.value,
        "terms": session.terms,
    }


# --- moving and cancelling ----------------------------------------------------------------------


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
    _must_be_own_booking(tx, before.tutor_id)
    must_be_seen(before, command.version)
    if before.state not in BEFORE_LIVE:
        raise IllegalMove("A session that has begun or is over cannot be moved.")
    problems = _problems(tx, command.terms)
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
    sessions.release(tx, before.session_id)
    sessions.reschedule(tx, before, after, _schedule(tx, command.terms))
    _take_people(tx, after)
    staffing.unaccept(tx, after.session_id)
    tx.record(
        Entry(
            Event.SESSION_RESCHEDULED,
            after.session_id,
            facts=_told(after) | {"was": before.starts_at.isoformat()},
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
    _must_be_own_booking(tx, case.session.tutor_id)
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
