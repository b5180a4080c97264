"""Looks into rooms ourselves, and records what it finds as signals of our own (pitfall 47).

A provider's words may be late or lost, and a lost word must never be a silent state. So every open room
is looked at from time to time, and soon again while there is a doubt. What a look shows that we were
not told goes the way of every signal, marked as looked at, and the picture heals. Where the provider
shows nothing (Teams), the second staff's word is all there is: a room nobody can see into is blind.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from service.errors import ProviderError
from service.policy.blindness import is_in_doubt
from service.policy.looking import Look, Spotted, news
from service.policy.people import MeetingId, system
from service.policy.room import HOST, UNKNOWN
from service.policy.signs import Seen, Sign
from service.ports import Inside, InsidePerson, Signal, SignalKind
from service.store import work
from service.store.meetings import meetings
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases
from service.store.tables import MeetingStage
from service.store.transactions import Tx
from service.store.watch import looks, signals
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.watch import supervising, unwatched, watching
from service.workflows.watch.roster import SEEN, signs
from service.workflows.watch.seeing import sight

LOOKING = "look_inside"
BY = system(LOOKING)

LOOK_EVERY = timedelta(minutes=5)
"""How often a room is looked at while all is well: 2,000 rooms take seven of Zoom's light calls each
second, and of the heavy ones a day has, less than half."""

LOOK_SOON = timedelta(minutes=1)
"""How soon it is looked at again while there is a doubt, and after somebody was let in."""

KINDS = {seen: kind for kind, seen in SEEN.items()}


def look_from(tx: Tx, meeting_id: MeetingId, at: datetime) -> None:
    """Have a room looked at, the next time at this instant."""
    work.put(tx, looks.errand(meeting_id), LOOKING, at)


def look_soon(tx: Tx, meeting_id: MeetingId) -> None:
    """Have a room looked at soon: somebody has just been let in."""
    look_from(tx, meeting_id, tx.now + LOOK_SOON)


def doubt(tx: Tx, meeting_id: MeetingId) -> None:
    """Have a room looked at now: something about it is not as it should be."""
    work.hurry(tx, [looks.errand(meeting_id)])


# --- looking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakeLook:
    """What one look showed, and when we looked."""

    claim: Claim
    meeting_id: MeetingId
    looked_at: datetime
    inside: Inside


async def look_inside(deps: Deps, claim: Claim) -> None:
    """Look into one room, and record what we were not told."""
    meeting_id = MeetingId(claim.subject_id.removeprefix("look_"))
    meeting = await deps.store.read(meetings.get, meeting_id)
    if meeting.stage is not MeetingStage.OPEN or meeting.handle is None:
        await deps.store.do(work.settle, Settle(claim, None), by=BY)
        return
    looked_at = deps.clock.now()
    try:
        inside = await deps.providers[meeting.provider].look_inside(meeting.handle)
    except ProviderError:  # a meeting that is gone is noticed by whoever reads its settings
        inside = Inside(running=None, people=None)
    command = TakeLook(claim, meeting_id, looked_at, inside)
    await deps.store.do(take_look, command, by=BY)


def take_look(tx: Tx, command: TakeLook) -> tuple[Signal, ...]:
    """Record what a look showed and we were not told, as signals of our own; answers them."""
    meeting = meetings.get(tx, command.meeting_id)
    cases.hold(tx, (meeting.session_id,))
    meeting = meetings.get(tx, command.meeting_id)
    if not work.holds(tx, command.claim):
        return ()
    if meeting.stage is not MeetingStage.OPEN:
        work.settle(tx, Settle(command.claim, None))
        return ()
    found = _found(tx, meeting, command)
    for signal in found:
        watching.take_held(tx, watching.TakeSignal(meeting.provider, signal), meeting)
    told = signals.of_meeting(tx, meeting.meeting_id)
    told_by_them = tuple(one for one in told if one.looked_at is None)
    unwatched.note_found(tx, meeting, found, told_by_them)
    still = _remember(tx, meeting, command)
    _settle(tx, command, meeting, in_doubt=still)
    return found


def _settle(tx: Tx, command: TakeLook, meeting: Meeting, *, in_doubt: bool) -> None:
    """Look again when it is time; what the look came to is for the watch."""
    supervising.hurry(tx, meeting.session_id)
    soon = in_doubt or is_in_doubt(sight(tx, meeting), tx.now)
    work.settle(tx, Settle(command.claim, tx.now + (LOOK_SOON if soon else LOOK_EVERY)))


def _remember(tx: Tx, meeting: Meeting, command: TakeLook) -> bool:
    """Note what the look came to; whether it found a call still that we believe to run."""
    before = looks.of_meeting(tx, meeting.meeting_id)
    inside, at = command.inside, command.looked_at
    told = _signs(tx, meeting)
    is_still = inside.running is False
    unbroken = before.still_since is not None and not _heard_since(told, before.still_since)
    after = replace(before, looked_at=at, still_since=None)
    if is_still:
        after = replace(after, still_since=before.still_since if unbroken else at)
    if is_still or inside.people is not None:
        after = replace(after, seen_at=at)
    looks.put(tx, meeting.meeting_id, after)
    return is_still and any(sign.seen in (Seen.STARTED, Seen.JOINED) for sign in told)


def _heard_since(told: tuple[Sign, ...], since: datetime) -> bool:
    return any(sign.at >= since for sign in told)


# --- what it showed, as signals ----------------------------------------------------------------------


def _signs(tx: Tx, meeting: Meeting) -> tuple[Sign, ...]:
    return signs(signals.of_meeting(tx, meeting.meeting_id), meeting.holder)


def _found(tx: Tx, meeting: Meeting, command: TakeLook) -> tuple[Signal, ...]:
    inside, at = command.inside, command.looked_at
    remembered = looks.of_meeting(tx, meeting.meeting_id)
    look = Look(
        at=at,
        running=inside.running,
        people=None if inside.people is None else _spotted(inside.people, meeting),
        occurrence=inside.occurrence,
        lag=inside.lag,
        still_since=remembered.still_since,
        found_gone=_found_gone(tx, meeting),
    )
    found = news(_signs(tx, meeting), look)
    return tuple(_signal(tx, meeting, command, sign) for sign in found)


def _found_gone(tx: Tx, meeting: Meeting) -> frozenset[tuple[str, str]]:
    """The connections whose end we found by looking, and nobody told us."""
    ends: dict[tuple[str, str], bool] = {}
    for signal in signals.of_meeting(tx, meeting.meeting_id):
        if signal.kind is SignalKind.LEFT:
            place = (signal.occurrence, signal.connection)
            ends[place] = signal.looked_at is not None
    return frozenset(place for place, looked in ends.items() if looked)


def _spotted(people: tuple[InsidePerson, ...], meeting: Meeting) -> tuple[Spotted, ...]:
    return tuple(
        Spotted(_who(one, meeting), one.occurrence, one.connection, one.joined_at, one.waiting)
        for one in people
    )


def _who(one: InsidePerson, meeting: Meeting) -> str:
    """By registrant, as the one who holds the room, or unknown: as signals are read."""
    if one.as_host or (meeting.holder and one.account_id == meeting.holder):
        return HOST
    return one.registrant_id or UNKNOWN


def _signal(tx: Tx, meeting: Meeting, command: TakeLook, sign: Sign) -> Signal:
    place = (sign.occurrence, sign.connection)
    registrant_id, account_id, as_host = _ids(tx, meeting, command.inside, place)
    named = (meeting.meeting_id, sign.seen.value, *place, sign.at.isoformat())
    return Signal(
        digest=sha256("|".join(("looked", *named)).encode()).hexdigest(),
        kind=KINDS[sign.seen],
        provider_id=meeting.provider_id or "",
        occurrence=sign.occurrence,
        happened_at=sign.at,
        registrant_id=registrant_id,
        account_id=account_id,
        connection=sign.connection,
        as_host=as_host,
        looked_at=command.looked_at,
    )


def _ids(tx: Tx, meeting: Meeting, inside: Inside, place: tuple[str, str]) -> tuple[str, str, bool]:
    """Who a connection is: as the look showed it, or as we were told when it came."""
    shown = [one for one in inside.people or () if (one.occurrence, one.connection) == place]
    told = [
        one
        for one in signals.of_meeting(tx, meeting.meeting_id)
        if (one.occurrence, one.connection) == place and one.kind is SignalKind.JOINED
    ]
    known: tuple[InsidePerson | Signal, ...] = (*shown, *reversed(told))
    if not place[1] or not known:
        return "", "", False
    return known[0].registrant_id, known[0].account_id, known[0].as_host
