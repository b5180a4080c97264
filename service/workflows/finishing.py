"""Finishes an opening: read back, verify, enrol, decide again, release. Or gives it up.

The same functions complete a normal opening and one that somebody died in, so that recovery is
exercised every day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import (
    NotClear,
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.policy.admission import Place
from service.policy.clearance import clear, outstanding
from service.policy.people import ChildId, MeetingId, SessionId, system
from service.policy.rules import Stage
from service.policy.session import Session, SessionState
from service.ports import MeetingFacts, MeetingHandle, WayIn
from service.store import alerts, cases, meetings, sessions, ways_in, work
from service.store.meetings import Meeting
from service.store.tables import MeetingStage
from service.store.transactions import Done, Reader, Tx
from service.store.work import Claim, Settle
from service.workflows import falling, listening
from service.workflows.deps import Deps
from service.workflows.seats import SeatFor, enrol, seats_of

BY = system("scheduler")
LOOK_FOR_LOST = timedelta(seconds=90)
"""How long a meeting whose creation was not confirmed is looked for before a new intent."""

LOOK_EVERY = timedelta(seconds=5)
A_LITTLE = timedelta(minutes=1)
"""How far a provider's rounding and clock may put a start off."""

FAILED_WAIT = (1, 2, 5, 10)
"""Minutes to the next try after the first, second, third… opening that came to nothing."""


@dataclass(frozen=True)
class _Made:
    meeting_id: MeetingId
    provider_id: str


async def note_made(deps: Deps, meeting_id: MeetingId, handle: MeetingHandle) -> None:
    await deps.store.transact(_record_made, _Made(meeting_id, handle.provider_id), by=BY)


def _record_made(tx: Tx, command: _Made) -> None:
    meeting = meetings.get(tx, command.meeting_id)
    tx.lock(sessions.SESSIONS, [meeting.session_id])
    tx.lock(meetings.MEETINGS, [command.meeting_id])
    meeting = meetings.get(tx, command.meeting_id)
    if meeting.provider_id is not None:
        return
    meetings.record_made(tx, meeting, command.provider_id)
    tx.record(
        Entry(
            Event.MEETING_MADE,
            meeting.session_id,
            {"meeting": meeting.meeting_id},
            payload={"provider_id": command.provider_id},
        )
    )
    if meeting.stage is MeetingStage.CLOSING:  # a condition fell while the provider was asked
        work.hurry(tx, [meeting.meeting_id])


# --- finish: the same for a normal opening and a lost one ---------------------------------------


async def finish_opening(deps: Deps, claim: Claim) -> None:
    """Take over an opening whose worker is gone or whose answer was lost."""
    meeting = await deps.store.read(meetings.live_of_session, SessionId(claim.subject_id))
    if meeting is None:
        await deps.store.transact(work.settle, Settle(claim, None), by=BY)
        return
    if meeting.handle is not None or await _find_lost(deps, meeting):
        await finish(deps, meeting.meeting_id)
        # Settled already if it is open now or was given up; otherwise the provider was busy.
        settle = Settle(claim, deps.clock.now() + LOOK_EVERY)
        await deps.store.transact(work.settle, settle, by=BY)
        return
    findable = deps.providers[meeting.provider].abilities.finds_by_reference
    if findable and deps.clock.now() - meeting.intended_at < LOOK_FOR_LOST:
        settle = Settle(claim, deps.clock.now() + LOOK_EVERY)
        await deps.store.transact(work.settle, settle, by=BY)
        return
    await give_up_opening(deps, meeting.meeting_id, "answer_lost", surely_not_made=False)


async def _find_lost(deps: Deps, meeting: Meeting) -> bool:
    """Look for the meeting of an intent by our reference; adopt it if it is there."""
    provider = deps.providers[meeting.provider]
    try:
        found = await provider.find_meetings(meeting.host_account, meeting.reference)
    except ProviderError:
        return False
    if not found:
        return False
    adopted = min(found, key=lambda handle: handle.provider_id)
    await note_made(deps, meeting.meeting_id, adopted)
    return True


async def finish(deps: Deps, meeting_id: MeetingId) -> None:
    """Read back, verify, enrol, decide again and release. Safe to run twice."""
    meeting = await deps.store.read(meetings.get, meeting_id)
    if meeting.handle is None or meeting.stage is not MeetingStage.INTENDED:
        return
    provider = deps.providers[meeting.provider]
    try:
        facts = await provider.read_meeting(meeting.handle)
        if facts.weaknesses or not await deps.store.read(_is_the_one, meeting, facts):
            await give_up_opening(deps, meeting_id, "unsafe_settings", surely_not_made=False)
            return
        await listening.watch(
            deps, meeting
        )  # before anybody can get in: later calls are not told of
        seats = await deps.store.read(_seats_now, meeting.session_id)
        ways_in = await enrol(provider, meeting.handle, seats)
    except (ProviderGone, ProviderRefused) as error:
        await give_up_opening(deps, meeting_id, error.code, surely_not_made=False)
        return
    except (ProviderBusy, ProviderUnavailable, ProviderUnsure):
        return  # nothing is lost: `finish_openings` looks again when the lease is over
    await _release(deps, meeting_id, facts, ways_in)


def _is_the_one(reader: Reader, meeting: Meeting, facts: MeetingFacts) -> bool:
    """Whether what the provider holds is what was asked for: by our reference and start.

    A provider moves a start that is past to the present; nothing else may move it.
    """
    starts_at = sessions.get(reader, meeting.session_id).starts_at
    if facts.reference and facts.reference != meeting.reference:
        return False
    late_by = facts.starts_at - starts_at
    return abs(late_by) < A_LITTLE or (
        late_by > timedelta(0) and facts.starts_at <= reader.now + A_LITTLE
    )


def _seats_now(reader: Reader, session_id: SessionId) -> tuple[SeatFor, ...]:
    """Who would get a way in now; nobody if the case is no longer clear."""
    case = cases.load(reader, session_id)
    if not outstanding(case, Stage.OPEN, reader.now).is_clear:
        return ()
    return seats_of(clear(case, reader.now))


@dataclass(frozen=True)
class _ReleaseMeeting:
    meeting_id: MeetingId
    passcode: SecretStr
    holder: str
    ways_in: dict[SeatFor, WayIn]


async def _release(
    deps: Deps, meeting_id: MeetingId, facts: MeetingFacts, ways_in: dict[SeatFor, WayIn]
) -> None:
    command = _ReleaseMeeting(meeting_id, facts.passcode, facts.holder, ways_in)
    outcome = await deps.store.transact(release_meeting, command, by=BY)
    if isinstance(outcome, Done):
        return
    if isinstance(outcome.error, NotClear):
        await give_up_opening(deps, meeting_id, "no_longer_clear", surely_not_made=False)


def release_meeting(tx: Tx, command: _ReleaseMeeting) -> None:
    """Decide once more and make the meeting the session's. `NotClear` leaves nothing released."""
    meeting = meetings.get(tx, command.meeting_id)
    case = cases.lock(tx, meeting.session_id)
    tx.lock(meetings.MEETINGS, [command.meeting_id])
    meeting = meetings.get(tx, command.meeting_id)
    if meeting.stage is not MeetingStage.INTENDED:
        return
    clearance = clear(case, tx.now)
    cleared: set[ChildId] = {child.child_id for child in clearance.children}
    for seat, way_in in command.ways_in.items():
        if seat.place is Place.TUTOR or seat.subject_id in cleared:
            ways_in.insert(tx, meeting.meeting_id, seat.place, seat.subject_id, way_in)
    meetings.record_open(tx, meeting, command.passcode, command.holder)
    sessions.move(tx, case.session, SessionState.OPEN)
    tx.record(
        Entry(
            Event.MEETING_OPENED,
            case.session.session_id,
            {"meeting": meeting.meeting_id},
            {"ways_in": len(command.ways_in)},
        )
    )


# --- giving up ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _GiveUp:
    meeting_id: MeetingId
    reason: str
    surely_not_made: bool
    again_at: datetime | None = None


async def put_off_opening(deps: Deps, meeting_id: MeetingId, again_at: datetime | None) -> None:
    """The provider takes no more now: nothing was made, and the session waits for its turn."""
    command = _GiveUp(meeting_id, "provider_busy", surely_not_made=True, again_at=again_at)
    await deps.store.transact(give_up, command, by=BY)


async def give_up_opening(
    deps: Deps, meeting_id: MeetingId, reason: str, *, surely_not_made: bool
) -> None:
    command = _GiveUp(meeting_id, reason, surely_not_made)
    await deps.store.transact(give_up, command, by=BY)


def give_up(tx: Tx, command: _GiveUp) -> None:
    """No meeting comes of this intent: what was or may have been made is closed; try again later."""
    meeting = meetings.get(tx, command.meeting_id)
    tx.lock(sessions.SESSIONS, [meeting.session_id])
    tx.lock(meetings.MEETINGS, [command.meeting_id])
    meeting = meetings.get(tx, command.meeting_id)
    if meeting.stage is not MeetingStage.INTENDED:
        return
    session = sessions.get(tx, meeting.session_id)
    if command.surely_not_made:
        meetings.record_failed(tx, meeting, command.reason)
        tx.record(
            Entry(
                Event.MEETING_FAILED,
                session.session_id,
                {"meeting": meeting.meeting_id},
                {"reason": command.reason},
            )
        )
    else:
        if meeting.provider_id is None:
            tx.record(
                Entry(
                    Event.MEETING_UNCONFIRMED, session.session_id, {"meeting": meeting.meeting_id}
                )
            )
        falling.shut_meeting(tx, meeting, command.reason)
    sessions.move(tx, session, SessionState.BOOKED)
    again_at = command.again_at or tx.now + _wait(tx, session, command.reason)
    work.put(tx, session.session_id, "open_meetings", again_at)
    if command.again_at is not None and again_at < session.starts_at:
        return  # it still comes in time: delayed, not failed
    if command.again_at is not None:
        alerts.raise_alert(tx, session.session_id, "opens_too_late", session.session_id)
    elif command.reason != "no_longer_clear":
        alerts.raise_alert(tx, session.session_id, "opening_failed", session.session_id)


def _wait(tx: Tx, session: Session, reason: str) -> timedelta:
    if reason == "no_longer_clear":
        return timedelta(0)
    tried = len(meetings.of_session(tx, session.session_id))
    return timedelta(minutes=FAILED_WAIT[min(tried, len(FAILED_WAIT)) - 1])
