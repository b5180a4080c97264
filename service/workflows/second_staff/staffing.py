"""Second staff: put on a session, accepting, taken off again (POL-03)."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.case import CaseFile, HandOver
from service.policy.people import Role, SessionId, StaffId
from service.policy.session import ENGAGED, IllegalMove
from service.policy.staff import AcceptedBy, Assignment, DutyKind
from service.store.second_staff import candidates, hand_overs, staffing
from service.store.second_staff.staffing import Acceptance, CurrentAssignment
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.staff import colleagues, duties
from service.store.transactions import Tx
from service.workflows.meetings import falling
from service.workflows.second_staff import eligible
from service.workflows.who_may import must_be_a_person


@dataclass(frozen=True)
class AssignSecondStaff:
    """Put somebody on a session as second staff; it counts once they accept."""

    session_id: SessionId
    staff_id: StaffId


def assign(tx: Tx, command: AssignSecondStaff) -> SessionId:
    """Assign second staff by hand, by the rules that choose them too. Never the tutor, by id or as a
    second entry of the same person."""
    case = cases.lock(tx, command.session_id, Held(staff=frozenset({command.staff_id})))
    if case.session.state not in ENGAGED:
        raise IllegalMove("This session is over.")
    member = colleagues.of(tx, frozenset({command.staff_id})).get(command.staff_id)
    if member is None:
        raise InvalidInput.of("staff_id", "unknown", "There is no such member of staff.")
    if member.same_person_as(case.tutor):
        raise InvalidInput.of(
            "staff_id", "is_the_tutor", "The tutor cannot be their own second member of staff."
        )
    if case.second_staff is None:
        eligible.must_be_eligible(candidates.candidates(tx, case, [command.staff_id]))
    return put_on(tx, case, command.staff_id)


@dataclass(frozen=True)
class Yes:
    """A yes to being second staff: by what it was given, if not for this session alone; who put it on
    record, if somebody else did; and when it was said, if a room was promised by it before."""

    accepted_by: AcceptedBy | None = None
    recorded_by: str | None = None
    said_at: datetime | None = None


def put_on(
    tx: Tx,
    case: CaseFile,
    staff_id: StaffId,
    said_yes: Yes | None = None,
) -> SessionId:
    """Assign somebody. Whoever is on the rota then, stood by for this, or said yes to taking over, has
    accepted already."""
    session_id = case.session.session_id
    if staffing.assign(tx, session_id, staff_id) is not None:
        raise Conflict("Somebody is assigned already. Release them first.", code="assigned")
    tx.record(Entry(Event.SECOND_STAFF_ASSIGNED, session_id, {"second_staff": staff_id}))
    earlier = said_yes or yes_by_rota(tx, case, staff_id)
    if earlier is not None:
        note_acceptance(tx, case, earlier)
    sessions.touch(tx, [session_id])
    return session_id


def yes_by_rota(tx: Tx, case: CaseFile, staff_id: StaffId) -> Yes | None:
    """The person's yes to every session of that time, if they gave one."""
    found = said_yes_beforehand(tx, case, DutyKind.ROTA, staff_id)
    return Yes(AcceptedBy.ROTA, found[staff_id]) if found else None


def said_yes_beforehand(
    tx: Tx, case: CaseFile, kind: DutyKind, staff_id: StaffId | None = None
) -> dict[StaffId, str | None]:
    """Who said yes to the session's time beforehand, first the one listed first, and who put that on
    record, if somebody else did. What the tutor put on record for somebody else does not count: nobody
    says yes for their own second staff."""
    standing = duties.standing(tx, kind, case.span, staff_id)
    found: dict[StaffId, str | None] = {}
    for one in standing:
        recorded_by = None if one.noted_by == one.staff_id else one.noted_by
        if recorded_by is None or not colleagues.is_one_of(tx, recorded_by, [case.tutor.staff_id]):
            found.setdefault(one.staff_id, recorded_by)
    return found


def note_acceptance(tx: Tx, case: CaseFile, earlier: Yes | None = None) -> None:
    """Record the yes of whoever is on the session now, whose word it rests on, and when it was said
    if that was before: a room that was promised first stays the first."""
    session_id = case.session.session_id
    current = staffing.current(tx, session_id)
    if current is None:
        raise NotFound
    own = earlier is None and tx.by.subject == current.staff_id
    facts: dict[str, Fact] = {"terms": case.session.terms, "own_word": own}
    yes = Yes(recorded_by=None if own else tx.by.subject) if earlier is None else earlier
    if yes.accepted_by is not None:
        facts["accepted_by"] = yes.accepted_by.value
    at = yes.said_at or staffing.after_all_others(tx, current.staff_id)
    said = Acceptance(case.session.terms, at, yes.recorded_by, yes.accepted_by)
    staffing.accept(tx, current.assignment_id, said)
    tx.record(
        Entry(Event.SECOND_STAFF_ACCEPTED, session_id, {"second_staff": current.staff_id}, facts)
    )


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
    if case.hand_over is not None and tx.by.subject == case.hand_over.newcomer:
        accept_hand_over(tx, case, case.hand_over)
        return command.session_id
    if tx.by.subject != current.staff_id:
        must_be_a_person(tx.by)
        if colleagues.is_one_of(tx, tx.by.subject, [case.tutor.staff_id]):
            raise NotAllowed("The tutor cannot accept for their own second member of staff.")
    if current.accepted.accepted_at is not None and not case.is_accepted_by_tutor:
        return command.session_id
    eligible.must_be_eligible_now(tx, _once_accepted(tx, case, current.staff_id))
    note_acceptance(tx, case)
    sessions.touch(tx, [command.session_id])
    return command.session_id


def accept_hand_over(tx: Tx, case: CaseFile, change: HandOver) -> None:
    """The newcomer says yes to taking over; saying it again changes nothing."""
    if change.case.assignment is not None and change.case.assignment.accepted_at is not None:
        return
    newcomer = StaffId(tx.by.subject)
    eligible.must_be_eligible_now(tx, _once_accepted(tx, change.case, newcomer))
    hand_overs.accept(tx, change.hand_over_id, staffing.after_all_others(tx, newcomer))
    session_id = case.session.session_id
    tx.record(Entry(Event.HAND_OVER_ACCEPTED, session_id, {"coming": newcomer}))


def _once_accepted(tx: Tx, case: CaseFile, staff_id: StaffId) -> CaseFile:
    return replace(case, assignment=Assignment(staff_id, tx.now), acceptance_taken_by=None)


@dataclass(frozen=True)
class ReleaseSecondStaff:
    """Take second staff off a session, with the reason."""

    session_id: SessionId
    reason: str


def release(tx: Tx, command: ReleaseSecondStaff) -> SessionId:
    """Release second staff. An open session without them is shut in the same transaction. Once it is
    over nobody is taken off it: who was there stays on record (pitfalls 29 and 30)."""
    case = cases.lock(tx, command.session_id)
    current = staffing.current(tx, command.session_id)
    if current is None:
        raise NotFound
    if tx.by.subject != current.staff_id and not tx.by.has(Role.COORDINATOR, Role.DSL):
        raise NotAllowed("Only the assigned person or a coordinator can release.")
    if case.session.state not in ENGAGED:
        raise IllegalMove("This session is over.")
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say why.")
    take_off(tx, command.session_id, current, command.reason)
    falling.decide_again(tx, (command.session_id,))
    return command.session_id


def take_off(tx: Tx, session_id: SessionId, current: CurrentAssignment, reason: str) -> None:
    """Take somebody off a session. The caller decides again, or puts another on."""
    staffing.release(tx, current.assignment_id, reason)
    tx.record(
        Entry(
            Event.SECOND_STAFF_RELEASED,
            session_id,
            {"second_staff": current.staff_id},
            payload={"reason": reason},
        )
    )
