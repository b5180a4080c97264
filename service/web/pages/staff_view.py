"""What tutor and second staff see of their sessions: today's list, and the door of each (POL-03, 41).

Children appear by the first letter of their name; everything else about them stays on record.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.policy.admission import Place
from service.policy.attestation import Agreed, agreed, may_state_at
from service.policy.case import CaseFile
from service.policy.clearance import Blocker, outstanding
from service.policy.consent import Wish
from service.policy.people import Actor, SessionId, StaffId
from service.policy.rules import Stage
from service.policy.session import ENGAGED, OVER, WITH_MEETING, Session, SessionState, Span
from service.store.attending import presence
from service.store.families import people, wishes
from service.store.inspection import attestations
from service.store.meetings import meetings
from service.store.second_staff import staffing
from service.store.sessions import cases, sessions
from service.store.staff import staff
from service.store.transactions import Reader
from service.web.pages.opened import first_name, initial
from service.workflows.attending.door import DoorView, look_staff, staff_knock
from service.workflows.attending.sighting import Sighted
from service.workflows.inspection.showing import shown_to
from service.workflows.second_staff.calling_second_staff import are_called
from service.workflows.watch.watching import ENDED_BY_LEAD

STAGES = {
    SessionState.BOOKED: Stage.OPEN,
    SessionState.OPENING: Stage.OPEN,
    SessionState.OPEN: Stage.ADMIT,
    SessionState.LIVE: Stage.STAY,
}
"""Which rules bind next, for a session in each state that is not over."""


@dataclass(frozen=True)
class Obstacle:
    """One blocker, with the first letter of the child it is about, if any."""

    blocker: Blocker
    initial: str


@dataclass(frozen=True)
class Household:
    """One child of a session, as staff in it need to know it. `agreed`: what their statement is held
    against."""

    initial: str
    agreed: Agreed
    sighted: Sighted | None
    wish: Wish | None


@dataclass(frozen=True)
class StaffSession:
    """One session of a member of staff, as it is now. `calls`: second staff are called to its room;
    `may_call`: there is a room to which the person may call them."""

    session: Session
    place: Place
    other: str | None
    obstacles: tuple[Obstacle, ...]
    must_accept: bool
    ended_by_lead: bool
    door_is_near: bool
    may_state: bool
    calls: bool
    may_call: bool


@dataclass(frozen=True)
class DoorPage:
    """A session's door as tutor or second staff see it."""

    summary: StaffSession
    door: DoorView
    in_the_room: bool
    now: datetime
    households: tuple[Household, ...]

    @property
    def asks(self) -> bool:
        """Whether second staff must look at some child's adult now."""
        adults = (one.sighted for one in self.households)
        return any(adult is not None and adult.asks(self.now) for adult in adults)


def day(reader: Reader, actor: Actor) -> tuple[StaffSession, ...]:
    """The person's sessions of today, where the organisation is, by start."""
    organisation = reader.house.organisation
    midnight = datetime.combine(
        organisation.local_day(reader.now), time(), tzinfo=organisation.zone
    )
    span = Span(midnight, midnight + timedelta(days=1))
    found = staffing.sessions_with(reader, actor.subject, span)
    return tuple(_summary(reader, cases.load(reader, one), actor) for one in found)


def look(reader: Reader, session_id: SessionId, actor: Actor) -> DoorPage:
    """One session's door. `NotFound` unless the person is tutor or second staff in it."""
    case = cases.load(reader, session_id)
    staff_knock(case, actor)
    names = people.child_names(reader, case.session.children)
    wanted = wishes.newest(reader, case.session.children)
    seen = look_staff(reader, session_id, actor)
    adults = {one.child_id: one for one in seen.adults}
    return DoorPage(
        summary=_summary(reader, case, actor),
        door=seen,
        in_the_room=_said_in_room(reader, case, actor),
        now=reader.now,
        households=tuple(
            Household(
                initial(names[one.child_id]),
                one,
                adults.get(one.child_id),
                wanted.get(one.child_id),
            )
            for one in agreed(case)
        ),
    )


def _summary(reader: Reader, case: CaseFile, actor: Actor) -> StaffSession:
    session = case.session
    place = staff_knock(case, actor).place
    return StaffSession(
        session=session,
        place=place,
        other=_other(reader, case, place),
        obstacles=_obstacles(reader, case, actor),
        must_accept=_must_accept(case, actor),
        ended_by_lead=_ended_by_lead(reader, session),
        door_is_near=_door_is_near(case, reader.now),
        may_state=_may_state(reader, session, actor),
        calls=are_called(reader, session),
        may_call=place is Place.TUTOR and session.state in WITH_MEETING,
    )


def _ended_by_lead(reader: Reader, session: Session) -> bool:
    """Whether the safeguarding lead ended it: the parties are told, staff on their page (POL-42)."""
    if session.state not in OVER:
        return False
    held = meetings.of_session(reader, session.session_id)
    return any(meeting.reason == ENDED_BY_LEAD for meeting in held)


def _must_accept(case: CaseFile, actor: Actor) -> bool:
    """Whether the page waits for their yes: as second staff, or as whoever is to take over."""
    if actor.subject == case.tutor.staff_id or case.session.state not in ENGAGED:
        return False
    change = case.hand_over
    taking_over = change is not None and actor.subject == change.newcomer
    asked = change.case.assignment if change is not None and taking_over else case.assignment
    return asked is not None and asked.accepted_at is None


def _other(reader: Reader, case: CaseFile, place: Place) -> str | None:
    if place is Place.SECOND_STAFF:
        return _called(reader, case.tutor.staff_id)
    return _called(reader, case.second_staff.staff_id) if case.second_staff else None


def _called(reader: Reader, staff_id: StaffId) -> str:
    return first_name(staff.staff_record(reader, staff_id).name)


def _obstacles(reader: Reader, case: CaseFile, actor: Actor) -> tuple[Obstacle, ...]:
    stage = STAGES.get(case.session.state)
    if stage is None or reader.now >= case.session.ends_at:
        return ()
    names = people.child_names(reader, case.session.children)
    return tuple(
        Obstacle(blocker, initial(names[blocker.child_id]) if blocker.child_id else "")
        for blocker in shown_to(actor, outstanding(case, stage, reader.now).everything)
    )


def _door_is_near(case: CaseFile, now: datetime) -> bool:
    session = case.session
    opens = case.organisation.check_in_opens_at(session.starts_at)
    runs_on = session.state is SessionState.LIVE
    return session.state in ENGAGED and opens <= now and (now < session.ends_at or runs_on)


def _may_state(reader: Reader, session: Session, actor: Actor) -> bool:
    ended_at = sessions.record_of(reader, session.session_id).ended_at
    if not may_state_at(session, ended_at, reader.now):
        return False
    said = attestations.of_session(reader, session.session_id)
    return all(signed.statement.witness_id != actor.subject for signed in said)


def _said_in_room(reader: Reader, case: CaseFile, actor: Actor) -> bool:
    session_id = case.session.session_id
    return presence.claimed_in_room_at(reader, session_id, StaffId(actor.subject)) is not None
