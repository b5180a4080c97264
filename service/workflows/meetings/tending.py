"""Looks after sessions that are open, live or ended: time passes, conditions fall, children come."""

from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.errors import ProviderError, ProviderGone
from service.policy.admission import Place
from service.policy.attestation import STATEMENTS_CLOSE_AFTER, expected_witnesses
from service.policy.case import CaseFile
from service.policy.clearance import clear, outstanding
from service.policy.people import MeetingId, SessionId, system
from service.policy.rules import Stage
from service.policy.session import WITH_MEETING, Session, SessionState
from service.policy.watch import SILENT_ON_CHANGES
from service.ports import MeetingHandle, MeetingProvider, WayIn
from service.store import work
from service.store.alerts import alerts
from service.store.inspection import attestations
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.meetings.ways_in import HeldWayIn
from service.store.sessions import cases, sessions
from service.store.tables import MeetingStage
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.attending.seats import SeatFor, enrol, seats_of
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.watch.roster import roster, was_heard_of

BY = system("withdraw_uncleared")
LOOK_EVERY = timedelta(seconds=60)
"""How often an open session is looked at although nothing asked for it."""

OVERRUN = timedelta(minutes=10)
"""How long a call may go on past the planned end before it is ended."""


@dataclass(frozen=True)
class Errands:
    """What the provider has to be asked for an open session: whether its meeting is still as safe as
    it was, to forget some people, to expect others."""

    meeting: Meeting
    in_doubt: bool
    shut_out: tuple[HeldWayIn, ...]
    newcomers: tuple[SeatFor, ...]


async def tend_session(deps: Deps, claim: Claim) -> None:
    """Look at one open or live session; take ways in back, and give new ones, at the provider too."""
    errands = await deps.store.do(tend, claim, by=BY)
    handle = errands.meeting.handle if errands else None
    if errands is None or handle is None:
        return
    provider = deps.providers[errands.meeting.provider]
    try:
        if errands.in_doubt and not await _is_still_safe(deps, provider, handle, errands.meeting):
            return
        await _take_back(deps, provider, handle, errands)
        ways_in = await enrol(provider, handle, errands.newcomers)
    except ProviderError:
        return  # what is left to do still stands in the tables: the next look tries again
    if ways_in:
        await deps.store.do(_take_in, _TakeIn(errands.meeting, ways_in), by=BY)


async def _is_still_safe(
    deps: Deps, provider: MeetingProvider, handle: MeetingHandle, meeting: Meeting
) -> bool:
    """Read the meeting back once more; what was changed behind our back ends it (pitfall 39)."""
    try:
        weaknesses = (await provider.read_meeting(handle)).weaknesses
    except ProviderGone:
        weaknesses = ("gone",)
    change = _drifted if weaknesses else _found_safe
    await deps.store.do(change, meeting.meeting_id, by=BY)
    return not weaknesses


def _found_safe(tx: Tx, meeting_id: MeetingId) -> None:
    tx.lock(meetings.MEETINGS, [meeting_id])
    meeting = meetings.get(tx, meeting_id)
    if meeting.stage is MeetingStage.OPEN:
        meetings.record_verified(tx, meeting)
        tx.record(Entry(Event.MEETING_VERIFIED, meeting.session_id, {"meeting": meeting_id}))


def _drifted(tx: Tx, meeting_id: MeetingId) -> None:
    """Before the call another meeting is made. A call under way is for a person to judge, as ending a
    lesson may be the greater harm; meanwhile the door lets no family in."""
    meeting = meetings.get(tx, meeting_id)
    case = cases.lock(tx, meeting.session_id)
    meeting = meetings.get(tx, meeting_id)
    if meeting.stage is not MeetingStage.OPEN:
        return
    if meeting.weak_since is None:  # told once for each change, not at every look
        alerts.raise_alert(tx, meeting.session_id, "settings_drifted", meeting.session_id)
    if case.session.state is SessionState.OPEN:
        falling.withdraw(tx, case.session, "settings_drifted")
        return
    meetings.record_weak(tx, meeting)
    tx.record(Entry(Event.MEETING_WEAK, meeting.session_id, {"meeting": meeting_id}))


async def _take_back(
    deps: Deps, provider: MeetingProvider, handle: MeetingHandle, errands: Errands
) -> None:
    if not errands.shut_out:
        return
    await provider.revoke(handle, {way.door_code: way.registrant_id for way in errands.shut_out})
    if provider.abilities.personal_links:  # elsewhere the lobby keeps them out, not the link
        await deps.store.do(_note_taken_back, errands, by=BY)


def _note_taken_back(tx: Tx, errands: Errands) -> None:
    ways_in.note_taken_back(tx, [way.way_in_id for way in errands.shut_out])
    tx.record(
        Entry(
            Event.WAY_IN_TAKEN_BACK,
            errands.meeting.session_id,
            {f"person_{place}": way.subject_id for place, way in enumerate(errands.shut_out, 1)},
        )
    )


def tend(tx: Tx, claim: Claim) -> Errands | None:
    """Decide again with what is recorded now, and end what time has ended."""
    session_id = SessionId(claim.subject_id)
    case = cases.lock(tx, session_id)
    if not work.holds(tx, claim) or case.session.state not in WITH_MEETING:
        return None
    if _is_over(tx, case):
        return None
    falling.decide_again(tx, (session_id,))
    if sessions.get(tx, session_id).state is not case.session.state:
        return None
    work.settle(tx, Settle(claim, None))
    work.put(tx, session_id, "withdraw_uncleared", tx.now + LOOK_EVERY)
    return _errands(tx, case)


def _is_over(tx: Tx, case: CaseFile) -> bool:
    """End what nobody started by the planned end, and what overran."""
    session = case.session
    never_started = session.state is SessionState.OPEN and tx.now >= session.ends_at
    overran = session.state is SessionState.LIVE and tx.now >= session.ends_at + OVERRUN
    if (
        session.state is SessionState.LIVE
        and tx.now >= session.ends_at
        and _call_is_over(tx, session)
    ):
        falling.shut(tx, session.session_id, "over")
        sessions.move(tx, session, SessionState.ENDED, reason="over")
        falling.ask_for_statements(tx, session)
        return True
    if not never_started and not overran:
        return False
    reason = _how_it_ended(tx, session)
    falling.shut(tx, session.session_id, reason)
    sessions.move(tx, session, SessionState.ENDED, reason=reason)
    if reason != "nobody_started":
        falling.ask_for_statements(tx, session)
    alerts.raise_alert(tx, session.session_id, reason, session.session_id)
    return True


def _how_it_ended(tx: Tx, session: Session) -> str:
    """People whom the door let in were there, even if the provider never said a word of it."""
    if session.state is SessionState.LIVE:
        return "overran"
    meeting = meetings.live_of_session(tx, session.session_id)
    if meeting is None or not ways_in.admitted_subjects(tx, meeting.meeting_id):
        return "nobody_started"
    return "nobody_started" if was_heard_of(tx, meeting) else "no_signals"


def _call_is_over(tx: Tx, session: Session) -> bool:
    """Whether nobody is inside any more; not every provider says reliably that a call has ended."""
    meeting = meetings.live_of_session(tx, session.session_id)
    if meeting is None:
        return False
    room = roster(tx, meeting)
    return room.call_ended or bool(room.ever_inside and not room.inside)


def _errands(tx: Tx, case: CaseFile) -> Errands | None:
    meeting = meetings.live_of_session(tx, case.session.session_id)
    if meeting is None:
        return None
    errands = Errands(
        meeting,
        _is_in_doubt(tx, case, meeting),
        ways_in.to_take_back(tx, meeting.meeting_id),
        _newcomers(tx, case, meeting),
    )
    return errands if errands.in_doubt or errands.shut_out or errands.newcomers else None


def _is_in_doubt(tx: Tx, case: CaseFile, meeting: Meeting) -> bool:
    """Whether the settings are to be read again: somebody touched them, or people are about to come."""
    if meeting.stage is not MeetingStage.OPEN:
        return False
    if meeting.verified_at is None or meeting.weak_since is not None:
        return True
    people_come_at = case.organisation.check_in_opens_at(case.session.starts_at)
    if tx.now < people_come_at:
        return False
    if meeting.provider in SILENT_ON_CHANGES:
        return meeting.verified_at <= tx.now - LOOK_EVERY
    return meeting.verified_at < people_come_at


def _newcomers(tx: Tx, case: CaseFile, meeting: Meeting) -> tuple[SeatFor, ...]:
    """Children who became clear after the meeting was opened, and still need a way in."""
    if not outstanding(case, Stage.OPEN, tx.now).is_clear:
        return ()
    clearance = clear(case, tx.now)
    there = {held.subject_id for held in ways_in.held(tx, meeting.meeting_id)}
    seats = tuple(
        seat
        for seat in seats_of(clearance)
        if seat.place is Place.HOUSEHOLD and seat.subject_id not in there
    )
    if seats:
        clearance_id = meetings.insert_clearance(tx, clearance)
        children = {f"child_{place}": seat.subject_id for place, seat in enumerate(seats, 1)}
        tx.record(
            Entry(
                Event.CASE_CLEARED,
                case.session.session_id,
                {"clearance": clearance_id, **children},
            )
        )
    return seats


@dataclass(frozen=True)
class _TakeIn:
    meeting: Meeting
    ways_in: dict[SeatFor, WayIn]


def _take_in(tx: Tx, command: _TakeIn) -> None:
    case = cases.lock(tx, command.meeting.session_id)
    clear_now = outstanding(case, Stage.ADMIT, tx.now).clear_children
    for seat, way_in in command.ways_in.items():
        if seat.subject_id in clear_now:
            ways_in.insert(tx, command.meeting.meeting_id, seat.place, seat.subject_id, way_in)
            tx.record(
                Entry(
                    Event.WAY_IN_TAKEN,
                    command.meeting.session_id,
                    {"child": seat.subject_id},
                )
            )


async def close_session(deps: Deps, claim: Claim) -> None:
    """Look at one ended session: close it when its statements are in or their time is over."""
    await deps.store.do(_close, claim, by=system("close_sessions"))


def _close(tx: Tx, claim: Claim) -> None:
    session_id = SessionId(claim.subject_id)
    case = cases.lock(tx, session_id)
    if not work.holds(tx, claim):
        return
    record = sessions.record_of(tx, session_id)
    if case.session.state is not SessionState.ENDED or record.ended_at is None:
        return
    statements = attestations.standing(attestations.of_session(tx, session_id))
    complete = len(statements) >= expected_witnesses(case.session)
    closes_at = record.ended_at + STATEMENTS_CLOSE_AFTER
    if not complete and tx.now < closes_at:
        work.settle(tx, Settle(claim, closes_at))
        return
    sessions.move(tx, case.session, SessionState.CLOSED)
    if not complete:
        alerts.raise_alert(tx, session_id, "statements_incomplete", session_id)
