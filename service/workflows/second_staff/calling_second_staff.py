"""Second staff are called to a running room by the tutor, or by a child's adult from their page (POL-03).

The call is an alert like any other, so that people on duty hear of it too. For second staff it stands
until they say that they are in the room, or note there whom they see, whoever called and why.
"""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, NotAllowed, NotFound
from service.policy.admission import Place, child_of, place_of
from service.policy.case import CaseFile
from service.policy.people import ChildId, ParentId, Role, SessionId
from service.policy.session import WITH_MEETING, Session
from service.store.alerts import alerts
from service.store.sessions import cases
from service.store.transactions import Reader, Tx

CALLED = "second_staff_called"


@dataclass(frozen=True)
class CallSecondStaff:
    """Somebody in the session calls its second staff. `child_id`: whose adult it is that calls."""

    session_id: SessionId
    child_id: ChildId | None = None


def call_second_staff(tx: Tx, command: CallSecondStaff) -> SessionId:
    """Call second staff to the room. Needs no PIN and no reason; another call while one stands folds
    into it. `Conflict` unless there is a room."""
    case = cases.lock(tx, command.session_id)
    place = _caller(tx, case, command.child_id)
    if case.session.state not in WITH_MEETING:
        raise Conflict("There is no room now that second staff could come to.", code="no_room")
    subjects = {"caller": tx.by.subject}
    if command.child_id is not None:
        subjects["child"] = command.child_id
    facts = {"place": place.value}
    tx.record(Entry(Event.SECOND_STAFF_CALLED, command.session_id, subjects, facts))
    alerts.raise_alert(tx, command.session_id, CALLED, command.session_id)
    return command.session_id


def _caller(tx: Tx, case: CaseFile, child_id: ChildId | None) -> Place:
    if child_id is not None:
        child = child_of(case, child_id)
        is_parent = tx.by.has(Role.PARENT)
        if child is None or not is_parent or not child.was_named(ParentId(tx.by.subject)):
            raise NotFound
        return Place.HOUSEHOLD
    place = place_of(case, tx.by.subject)
    if place is Place.SECOND_STAFF:
        raise NotAllowed("You are the second member of staff: say that you are in the room.")
    return place


def note_come(tx: Tx, session_id: SessionId) -> None:
    """Second staff said there that they have come: nobody calls them any more."""
    alerts.note_over(tx, session_id, CALLED)


def are_called(reader: Tx | Reader, session: Session) -> bool:
    """Whether second staff are called to a session's room, and have not said since that they came."""
    return session.state in WITH_MEETING and alerts.holds(reader, session.session_id, CALLED)
