"""Sessions are booked, moved and cancelled. A blocked booking is a booking, with its blockers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import Conflict, NotAllowed
from service.policy.holds import begun, next_look
from service.policy.people import Actor, ChildId, HostId, Role, SessionId, StaffId
from service.policy.session import (
    OVER,
    CoverMode,
    Session,
    SessionState,
    Span,
)
from service.store.families import people
from service.store.sessions import engagements, sessions
from service.store.sessions.sessions import Booking, Schedule
from service.store.staff import hosts, staff
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.sessions.bookable import (
    Wanted,
    must_be_bookable,
    problems_with_number,
    problems_with_records,
    problems_with_time,
    whoever_is_taken,
    why_tutor_is_busy,
)


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

    @property
    def span(self) -> Span:
        """The planned time."""
        return Span(self.starts_at, self.ends_at)


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

    Booking the same `external_id` again with the same content answers the session that is there, as
    long as it is still to come or running.
    """
    known = _known(tx, command)
    if known is not None:
        return known
    must_be_own_booking(tx, command.tutor_id)
    tx.lock(people.CHILDREN, command.children)
    tx.lock(staff.STAFF, [command.tutor_id])
    wanted = Wanted(command.tutor_id, command.children, command.terms.span)
    problems = problems_with_time(tx, wanted.span) + problems_with_number(command.children)
    must_be_bookable(tx, wanted, problems + problems_with_records(tx, wanted))
    session = place(tx, command)
    asking.ask_for_pledges(tx, session)
    return session.session_id


def place(tx: Tx, command: BookSession, series_id: str | None = None) -> Session:
    """Store a session that was found to make sense, and take everybody for its time."""
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
    schedule = schedule_of(tx, command.terms)
    booking = Booking(command.external_id, schedule, tx.by.subject, series_id)
    _must_be_written(sessions.insert(tx, session, booking))
    take_people(tx, session)
    tx.record(
        Entry(
            Event.SESSION_BOOKED,
            session.session_id,
            {"tutor": session.tutor_id, **numbered(session.children)},
            told(session),
            {"purpose": session.purpose},
        )
    )
    allocate_host(tx, session)
    return session


def _known(tx: Tx, command: BookSession) -> SessionId | None:
    if command.external_id is None:
        return None
    session_id = sessions.by_external_id(tx, command.external_id)
    if session_id is None:
        return None
    there = sessions.get(tx, session_id)
    if there.state in OVER:
        raise Conflict(
            "The session with this external_id is over or was called off. Book under a new one.",
            code="external_id_over",
            details={"session_id": session_id, "state": there.state.value},
        )
    same = (
        there.starts_at == command.terms.starts_at
        and there.ends_at == command.terms.ends_at
        and there.purpose == command.terms.purpose
        and there.tutor_id == command.tutor_id
        and set(there.children) == set(command.children)
        and there.provider == command.provider
        and there.cover_mode is command.cover_mode
    )
    if not same:
        raise Conflict(
            "A session with this external_id is there already, with other content. Reschedule it.",
            code="external_id_taken",
            details={"session_id": session_id},
        )
    return session_id


def may_book_for(actor: Actor, tutor_id: StaffId) -> bool:
    """Whether what this tutor teaches is theirs to book, change and call off: their own, or as the
    office or the booking platform."""
    return actor.has(Role.COORDINATOR, Role.DSL, Role.MACHINE) or actor.subject == tutor_id


def must_be_own_booking(tx: Tx, tutor_id: StaffId) -> None:
    """Refuse whoever may not book for this tutor."""
    if not may_book_for(tx.by, tutor_id):
        raise NotAllowed("A tutor books for themselves; a coordinator can book for others.")


def _must_be_written(violated: str | None) -> None:
    if violated is not None:
        raise Conflict("Another booking was faster.", details={"constraint": violated})


def schedule_of(tx: Tx, terms: Terms) -> Schedule:
    organisation = tx.house.organisation
    return Schedule(
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        local_start=terms.local_start,
        zone=terms.zone,
        opens_at=organisation.opens_at(terms.starts_at),
        lapses_at=organisation.lapses_at(terms.starts_at),
        first_look=next_look(
            organisation, begun(organisation, tx.now, terms.starts_at), terms.starts_at
        ),
    )


def take_people(tx: Tx, session: Session) -> None:
    """Take tutor and children for the time; the database refuses whoever comes second."""
    take_tutor(tx, session)
    take_children(tx, session)


def take_tutor(tx: Tx, session: Session) -> None:
    """Take the tutor for the time."""
    is_free = why_tutor_is_busy(tx, _wanted(session)) is None
    if not is_free or not _engage(tx, session, session.tutor_id, "tutor"):
        raise _taken(tx, session)


def take_children(tx: Tx, session: Session) -> None:
    """Take the children for the time."""
    if not all(_engage(tx, session, child_id, "child") for child_id in session.children):
        raise _taken(tx, session)


def _engage(tx: Tx, session: Session, subject_id: str, taken_as: str) -> bool:
    return engagements.engage(
        tx, session.session_id, subject_id, taken_as, session.starts_at, session.ends_at
    )


def _taken(tx: Tx, session: Session) -> Taken:
    """The refusal, with everybody who is taken and not only whom we came to first."""
    return Taken(fields=whoever_is_taken(tx, _wanted(session)))


def _wanted(session: Session) -> Wanted:
    span = Span(session.starts_at, session.ends_at)
    return Wanted(session.tutor_id, session.children, span, session.session_id)


def change_host(tx: Tx, session: Session) -> bool:
    """Take another host account for the session; False, and nothing changed, if none is free."""
    before = session.host_id
    engagements.release(tx, session.session_id, "host")
    if allocate_host(tx, session, besides=before) is not None:
        return True
    allocate_host(tx, session)
    return False


def allocate_host(tx: Tx, session: Session, *, besides: HostId | None = None) -> HostId | None:
    """Take a free host account for the session, with a margin round it for overruns (pitfall 43).

    None when none is free: that is a blocker, and it is tried again when the session is to open.
    """
    margin = timedelta(minutes=tx.house.organisation.windows.host_margin)
    taken_from, taken_until = session.starts_at - margin, session.ends_at + margin
    for host_id in hosts.free_hosts(tx, session.provider, taken_from, taken_until):
        if host_id == besides:
            continue
        if engagements.engage(tx, session.session_id, host_id, "host", taken_from, taken_until):
            sessions.set_host(tx, session.session_id, host_id)
            tx.record(Entry(Event.HOST_ALLOCATED, session.session_id, {"host": host_id}))
            return host_id
    return None


def numbered(children: tuple[ChildId, ...]) -> dict[str, str]:
    return {f"child_{place}": child_id for place, child_id in enumerate(children, 1)}


def told(session: Session) -> dict[str, str | int]:
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "provider": session.provider,
        "cover_mode": session.cover_mode.value,
        "terms": session.terms,
    }
