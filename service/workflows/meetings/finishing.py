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
from service.policy.session import SessionState
from service.ports import MeetingFacts, MeetingHandle, MeetingProvider, WayIn, link_key
from service.store import work
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases, sessions
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.attending.seats import SeatFor, enrol, seats_of
from service.workflows.deps import Deps
from service.workflows.meetings import tending
from service.workflows.meetings.giving_up import give_up_opening
from service.workflows.watch import listening, looking, supervising

BY = system("scheduler")
LOOK_FOR_LOST = timedelta(seconds=90)
"""How long a meeting whose creation was not confirmed is looked for before a new intent."""

OPENING_LEASE = timedelta(seconds=60)
"""If we die while opening, `finish_openings` takes over after this long."""

LOOK_EVERY = timedelta(seconds=5)
SOONEST = timedelta(seconds=1)
"""What a provider counts, it counts by the second."""

A_LITTLE = timedelta(minutes=1)
"""How far a provider's rounding and clock may put a start off."""


@dataclass(frozen=True)
class _Made:
    meeting_id: MeetingId
    provider_id: str


async def note_made(deps: Deps, meeting_id: MeetingId, handle: MeetingHandle) -> None:
    await deps.store.do(_record_made, _Made(meeting_id, handle.provider_id), by=BY)


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
        await deps.store.do(work.settle, Settle(claim, None), by=BY)
        return
    if meeting.handle is not None or await _find_lost(deps, meeting):
        await finish(deps, meeting.meeting_id)
        # Settled already if it is open now or was given up; otherwise the provider was busy.
        settle = Settle(claim, deps.clock.now() + LOOK_EVERY)
        await deps.store.do(work.settle, settle, by=BY)
        return
    findable = deps.providers[meeting.provider].abilities.finds_by_reference
    if findable and deps.clock.now() - meeting.intended_at < LOOK_FOR_LOST:
        settle = Settle(claim, deps.clock.now() + LOOK_EVERY)
        await deps.store.do(work.settle, settle, by=BY)
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
    except ProviderBusy as busy:
        await deps.store.do(_await_turn, _Turn(meeting.session_id, busy.retry_at), by=BY)
        return
    except (ProviderUnavailable, ProviderUnsure):
        return  # nothing is lost: `finish_openings` looks again when the lease is over
    await _release(deps, provider, facts, meeting_id, ways_in)


@dataclass(frozen=True)
class _Turn:
    session_id: SessionId
    at: datetime | None


def _await_turn(tx: Tx, command: _Turn) -> None:
    """Go on when the provider takes more, but no later than if we had died here."""
    tx.lock(sessions.SESSIONS, [command.session_id])
    if sessions.get(tx, command.session_id).state is SessionState.OPENING:
        soon, latest = tx.now + SOONEST, tx.now + OPENING_LEASE
        at = min(max(command.at or soon, soon), latest)
        work.put(tx, command.session_id, "finish_openings", at)


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
    link_key: str
    ways_in: dict[SeatFor, WayIn]


async def _release(
    deps: Deps,
    provider: MeetingProvider,
    facts: MeetingFacts,
    meeting_id: MeetingId,
    ways_in: dict[SeatFor, WayIn],
) -> None:
    shared = "" if provider.abilities.personal_links else _shared_link_key(ways_in)
    command = _ReleaseMeeting(meeting_id, facts.passcode, facts.holder, shared, ways_in)
    try:
        await deps.store.do(release_meeting, command, by=BY)
    except NotClear:
        await give_up_opening(deps, meeting_id, "no_longer_clear", surely_not_made=False)


def _shared_link_key(ways_in: dict[SeatFor, WayIn]) -> str:
    return next((link_key(way.url.get_secret_value()) for way in ways_in.values()), "")


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
    meetings.record_open(
        tx, meeting, command.passcode, holder=command.holder, link_key=command.link_key
    )
    sessions.move(tx, case.session, SessionState.OPEN)
    supervising.begin(tx, meeting.session_id)
    if cleared <= {seat.subject_id for seat in command.ways_in}:
        # It was decided just now, and nobody is left to expect: whatever changes hurries it.
        work.put(tx, meeting.session_id, "withdraw_uncleared", tx.now + tending.LOOK_EVERY)
    comes_at = case.organisation.check_in_opens_at(case.session.starts_at)
    looking.look_from(tx, meeting.meeting_id, max(tx.now, comes_at) + looking.LOOK_SOON)
    tx.record(
        Entry(
            Event.MEETING_OPENED,
            case.session.session_id,
            {"meeting": meeting.meeting_id},
            {"ways_in": len(command.ways_in)},
        )
    )
