"""The scheduler's beat: decide, write the intent down, ask the provider, read back, decide again.

load -> decide -> record the intent, COMMIT -> create -> record what was made, COMMIT
     -> read back and verify -> enrol -> load and decide again -> release, COMMIT

Each intent makes at most one create call. The intent is on disk before the provider is asked, and
`finish` completes a normal opening as well as one that somebody died in. A lost answer is never
repeated blindly: the meeting is looked for by our reference, and an intent whose meeting does not
show up is given up and swept for a day (`workflows.closing`).
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

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
from service.policy.case import CaseFile
from service.policy.clearance import Clearance, clear, outstanding
from service.policy.people import ChildId, MeetingId, SessionId, system
from service.policy.rules import Stage
from service.policy.session import SessionState
from service.ports import MeetingFacts, MeetingHandle, MeetingPlan, MeetingProvider, Seat, WayIn
from service.store import alerts, cases, meetings, sessions, staff, work
from service.store.meetings import Intent, Meeting
from service.store.tables import MeetingStage
from service.store.transactions import Done, Reader, Refused, Tx
from service.store.work import Claim, Settle
from service.workflows import booking, falling
from service.workflows.deps import Deps

BY = system("scheduler")
OPENING_LEASE = timedelta(seconds=60)
"""If we die while opening, `finish_openings` takes over after this long."""

LOOK_FOR_LOST = timedelta(seconds=90)
"""How long a meeting whose creation was not confirmed is looked for before a new intent."""

LOOK_EVERY = timedelta(seconds=5)
FAILED_WAIT = (1, 2, 5, 10)
"""Minutes to the next try after the first, second, third… opening that came to nothing."""


# --- decide and intend ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """An intent on disk, with the clearance it was written under."""

    meeting: Meeting
    clearance: Clearance
    seats: tuple["SeatFor", ...]


@dataclass(frozen=True)
class SeatFor:
    """Somebody who gets a personal way in, known to the provider by a door code alone."""

    seat: Seat
    place: Place
    subject_id: str
    door_code: str


async def open_session(deps: Deps, claim: Claim) -> None:
    """Look at one booked session whose time has come: open it, lapse it, or leave it blocked."""
    outcome = await deps.store.transact(begin, claim, by=BY)
    if isinstance(outcome, Refused):
        raise outcome.error
    if outcome.value is not None:
        await create(deps, outcome.value)


def begin(tx: Tx, claim: Claim) -> Begun | None:
    """Decide; if clear, store clearance and intent. If we die after this commit, nothing was
    asked of the provider yet, or its answer is lost: `finish` finds out."""
    session_id = SessionId(claim.subject_id)
    case = cases.lock(tx, session_id)  # before the claim: whoever hurries us holds these first
    if not work.holds(tx, claim) or case.session.state is not SessionState.BOOKED:
        return None
    if tx.now >= case.organisation.lapses_at(case.session.starts_at):
        _lapse(tx, case)
        return None
    case = _with_host(tx, case)
    if not outstanding(case, Stage.OPEN, tx.now).is_clear:
        lapses_at = case.organisation.lapses_at(case.session.starts_at)
        work.settle(tx, Settle(claim, lapses_at))
        return None
    return _intend(tx, case)


def _lapse(tx: Tx, case: CaseFile) -> None:
    sessions.move(tx, case.session, SessionState.LAPSED, reason="late limit passed")
    alerts.raise_alert(tx, case.session.session_id, "session_lapsed", case.session.session_id)
    falling.tell_families(tx, case.session, "session_off", about=case.session.session_id)


def _with_host(tx: Tx, case: CaseFile) -> CaseFile:
    """The case with a host account, if none was free before and one is now."""
    if case.host is None and booking.allocate_host(tx, case.session) is not None:
        return cases.load(tx, case.session.session_id)
    return case


def _intend(tx: Tx, case: CaseFile) -> Begun:
    clearance = clear(case, tx.now)
    session = case.session
    assert session.host_id is not None  # noqa: S101 - R-13 holds: the case is clear
    host = staff.host_account(tx, session.host_id)
    clearance_id = meetings.insert_clearance(tx, clearance)
    intent = Intent(
        meeting_id=MeetingId(tx.new_id("meeting")),
        session_id=session.session_id,
        clearance_id=clearance_id,
        host_id=host.host_id,
        provider=host.provider,
        host_account=host.account,
        reference=door_code(10),
    )
    if meetings.insert_intent(tx, intent) is not None:
        raise NotClear("The session has a meeting already.", code="second_meeting")
    sessions.move(tx, session, SessionState.OPENING)
    work.put(tx, session.session_id, "finish_openings", tx.now + OPENING_LEASE)
    tx.record(_cleared(clearance, clearance_id))
    tx.record(
        Entry(
            Event.MEETING_INTENDED,
            session.session_id,
            {"meeting": intent.meeting_id, "host": host.host_id, "clearance": clearance_id},
            {"provider": host.provider},
        )
    )
    return Begun(meetings.get(tx, intent.meeting_id), clearance, seats_of(clearance))


def _cleared(clearance: Clearance, clearance_id: str) -> Entry:
    case = clearance.case
    subjects = {"clearance": clearance_id, "tutor": case.tutor.staff_id}
    if case.second_staff is not None:
        subjects["second_staff"] = case.second_staff.staff_id
    for place, child in enumerate(clearance.children, 1):
        subjects |= {
            f"child_{place}": child.child_id,
            f"consent_{place}": child.consent_entry_id,
            f"pledge_{place}": child.pledge_id,
            f"adult_{place}": child.adult_id,
        }
    return Entry(
        Event.CASE_CLEARED,
        case.session.session_id,
        subjects,
        {"terms": case.session.terms, "children": len(clearance.children)},
    )


def seats_of(clearance: Clearance) -> tuple[SeatFor, ...]:
    """Who gets a way in: the tutor, and one household for each cleared child."""
    tutor = SeatFor(Seat.TUTOR, Place.TUTOR, clearance.case.tutor.staff_id, door_code())
    return (
        tutor,
        *(
            SeatFor(Seat.HOUSEHOLD, Place.HOUSEHOLD, child.child_id, door_code())
            for child in clearance.children
        ),
    )


def door_code(length: int = 6) -> str:
    """A short code that says nothing about anyone; no letters that look like digits."""
    return "".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(length))


# --- ask the provider -----------------------------------------------------------------------------


async def create(deps: Deps, begun: Begun) -> None:
    """The one create call of an intent. If we die in it, `finish` looks for what came of it."""
    session, meeting = begun.clearance.case.session, begun.meeting
    plan = MeetingPlan(meeting.reference, meeting.host_account, session.starts_at, session.ends_at)
    provider = deps.providers[meeting.provider]
    try:
        handle = await provider.create_meeting(begun.clearance, plan)
    except ProviderUnsure:
        return  # it may exist: the lease on `finish_openings` brings us back to look
    except (ProviderError, NotClear) as error:
        await _give_up(deps, meeting.meeting_id, error.code, surely_not_made=True)
        return
    await _note_made(deps, meeting.meeting_id, handle)
    await finish(deps, meeting.meeting_id)


@dataclass(frozen=True)
class _Made:
    meeting_id: MeetingId
    provider_id: str


async def _note_made(deps: Deps, meeting_id: MeetingId, handle: MeetingHandle) -> None:
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
    if deps.clock.now() - meeting.intended_at < LOOK_FOR_LOST:
        settle = Settle(claim, deps.clock.now() + LOOK_EVERY)
        await deps.store.transact(work.settle, settle, by=BY)
        return
    await _give_up(deps, meeting.meeting_id, "answer_lost", surely_not_made=False)


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
    await _note_made(deps, meeting.meeting_id, adopted)
    return True


async def finish(deps: Deps, meeting_id: MeetingId) -> None:
    """Read back, verify, enrol, decide again and release. Safe to run twice."""
    meeting = await deps.store.read(meetings.get, meeting_id)
    if meeting.handle is None or meeting.stage is not MeetingStage.INTENDED:
        return
    provider = deps.providers[meeting.provider]
    try:
        facts = await provider.read_meeting(meeting.handle)
        if facts.weaknesses:
            await _give_up(deps, meeting_id, "unsafe_settings", surely_not_made=False)
            return
        seats = await deps.store.read(_seats_now, meeting.session_id)
        ways_in = await enrol(provider, meeting.handle, seats)
    except (ProviderGone, ProviderRefused) as error:
        await _give_up(deps, meeting_id, error.code, surely_not_made=False)
        return
    except (ProviderBusy, ProviderUnavailable, ProviderUnsure):
        return  # nothing is lost: `finish_openings` looks again when the lease is over
    await _release(deps, meeting_id, facts, ways_in)


def _seats_now(reader: Reader, session_id: SessionId) -> tuple[SeatFor, ...]:
    """Who would get a way in now; nobody if the case is no longer clear."""
    case = cases.load(reader, session_id)
    if not outstanding(case, Stage.OPEN, reader.now).is_clear:
        return ()
    return seats_of(clear(case, reader.now))


async def enrol(
    provider: MeetingProvider, handle: MeetingHandle, seats: tuple[SeatFor, ...]
) -> dict[SeatFor, WayIn]:
    """One personal way in for each; the provider sees role and door code alone (POL-07)."""
    return {seat: await provider.enrol(handle, seat.seat, seat.door_code) for seat in seats}


@dataclass(frozen=True)
class _ReleaseMeeting:
    meeting_id: MeetingId
    passcode: SecretStr
    ways_in: dict[SeatFor, WayIn]


async def _release(
    deps: Deps, meeting_id: MeetingId, facts: MeetingFacts, ways_in: dict[SeatFor, WayIn]
) -> None:
    command = _ReleaseMeeting(meeting_id, facts.passcode, ways_in)
    outcome = await deps.store.transact(release_meeting, command, by=BY)
    if isinstance(outcome, Done):
        return
    if isinstance(outcome.error, NotClear):
        await _give_up(deps, meeting_id, "no_longer_clear", surely_not_made=False)


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
            meetings.insert_way_in(tx, meeting.meeting_id, seat.place, seat.subject_id, way_in)
    meetings.record_open(tx, meeting, command.passcode)
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


async def _give_up(
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
        falling.shut_meeting(tx, meeting, command.reason)
    sessions.move(tx, session, SessionState.BOOKED)
    tried = len(meetings.of_session(tx, session.session_id))
    wait = timedelta(minutes=FAILED_WAIT[min(tried, len(FAILED_WAIT)) - 1])
    if command.reason == "no_longer_clear":
        wait = timedelta(0)
    work.put(tx, session.session_id, "open_meetings", tx.now + wait)
    if command.reason != "no_longer_clear":
        alerts.raise_alert(tx, session.session_id, "opening_failed", session.session_id)
