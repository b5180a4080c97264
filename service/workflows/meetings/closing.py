"""The one way a meeting goes: cancel ways in -> end -> confirm -> delete -> confirm.

Where a call cannot be ended from outside (Teams), "end" tightens the room as far as it goes and a
person is told who must be asked to leave; the meeting then stays until its attendance report is
read, because the provider forgets the one with the other. Its address opens the room for weeks
still: `listening` keeps watching it.

Used for end, withdrawal, reschedule, cancel and for what a lost answer may have left behind. Safe to
repeat from the start at any point; it is repeated until the provider confirms. A meeting whose
creation was never confirmed is looked for by our reference for a day, because listings may be late.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.errors import ProviderError, ProviderGone
from service.policy.people import MeetingId, system
from service.ports import MeetingHandle, MeetingProvider
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.meetings.ways_in import HeldWayIn
from service.store.sessions import sessions
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.watch import attendance, listening
from service.workflows.watch.seeing import may_be_occupied

BY = system("close_meetings")
SWEPT_FOR = timedelta(hours=24)
"""How long a meeting that may exist is looked for (late listings)."""

AGAIN_AFTER = (5, 10, 20, 60, 300, 900)
"""Seconds to the next try. Closing never gives up; after some tries a person is told."""

TIGHTEN_EVERY = timedelta(hours=1)
"""How often a meeting that must stay for its report is tightened again."""

SWEEP_AFTER = (15, 60, 300, 1800, 3600)
ALERT_AFTER = 4


class NotGone(Exception):
    """The provider said yes and the meeting is still there (zoom/api#28): ask again."""


async def close_meeting(deps: Deps, claim: Claim) -> None:
    """Bring one meeting towards its end, as far as the provider lets us now."""
    meeting, held = await deps.store.read(_with_ways_in, MeetingId(claim.subject_id))
    if meeting.stage is MeetingStage.CLOSED:
        await _shut_again(deps, claim, meeting)
        return
    if meeting.stage is not MeetingStage.CLOSING:
        await deps.store.do(work.settle, Settle(claim, None), by=BY)
        return
    provider = deps.providers[meeting.provider]
    try:
        if await _must_stay(deps, provider, meeting):
            await _tighten(deps, claim, provider, meeting)
            return
        removed = await _remove_all(provider, meeting, held)
    except (ProviderError, NotGone):
        await _again(deps, claim, meeting)
        return
    by_now = deps.clock.now() - meeting.intended_at
    if meeting.handle is None and by_now < SWEPT_FOR:
        await _sweep_again(deps, claim, removed)
        return
    await deps.store.do(_record_closed, _Closed(claim, removed), by=BY)


async def _shut_again(deps: Deps, claim: Claim, meeting: Meeting) -> None:
    """A meeting that was gone and is in use again: its address was never dead (Teams)."""
    if meeting.handle is not None:
        try:
            await remove(deps.providers[meeting.provider], meeting.handle, {})
        except (ProviderError, NotGone):
            await _again(deps, claim, meeting)
            return
    await deps.store.do(work.settle, Settle(claim, None), by=BY)


async def _must_stay(deps: Deps, provider: MeetingProvider, meeting: Meeting) -> bool:
    """Whether a meeting that cannot be ended still has to give its report."""
    if provider.abilities.ends_calls or meeting.handle is None:
        return False
    return await deps.store.read(attendance.is_awaited, meeting.meeting_id)


async def _tighten(deps: Deps, claim: Claim, provider: MeetingProvider, meeting: Meeting) -> None:
    assert meeting.handle is not None  # noqa: S101 - only a known meeting has to stay
    with suppress(ProviderGone):
        await provider.end_meeting(meeting.handle)
    settle = Settle(claim, deps.clock.now() + TIGHTEN_EVERY)
    await deps.store.do(_tightened, _Again(settle, meeting), by=BY)


def _with_ways_in(reader: Reader, meeting_id: MeetingId) -> tuple[Meeting, tuple[HeldWayIn, ...]]:
    meeting = meetings.get(reader, meeting_id)
    return meeting, ways_in.held(reader, meeting_id, revoked_too=True)


async def _remove_all(
    provider: MeetingProvider, meeting: Meeting, held: tuple[HeldWayIn, ...]
) -> int:
    """Remove the meeting, and any other that carries its reference; answers how many others."""
    if meeting.handle is not None:
        standing = {way.door_code: way.registrant_id for way in held if not way.taken_back}
        await remove(provider, meeting.handle, standing)
    others = [
        handle
        for handle in await provider.find_meetings(meeting.host_account, meeting.reference)
        if handle != meeting.handle
    ]
    for handle in others:
        await remove(provider, handle, {})
    return len(others)


async def remove(provider: MeetingProvider, handle: MeetingHandle, ways_in: dict[str, str]) -> None:
    """Remove one meeting at the provider; raises unless it is confirmed gone."""
    # Ending comes before tidiness: a registrant list that will not change keeps no room running.
    with suppress(ProviderError):
        await provider.revoke(handle, ways_in)
    try:
        await provider.end_meeting(handle)
        if (await provider.read_meeting(handle)).running:
            raise NotGone
        await provider.delete_meeting(handle)
        await provider.read_meeting(handle)
    except ProviderGone:
        return  # at whichever step: gone is what we want, and the provider has said so
    raise NotGone


async def _again(deps: Deps, claim: Claim, meeting: Meeting) -> None:
    wait = timedelta(seconds=AGAIN_AFTER[min(claim.tries, len(AGAIN_AFTER)) - 1])
    settle = Settle(claim, deps.clock.now() + wait, in_vain=True)
    await deps.store.do(_try_again, _Again(settle, meeting), by=BY)


def _tightened(tx: Tx, command: "_Again") -> None:
    """Nobody new gets in from here on; whoever is inside has to be asked to leave (pitfall 54)."""
    work.settle(tx, command.settle)
    meeting = command.meeting
    if may_be_occupied(tx, meeting):
        alerts.raise_alert(tx, meeting.meeting_id, "end_call_by_hand", meeting.session_id)


@dataclass(frozen=True)
class _Again:
    settle: Settle
    meeting: Meeting


def _try_again(tx: Tx, command: _Again) -> None:
    """A meeting that will not close is an alert (pitfall 45)."""
    work.settle(tx, command.settle)
    if command.settle.claim.tries % ALERT_AFTER == 0:
        meeting = command.meeting
        alerts.raise_alert(tx, meeting.meeting_id, "meeting_not_closed", meeting.session_id)


async def _sweep_again(deps: Deps, claim: Claim, removed: int) -> None:
    wait = timedelta(seconds=SWEEP_AFTER[min(claim.tries, len(SWEEP_AFTER)) - 1])
    settle = Settle(claim, deps.clock.now() + wait, in_vain=True)
    await deps.store.do(_swept, _Swept(settle, removed), by=BY)


@dataclass(frozen=True)
class _Swept:
    settle: Settle
    removed: int


def _swept(tx: Tx, command: _Swept) -> None:
    work.settle(tx, command.settle)
    meeting = meetings.get(tx, MeetingId(command.settle.claim.subject_id))
    _record_orphans(tx, meeting, command.removed)


def _record_orphans(tx: Tx, meeting: Meeting, removed: int) -> None:
    if removed:
        tx.record(
            Entry(
                Event.ORPHAN_REMOVED,
                meeting.session_id,
                {"meeting": meeting.meeting_id},
                {"number": removed},
            )
        )


@dataclass(frozen=True)
class _Closed:
    claim: Claim
    removed: int


def _record_closed(tx: Tx, command: _Closed) -> None:
    meeting_id = MeetingId(command.claim.subject_id)
    meeting = meetings.get(tx, meeting_id)
    tx.lock(sessions.SESSIONS, [meeting.session_id])
    tx.lock(meetings.MEETINGS, [meeting_id])
    meeting = meetings.get(tx, meeting_id)
    if meeting.stage is not MeetingStage.CLOSING:
        return
    meetings.record_closed(tx, meeting)
    work.drop(tx, meeting_id)
    listening.forget_later(tx, meeting_id)
    _record_orphans(tx, meeting, command.removed)
    tx.record(
        Entry(
            Event.MEETING_CLOSED,
            meeting.session_id,
            {"meeting": meeting_id},
            {"reason": meeting.reason},
        )
    )
