"""The call-down list: a call must end, nobody outside can end it, and people are telephoned (pitfall 54).

Names and numbers are unsealed here for coordinators and leads alone, and every look is recorded.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import NotFound
from service.policy.call_down import Callee, CallList, CallOutcome, call_list
from service.policy.people import ChildId, ParentId, Role, SessionId, StaffId
from service.policy.room import UNKNOWN
from service.policy.session import Session
from service.policy.watch import ENDED_BY_PEOPLE_ALONE
from service.store.alerts import alerts
from service.store.families import people
from service.store.meetings import meetings
from service.store.meetings.meetings import LIVE_STAGES, Meeting
from service.store.sessions import cases
from service.store.staff import staff
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.store.watch import call_downs
from service.store.watch.call_downs import STAFF
from service.workflows.watch.roster import roster
from service.workflows.watch.seeing import may_be_occupied, went_in

PART = "call_down"
ALERT = "end_call_by_hand"
CALLED_FOR = (ALERT, "call_without_session")
"""Alerts about a meeting that is shut and that people are in, or may be."""


@dataclass(frozen=True)
class ToCall:
    """Somebody to call, with name and number. `number_hidden`: there is one, for the lead alone.

    `children` are the names of theirs who may be inside, or were.
    """

    callee: Callee
    name: SecretStr
    phone: SecretStr | None
    number_hidden: bool
    children: tuple[SecretStr, ...]


@dataclass(frozen=True)
class CallDown:
    """Whom to call for a session's room, in order, as it is at `at`.

    `shut_at` is empty while the room is running. `over_since`: the provider says since then that
    nobody is inside. `unknown`: so many connections are inside of whom nobody knows whose they are.
    """

    session: Session
    shut_at: datetime | None
    over_since: datetime | None
    to_call: tuple[ToCall, ...]
    nobody_for: tuple[SecretStr, ...]
    unknown: int
    at: datetime


# --- looking ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LookAtCallDown:
    """Somebody looks at whom to call, with the numbers."""

    session_id: SessionId


def look(tx: Tx, command: LookAtCallDown) -> CallDown:
    """Whom to call; that it was read, by whom and about whom, is noted with it. `NotFound` if the
    session has no room that anybody may be in."""
    meeting, session, found = _of_session(tx, command.session_id)
    names = people.child_names(tx, session.children)
    to_call = tuple(_to_call(tx, callee, names) for callee in found.callees)
    subjects = {f"person_{place}": one.whom for place, one in enumerate(found.callees, 1)}
    tx.record(Entry(Event.RECORD_READ, session.session_id, subjects, {"part": PART}))
    picture = roster(tx, meeting)
    return CallDown(
        session=session,
        shut_at=meeting.shut_at,
        over_since=_over_since(tx, meeting),
        to_call=to_call,
        nobody_for=tuple(names[child] for child in found.nobody_for if child in names),
        unknown=picture.person(UNKNOWN).devices,
        at=tx.now,
    )


def _to_call(tx: Tx, callee: Callee, names: dict[ChildId, SecretStr]) -> ToCall:
    if callee.called_as in STAFF:
        colleague = staff.staff_record(tx, StaffId(callee.whom))
        return ToCall(callee, colleague.name, colleague.phone, False, ())
    adult = people.parent_record(tx, ParentId(callee.whom))
    hidden = adult.details_hidden and not tx.by.has(Role.DSL)
    children = tuple(names[child] for child in callee.children if child in names)
    phone = None if hidden else adult.phone
    return ToCall(callee, adult.name, phone, hidden and adult.phone is not None, children)


def _over_since(reader: Tx | Reader, meeting: Meeting) -> datetime | None:
    mine = alerts.open_about(reader, meeting.meeting_id)
    return next((one.over_since for one in mine if one.code == ALERT), None)


def _of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[Meeting, Session, CallList]:
    case = cases.load(reader, session_id)
    meeting = _room(reader, session_id)
    if meeting is None:
        raise NotFound("There is no room that anybody has to be called out of.")
    calls = call_downs.of_meeting(reader, meeting.meeting_id)
    found = call_list(went_in(reader, case, meeting), case.children, calls)
    return meeting, case.session, found


def _room(reader: Tx | Reader, session_id: SessionId) -> Meeting | None:
    """The room that people have to be called out of: a shut one that an open alert is about before the
    one that is running, and that before one that is still being closed."""
    every = meetings.of_session(reader, session_id)[::-1]
    called_for = [one for one in every if _is_called_for(reader, one)]
    running = [one for one in every if one.stage.value in LIVE_STAGES]
    closing = [one for one in every if one.stage is MeetingStage.CLOSING]
    return next(iter((*called_for, *running, *closing)), None)


def _is_called_for(reader: Tx | Reader, meeting: Meeting) -> bool:
    return any(alerts.is_open(reader, meeting.meeting_id, code) for code in CALLED_FOR)


def is_wanted(reader: Reader, session_id: SessionId) -> bool:
    """Whether there is somebody to call: a shut room needs it, or a running one may come to."""
    meeting = _room(reader, session_id)
    if meeting is None:
        return False
    if _is_called_for(reader, meeting):
        return True
    if meeting.provider not in ENDED_BY_PEOPLE_ALONE:
        return False
    return may_be_occupied(reader, meeting)


# --- calling ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoteCall:
    """Somebody called a person of the list. `whom` is their id."""

    session_id: SessionId
    whom: str
    outcome: CallOutcome


def note_call(tx: Tx, command: NoteCall) -> str:
    """Append what came of a call; answers its id. `NotFound` unless the person is on the list."""
    meeting, session, found = _of_session(tx, command.session_id)
    callee = next((one for one in found.callees if one.whom == command.whom), None)
    if callee is None:
        raise NotFound("This person is not on the list of whom to call.")
    call_id = call_downs.append(tx, meeting, callee.whom, callee.called_as, command.outcome)
    tx.record(
        Entry(
            Event.CALL_DOWN_NOTED,
            session.session_id,
            {"person": callee.whom, "meeting": meeting.meeting_id},
            {"called_as": callee.called_as.value, "outcome": command.outcome.value},
        )
    )
    return call_id


def hold_against_room(tx: Tx, meeting: Meeting) -> None:
    """The provider said something of a shut meeting: if nobody is inside any more, what the alert is
    about is over; if somebody is again, it holds again. A person closes it either way."""
    if not alerts.is_open(tx, meeting.meeting_id, ALERT):
        return
    if may_be_occupied(tx, meeting):
        alerts.raise_alert(tx, meeting.meeting_id, ALERT, meeting.session_id, once=True)
    else:
        alerts.note_over(tx, meeting.meeting_id, ALERT)
