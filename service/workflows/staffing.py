"""Second staff: put on a session, accepting, taken off again (POL-03)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.people import Role, SessionId, StaffId
from service.policy.session import ENGAGED, IllegalMove, SessionState
from service.store import cases, sessions, staff, staffing
from service.store.cases import Held
from service.store.transactions import Tx
from service.workflows import falling
from service.workflows.links import must_be_a_person


@dataclass(frozen=True)
class AssignSecondStaff:
    """Put somebody on a session as second staff; it counts once they accept."""

    session_id: SessionId
    staff_id: StaffId


def assign(tx: Tx, command: AssignSecondStaff) -> SessionId:
    """Assign second staff. Never the tutor, by id or as a second entry of the same person."""
    case = cases.lock(tx, command.session_id, Held(staff=frozenset({command.staff_id})))
    if case.session.state not in ENGAGED:
        raise IllegalMove("This session is over.")
    member = staff.members(tx, frozenset({command.staff_id})).get(command.staff_id)
    if member is None:
        raise InvalidInput.of("staff_id", "unknown", "There is no such member of staff.")
    if member.same_person_as(case.tutor):
        raise InvalidInput.of(
            "staff_id", "is_the_tutor", "The tutor cannot be their own second member of staff."
        )
    if staffing.assign(tx, command.session_id, command.staff_id) is not None:
        raise Conflict("Somebody is assigned already. Release them first.", code="assigned")
    tx.record(
        Entry(Event.SECOND_STAFF_ASSIGNED, command.session_id, {"second_staff": command.staff_id})
    )
    sessions.touch(tx, [command.session_id])
    return command.session_id


@dataclass(frozen=True)
class AcceptSession:
    """Second staff says yes to a session on its present terms."""

    session_id: SessionId


def accept(tx: Tx, command: AcceptSession) -> SessionId:
    """Accept for oneself, or by a coordinator who records what the person said."""
    case = cases.lock(tx, command.session_id)
    current = staffing.current(tx, command.session_id)
    if current is None:
        raise NotFound
    own = tx.by.subject == current.staff_id
    if not own:
        must_be_a_person(tx.by)
        if tx.by.subject == case.tutor.staff_id:
            raise NotAllowed("The tutor cannot accept for their own second member of staff.")
    if current.accepted.accepted_at is not None:
        return command.session_id
    staffing.accept(tx, current.assignment_id, case.session.terms)
    tx.record(
        Entry(
            Event.SECOND_STAFF_ACCEPTED,
            command.session_id,
            {"second_staff": current.staff_id},
            {"terms": case.session.terms, "own_word": own},
        )
    )
    sessions.touch(tx, [command.session_id])
    return command.session_id


@dataclass(frozen=True)
class ReleaseSecondStaff:
    """Take second staff off a session, with the reason."""

    session_id: SessionId
    reason: str


def release(tx: Tx, command: ReleaseSecondStaff) -> SessionId:
    """Release second staff. An open session without them is shut in the same transaction."""
    case = cases.lock(tx, command.session_id)
    current = staffing.current(tx, command.session_id)
    if current is None or case.session.state in (SessionState.CLOSED, SessionState.CANCELLED):
        raise NotFound
    if tx.by.subject != current.staff_id and not tx.by.has(Role.COORDINATOR, Role.DSL):
        raise NotAllowed("Only the assigned person or a coordinator can release.")
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say why.")
    staffing.release(tx, current.assignment_id, command.reason)
    tx.record(
        Entry(
            Event.SECOND_STAFF_RELEASED,
            command.session_id,
            {"second_staff": current.staff_id},
            payload={"reason": command.reason},
        )
    )
    falling.decide_again(tx, (command.session_id,))
    return command.session_id
