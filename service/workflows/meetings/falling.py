"""What happens when a condition falls: whatever was open is shut in the same transaction.

Every workflow that may fell a case ends here. From that commit on no way in is worth anything; the
meeting itself is removed at the provider right afterwards by `workflows.meetings.closing`. Making things
safer never needs permission and is never refused.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from service.audit.events import Entry, Event
from service.policy.admission import Place
from service.policy.clearance import Outstanding, outstanding
from service.policy.cover import newcomer_must_go
from service.policy.people import ChildId, ParentId, SessionId, StaffId
from service.policy.rules import Stage
from service.policy.session import Session, SessionState
from service.policy.watch import ENDED_BY_PEOPLE_ALONE
from service.store import work
from service.store.alerts import alerts
from service.store.attending import slips
from service.store.attending.slips import Slip
from service.store.families import family, people
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.messages import messages
from service.store.second_staff import staffing
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.staff import colleagues, hosts
from service.store.transactions import Tx
from service.store.watch import breaches
from service.store.who_is_who import known_by
from service.workflows.consents import asking
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice
from service.workflows.watch import attendance
from service.workflows.watch.seeing import may_be_occupied

CLOSING = "close_meetings"
STAGE_OF = {
    SessionState.OPENING: Stage.OPEN,
    SessionState.OPEN: Stage.ADMIT,
    SessionState.LIVE: Stage.STAY,
}


def hold_sessions_of(
    tx: Tx, staff_id: StaffId, known_by_now: Collection[str | None] = ()
) -> tuple[SessionId, ...]:
    """Hold this member of staff and every session that rests on them; answers which. `known_by_now` are
    digests that are about to be theirs: whoever shares one is about to be taken for them."""
    children, of_others = round_those_known_by(tx, known_by_now)
    affected = tuple(sorted({*_resting_on_all(tx, {staff_id}), *of_others}))
    cases.hold(tx, affected, Held(children=children, staff=frozenset({staff_id})))
    return affected


def resting_on(tx: Tx, staff_id: StaffId) -> tuple[SessionId, ...]:
    """The sessions that rest on a member of staff, under whichever entry of the register: those not over
    that they teach or cover, and those open on an account that they keep."""
    return tuple(sorted(_resting_on_all(tx, {staff_id})))


def _resting_on_all(tx: Tx, ids: Iterable[str]) -> set[SessionId]:
    known = colleagues.of(tx, frozenset(StaffId(one) for one in ids))
    found: set[SessionId] = set()
    for entry in {entry for one in known.values() for entry in one.entries}:
        found.update(sessions.running_taught_by(tx, entry))
        found.update(staffing.running_covered_by(tx, entry))
        found.update(hosts.opened_on_accounts_of(tx, entry))
    return found


def hold_sessions_round(
    tx: Tx, *adults: ParentId, known_by_now: Collection[str | None] = ()
) -> tuple[SessionId, ...]:
    """Hold these adults and the running sessions of every child whose kin they are, or for whom they
    answer; answers which. Whoever of the staff shares `known_by_now`, digests that are about to be theirs,
    is about to be taken for them."""
    of_others_children, of_others = round_those_known_by(tx, known_by_now)
    children, running = _round_adults(tx, adults)
    affected = tuple(sorted({*running, *of_others}))
    held = Held(children=children | of_others_children, parents=frozenset(adults))
    cases.hold(tx, affected, held)
    return affected


def round_those_known_by(
    tx: Tx, digests: Collection[str | None]
) -> tuple[frozenset[ChildId], set[SessionId]]:
    """The children and the running sessions of whoever is or was known by one of these digests."""
    others = known_by.owners(tx, digests)
    children, running = _round_adults(tx, others.adults)
    return children, running | _resting_on_all(tx, others.staff)


def _round_adults(tx: Tx, adults: Collection[str]) -> tuple[frozenset[ChildId], set[SessionId]]:
    """The children whose kin these adults are, and their running sessions."""
    if not adults:
        return frozenset(), set()
    children = family.children_of(tx, [ParentId(one) for one in adults])
    running = {one for child_id in children for one in sessions.running_of_child(tx, child_id)}
    return frozenset(children), running


def decide_again(tx: Tx, ids: tuple[SessionId, ...]) -> None:
    """Look at these sessions with what is recorded now; shut what is no longer clear.

    Sessions that are only booked are handed to the scheduler instead. The caller holds the rows
    (`cases.hold`).
    """
    for session_id in ids:
        _decide_one(tx, session_id)
    sessions.touch(tx, ids)


def _decide_one(tx: Tx, session_id: SessionId) -> None:
    case = cases.load(tx, session_id)
    stage = STAGE_OF.get(case.session.state)
    if stage is None:
        return
    found = outstanding(case, stage, tx.now)
    if not found.is_clear:
        withdraw(tx, case.session, found.everything[0].code)
        return
    if newcomer_must_go(case, tx.now):  # they hold a key to the room
        withdraw(tx, case.session, "newcomer_not_eligible")
        return
    _shut_out(tx, case.session, found)


def _shut_out(tx: Tx, session: Session, found: Outstanding) -> None:
    """Take back the ways in of children who are no longer clear, and of them alone."""
    meeting = meetings.live_of_session(tx, session.session_id)
    if meeting is None:
        return
    for held in ways_in.held(tx, meeting.meeting_id):
        if held.place is Place.HOUSEHOLD and held.subject_id not in found.clear_children:
            shut_out(tx, meeting, ChildId(held.subject_id))


def shut_out(tx: Tx, meeting: Meeting, child_id: ChildId) -> None:
    """Take a child's way in back. Whoever is in has to be asked to leave by a person: no provider puts
    anybody out for us."""
    take_back(tx, meeting, child_id)
    end_slips(tx, meeting.session_id, child_id, "shut_out")
    if child_id in ways_in.admitted_subjects(tx, meeting.meeting_id):
        alerts.raise_alert(tx, child_id, "child_must_leave", meeting.session_id)


def take_back(tx: Tx, meeting: Meeting, child_id: ChildId) -> None:
    """Make a child's way in worth nothing; if the child is still clear, another one is made."""
    ways_in.revoke(tx, meeting.meeting_id, child_id)
    facts = {"purpose": "way_in"}
    tx.record(Entry(Event.LINK_REVOKED, meeting.session_id, {"child": child_id}, facts))


def end_slips(tx: Tx, session_id: SessionId, child_id: ChildId | None, reason: str) -> None:
    """Make every slip of a session, or of one child in it, worth nothing."""
    for slip in slips.standing(tx, session_id, child_id):
        end_slip(tx, slip, reason)


def end_slip(tx: Tx, slip: Slip, reason: str) -> None:
    """Make one slip worth nothing, and what was handed on by it taken back."""
    slips.end(tx, slip.slip_id, reason)
    about = {"child": slip.child_id, "adult": slip.adult_id, "slip": slip.slip_id}
    facts = {"reason": reason, "purpose": slip.purpose.value}
    tx.record(Entry(Event.SLIP_ENDED, slip.session_id, about, facts))


def withdraw(tx: Tx, session: Session, reason: str) -> Session:
    """Shut a session's meeting because a condition fell; the families are told (POL-42)."""
    if session.state is SessionState.LIVE:
        return end(tx, session, reason)
    shut(tx, session.session_id, reason)
    # It is booked again and may still take place: nothing is off yet.
    return sessions.move(tx, session, SessionState.BOOKED)


def end(tx: Tx, session: Session, reason: str, why: str | None = None) -> Session:
    """End a session that people may be in, and tell the families; `why` in somebody's own words."""
    shut(tx, session.session_id, reason)
    after = sessions.move(tx, session, SessionState.ENDED, reason=why or reason)
    tell_families(tx, session, "session_cut_short", about=session.session_id)
    ask_for_statements(tx, session)
    return after


def shut(tx: Tx, session_id: SessionId, reason: str) -> None:
    """Have a session's meeting closed, if it has one. Its ways in die with this commit."""
    meeting = meetings.live_of_session(tx, session_id)
    if meeting is not None:
        shut_meeting(tx, meeting, reason)


def shut_meeting(tx: Tx, meeting: Meeting, reason: str) -> None:
    """Have one meeting closed at the provider, at once and until it is confirmed gone."""
    attendance.ask_for_report(tx, meeting)
    if meeting.provider in ENDED_BY_PEOPLE_ALONE and may_be_occupied(tx, meeting):
        alerts.raise_alert(tx, meeting.meeting_id, "end_call_by_hand", meeting.session_id)
    meetings.record_closing(tx, meeting, reason)
    end_slips(tx, meeting.session_id, None, "shut")
    work.put(tx, meeting.meeting_id, CLOSING, tx.now)
    work.hurry(tx, [breaches.errand(meeting.session_id)])
    tx.record(
        Entry(
            Event.MEETING_CLOSING,
            meeting.session_id,
            {"meeting": meeting.meeting_id},
            {"reason": reason},
        )
    )


def tell_families(
    tx: Tx, session: Session, template: str, about: str, extra: Mapping[str, str] | None = None
) -> int:
    """Write to every adult who was asked about the session; answers how many that are."""
    asked = tuple(_asked(tx, session))
    for child_id, adult_id in asked:
        notice = Notice(
            template,
            adult_id,
            child_id,
            f"{about}:{child_id}",
            session=session,
            extra=dict(extra or {}),
        )
        messaging.write(tx, notice)
    return len(asked)


def ask_for_statements(tx: Tx, session: Session) -> None:
    """Ask every adult who was asked about the session to say whether it was as agreed."""
    for child_id, adult_id in _asked(tx, session):
        link = asking.session_link(tx, session, child_id, adult_id)
        about = f"{session.session_id}:{child_id}"
        messaging.write(
            tx, Notice("statement_request", adult_id, child_id, about, link, session=session)
        )


def _asked(tx: Tx, session: Session) -> Iterator[tuple[ChildId, ParentId]]:
    asked = messages.parents_written_to(tx, session.session_id)
    for child_id, child in people.children(tx, session.children).items():
        for adult_id in sorted(child.hearers & asked):
            yield child_id, adult_id
