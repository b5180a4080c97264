""" "I have to leave": the child's way in is shut until somebody named is there (POL-02, pitfall 15)."""

from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.errors import Conflict, NotFound
from service.policy.admission import child_of
from service.policy.case import ChildCase
from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, SessionId, StaffId
from service.policy.presence import Departure
from service.policy.session import ENGAGED, Session
from service.store.alerts import alerts
from service.store.attending import second_devices
from service.store.meetings import meetings, ways_in
from service.store.sessions import cases, sessions
from service.store.transactions import Tx
from service.workflows.attending.presence import spoken_by_adult
from service.workflows.consents.teaching import must_not_be_the_tutor
from service.workflows.meetings import falling
from service.workflows.watch import supervising

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Leave:
    """A child's adult cannot stay. Needs no PIN and no reason."""

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    route: Route
    evidence: str | None = None


def leave(tx: Tx, command: Leave) -> SessionId:
    """Note that an adult leaves. If the child's way in rests on them it is taken back in the same
    transaction, and second staff and coordinators are alarmed while the child may be inside."""
    recorded_by = spoken_by_adult(tx, command.adult_id, command.route, command.evidence)
    case = cases.lock(tx, command.session_id)
    must_not_be_the_tutor(tx, case, recorded_by)
    child = child_of(case, command.child_id)
    if child is None or command.adult_id not in child.child.adults:
        raise NotFound
    here_since = child.here_since(command.adult_id, case.session)
    if case.session.state not in ENGAGED or here_since is None:
        raise Conflict("You are not noted as being there.", code="not_here")
    left = Departure(command.child_id, command.adult_id, max(tx.now, here_since + A_MOMENT))
    _record(tx, command, left, recorded_by)
    pledge = child.pledge_for(case.session)
    if pledge is None or pledge.adult_id == command.adult_id:
        _shut(tx, case.session, child)
    return command.session_id


def _record(tx: Tx, command: Leave, left: Departure, recorded_by: StaffId | None) -> None:
    second_devices.append_departure(tx, command.session_id, left, command.route, recorded_by)
    tx.record(
        Entry(
            Event.ADULT_LEFT,
            command.session_id,
            {"child": command.child_id, "adult": command.adult_id},
            {"route": command.route.value},
            {"evidence": command.evidence} if command.evidence else None,
        )
    )


def _shut(tx: Tx, session: Session, child: ChildCase) -> None:
    child_id = child.child.child_id
    meeting = meetings.live_of_session(tx, session.session_id)
    if meeting is not None:
        if child_id in ways_in.let_in_at(tx, meeting.meeting_id):
            alerts.raise_alert(tx, child_id, "adult_left", session.session_id)
        falling.shut_out(tx, meeting, child_id)
    sessions.touch(tx, [session.session_id])
    supervising.hurry(tx, session.session_id)
