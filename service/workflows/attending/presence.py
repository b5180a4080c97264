"""The promise to be present, "I am here", and what second staff saw (POL-02, POL-21)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.admission import Place, child_of, place_of
from service.policy.case import CaseFile, ChildCase
from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, PledgeId, Role, SessionId, StaffId
from service.policy.presence import CheckIn, Pledge, PresenceMode, Sighting, SightingResult
from service.policy.session import BEFORE_LIVE, ENGAGED, OVER, Session, SessionState
from service.store.attending import presence
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.consents.taking_down import confirm_word, taken_down_by
from service.workflows.consents.teaching import must_take_down_yes
from service.workflows.meetings import falling
from service.workflows.second_staff import calling_second_staff, handing_over
from service.workflows.watch import supervising


@dataclass(frozen=True)
class MakePledge:
    """A present adult promises to be there. `terms` are those the adult was shown.

    `shared`: the adult says that another of their children, promised at the same time, is with them.
    """

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    terms: int
    mode: PresenceMode
    route: Route
    evidence: str | None = None
    shared: bool = False


def make_pledge(tx: Tx, command: MakePledge) -> PledgeId:
    """Store a promise for one session on its present terms, by an adult a giver has named."""
    recorded_by = spoken_by_adult(tx, command.adult_id, command.route, command.evidence)
    case = cases.lock(tx, command.session_id, Held(parents=frozenset({command.adult_id})))
    pledge_id = promise(tx, case, command, recorded_by)
    if recorded_by is not None:
        link = asking.session_link(tx, case.session, command.child_id, command.adult_id)
        confirm_word(tx, command.adult_id, command.child_id, "promise to be present", link)
    sessions.touch(tx, [command.session_id])
    return pledge_id


def promise(tx: Tx, case: CaseFile, command: MakePledge, recorded_by: StaffId | None) -> PledgeId:
    """Store one promise. The caller holds the session and the adult's row."""
    must_take_down_yes(tx, case, command.child_id, recorded_by)
    child = _child_with_adult(case, command.child_id, command.adult_id)
    if not may_promise(case.session, child):
        raise Conflict("This session has begun or is over.", code="too_late")
    _must_be_shown(case, command.terms)
    pledge = Pledge(
        pledge_id=PledgeId(tx.new_id("pledge")),
        child_id=command.child_id,
        adult_id=command.adult_id,
        terms=command.terms,
        mode=command.mode,
        made_at=_after_all_others(tx, command.adult_id),
        shared=command.shared,
        taken_down_by=recorded_by,
    )
    for one in child.pledged_to_the_tutor(case.session):
        if one.adult_id == command.adult_id:
            _take_back(tx, command.session_id, one, command.route)
    violated = presence.insert_pledge(tx, command.session_id, pledge, command.route)
    if violated is not None:
        raise Conflict("This promise stands already.", code="pledged")
    _record_promise(tx, case, command, pledge)
    return pledge.pledge_id


def may_promise(session: Session, child: ChildCase) -> bool:
    """Whether an adult may still promise: before the call, or during it when the one who had promised
    has left (pitfall 15)."""
    left = session.state is SessionState.LIVE and child.adult_left_at(session) is not None
    return session.state in BEFORE_LIVE or left


def _after_all_others(tx: Tx, adult_id: ParentId) -> datetime:
    """Now, or just after the adult's newest promise if a clock says otherwise: a later promise never
    fells a session that rests on an earlier one."""
    newest = presence.newest_promise_at(tx, adult_id)
    return tx.now if newest is None else max(tx.now, newest + timedelta(microseconds=1))


def _record_promise(tx: Tx, case: CaseFile, command: MakePledge, pledge: Pledge) -> None:
    tx.record(
        Entry(
            Event.PLEDGE_MADE,
            command.session_id,
            {"child": command.child_id, "adult": command.adult_id, "pledge": pledge.pledge_id},
            {
                "terms": command.terms,
                "mode": command.mode.value,
                "shared": command.shared,
                "route": command.route.value,
                "starts_at": case.session.starts_at.isoformat(),
            },
            {"purpose": case.session.purpose, "evidence": command.evidence},
        )
    )


def spoken_by_adult(
    tx: Tx, adult_id: ParentId, route: Route, evidence: str | None
) -> StaffId | None:
    """Adults answer for themselves; a spoken word needs route, evidence and a named person."""
    if route is not Route.LINK:
        return taken_down_by(tx, route, evidence)
    if not (tx.by.has(Role.PARENT) and tx.by.subject == adult_id):
        raise NotAllowed("Only the adult can answer by link.")
    return None


def _child_with_adult(case: CaseFile, child_id: ChildId, adult_id: ParentId) -> ChildCase:
    """The child of the case whose present adult this may be; other families look like nobody."""
    child = child_of(case, child_id)
    if child is None or adult_id not in child.child.adults:
        raise NotFound
    if not child.may_be_present(adult_id, case.session.ends_at):
        raise InvalidInput.of(
            "adult_id", "not_named", "Nobody whose consent counts names this adult to be present."
        )
    return child


def _must_be_shown(case: CaseFile, terms: int) -> None:
    if terms != case.session.terms:
        raise Conflict(
            "The session has changed since. Read the new time and purpose, and answer again.",
            code="terms_changed",
            details={"terms": case.session.terms},
        )


@dataclass(frozen=True)
class RevokePledge:
    """An adult takes a promise back. That is not a withdrawal of consent (pitfall 5)."""

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    route: Route
    evidence: str | None = None


def revoke_pledge(tx: Tx, command: RevokePledge) -> SessionId:
    """Take back every standing promise of an adult; an open session is shut if it rested on it."""
    spoken_by_adult(tx, command.adult_id, command.route, command.evidence)
    case = cases.lock(tx, command.session_id)
    child = child_of(case, command.child_id)
    standing = [
        pledge
        for pledge in (child.pledges if child else ())
        if pledge.adult_id == command.adult_id and pledge.revoked_at is None
    ]
    if not standing or case.session.state in OVER:
        raise NotFound
    for pledge in standing:
        _take_back(tx, command.session_id, pledge, command.route)
    falling.decide_again(tx, (command.session_id,))
    return command.session_id


def _take_back(tx: Tx, session_id: SessionId, pledge: Pledge, route: Route) -> None:
    presence.revoke_pledge(tx, pledge.pledge_id)
    about = {"child": pledge.child_id, "adult": pledge.adult_id, "pledge": pledge.pledge_id}
    tx.record(Entry(Event.PLEDGE_REVOKED, session_id, about, {"route": route.value}))


@dataclass(frozen=True)
class CheckInFamily:
    """ "I am here, and I agree to this purpose." """

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    terms: int
    route: Route
    evidence: str | None = None


def check_in(tx: Tx, command: CheckInFamily) -> SessionId:
    """Note that the child's adult is there, on the day, on the terms shown (POL-02, POL-21)."""
    recorded_by = spoken_by_adult(tx, command.adult_id, command.route, command.evidence)
    case = cases.lock(tx, command.session_id)
    must_take_down_yes(tx, case, command.child_id, recorded_by)
    child = _child_with_adult(case, command.child_id, command.adult_id)
    _must_be_shown(case, command.terms)
    _must_be_time(case, tx)
    pledge = child.pledge_for(case.session)
    if pledge is None or pledge.adult_id != command.adult_id:
        raise Conflict("Promise to be present first.", code="no_pledge")
    at = max([tx.now, pledge.made_at, *_just_after_leaving(child, command.adult_id)])
    said = CheckIn(command.child_id, command.adult_id, command.terms, at, recorded_by)
    presence.append_check_in(tx, command.session_id, said, command.route)
    tx.record(
        Entry(
            Event.CHECK_IN_MADE,
            command.session_id,
            {"child": command.child_id, "adult": command.adult_id},
            {"terms": command.terms, "route": command.route.value},
            {"evidence": command.evidence} if command.evidence else None,
        )
    )
    supervising.hurry(tx, command.session_id)
    return command.session_id


def _just_after_leaving(child: ChildCase, adult_id: ParentId) -> list[datetime]:
    """ "I am here" follows the promise, and having left, whatever clocks say."""
    left = [one.at for one in child.departures if one.adult_id == adult_id]
    return [max(left) + timedelta(microseconds=1)] if left else []


def _must_be_time(case: CaseFile, tx: Tx, *, while_it_runs: bool = False) -> None:
    """In the check-in window and until the planned end; `while_it_runs`: as long as the call goes on."""
    opens = case.organisation.check_in_opens_at(case.session.starts_at)
    runs = while_it_runs and case.session.state is SessionState.LIVE
    if case.session.state not in ENGAGED or (tx.now >= case.session.ends_at and not runs):
        raise Conflict("This session is over.", code="over")
    if tx.now < opens:
        raise Conflict("It is too early to say that you are there.", code="too_early")


@dataclass(frozen=True)
class CheckInStaff:
    """ "I am here", or for second staff "I am in the room": recorded as claimed."""

    session_id: SessionId
    in_the_room: bool


def check_in_staff(tx: Tx, command: CheckInStaff) -> SessionId:
    """Note that tutor or second staff say they are there."""
    case = cases.lock(tx, command.session_id)
    place = place_of(case, tx.by.subject)
    if command.in_the_room and place is not Place.SECOND_STAFF:
        raise NotAllowed("Only the second member of staff holds the room.")
    _must_be_time(case, tx)
    staff_id = StaffId(tx.by.subject)
    presence.append_staff_check_in(
        tx, command.session_id, staff_id, place, in_the_room=command.in_the_room
    )
    tx.record(
        Entry(
            Event.STAFF_CHECKED_IN,
            command.session_id,
            {"staff": staff_id},
            {"place": place.value, "in_the_room": command.in_the_room},
        )
    )
    if command.in_the_room:
        calling_second_staff.note_come(tx, command.session_id)
        handing_over.take_over_if_in(tx, command.session_id)
    supervising.hurry(tx, command.session_id)
    return command.session_id


@dataclass(frozen=True)
class NoteSighting:
    """Second staff saw or heard a child's adult, or was not shown one."""

    session_id: SessionId
    child_id: ChildId
    result: SightingResult


def note_sighting(tx: Tx, command: NoteSighting) -> SessionId:
    """Note a sighting; an adult who is not shown is a breach for the watch (POL-02)."""
    case = cases.lock(tx, command.session_id)
    if place_of(case, tx.by.subject) is not Place.SECOND_STAFF:
        raise NotAllowed("Only the second member of staff notes sightings.")
    if child_of(case, command.child_id) is None:
        raise NotFound
    _must_be_time(case, tx, while_it_runs=True)
    noted = Sighting(command.child_id, StaffId(tx.by.subject), command.result, tx.now)
    presence.append_sighting(tx, command.session_id, noted)
    tx.record(
        Entry(
            Event.SIGHTING_NOTED,
            command.session_id,
            {"child": command.child_id},
            {"result": command.result.value},
        )
    )
    calling_second_staff.note_come(tx, command.session_id)
    supervising.hurry(tx, command.session_id)
    return command.session_id
