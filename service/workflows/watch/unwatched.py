"""Rooms that nobody watched for a time, by an outage of ours or of a provider's.

Ours shows by the beat: as long as the watch goes round, its last time is noted, and a gap at the next
beat is a time in which it did not. A provider's shows in the room itself, as blind supervision that is
over (`supervising`). Each is kept with its rooms for good, told of in one alert, and stands in the
findings of every session it touched: never "watched throughout" where nobody watched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.policy.blindness import STALLED_AFTER
from service.policy.outage import BlindCause
from service.policy.people import SessionId, system
from service.ports import Signal
from service.store.alerts import alerts
from service.store.meetings.meetings import Meeting
from service.store.transactions import Tx
from service.store.watch import blind_times, watches
from service.store.watch.blind_times import BlindTime
from service.workflows.deps import Deps

WATCH = "watch"
BY = system("beat")

SHOULD_HAVE_BEEN_TOLD = timedelta(minutes=2)
"""How long after something happened a provider that is well has told us of it."""


@dataclass(frozen=True)
class Unwatched:
    """Rooms that were not watched from one instant to another."""

    cause: BlindCause
    provider: str | None
    began_at: datetime
    ended_at: datetime
    sessions: tuple[SessionId, ...]


def note_unwatched(tx: Tx, found: Unwatched) -> None:
    """Keep a blind time with its rooms; one alert for all of one cause until a person closes it."""
    if not found.sessions or found.began_at >= found.ended_at:
        return
    blind = BlindTime(
        tx.new_id("blind"),
        found.cause,
        found.provider,
        found.began_at,
        found.ended_at,
        found.sessions,
    )
    blind_times.insert(tx, blind)
    span: dict[str, Fact] = {
        "cause": found.cause.value,
        "from": found.began_at.isoformat(),
        "until": found.ended_at.isoformat(),
    }
    told = span | {"provider": found.provider, "rooms": len(found.sessions)}
    tx.record(Entry(Event.BLIND_TIME_NOTED, blind.blind_time_id, facts=told))
    for session_id in found.sessions:
        tx.record(Entry(Event.SESSION_UNWATCHED, session_id, facts=span))
    alerts.raise_alert(tx, f"{found.cause.value}_{found.provider or 'ours'}", "blind_time", None)


# --- ours ---------------------------------------------------------------------------------------------


async def beat(deps: Deps) -> None:
    """Note that the watch goes round just now."""
    await deps.store.do(note_beat, None, by=BY)


def note_beat(tx: Tx, _command: None) -> None:
    """Note the beat; a gap before it was a time in which nobody watched."""
    last = blind_times.last_beat(tx, WATCH)
    blind_times.beat(tx, WATCH)
    if last is not None and tx.now - last > STALLED_AFTER:
        rooms = blind_times.rooms_between(tx, last, tx.now)
        note_unwatched(tx, Unwatched(BlindCause.OUR_SERVICE, None, last, tx.now, rooms))


# --- theirs -------------------------------------------------------------------------------------------


def note_seen_again(tx: Tx, meeting: Meeting, since: datetime) -> None:
    """A room that was blind is seen again, or is no more: it was unwatched from then until now."""
    watched = watches.of_meeting(tx, meeting.meeting_id) is not None
    cause = BlindCause.LOST_WATCH if watched else BlindCause.SILENT_HOOK
    rooms = (meeting.session_id,)
    note_unwatched(tx, Unwatched(cause, meeting.provider, since, tx.now, rooms))


def note_found(
    tx: Tx, meeting: Meeting, found: tuple[Signal, ...], told: tuple[Signal, ...]
) -> None:
    """What a look found says whether the provider's hook is well: it should have told us of that."""
    key = f"hook_{meeting.provider}"
    late = [one.happened_at for one in found if tx.now - one.happened_at > SHOULD_HAVE_BEEN_TOLD]
    if late:
        blind_times.note_silent(tx, meeting.provider, min(late))
        alerts.raise_alert(tx, key, "hook_silent", None, once=True)
        return
    since = blind_times.silent_since(tx, meeting.provider)
    if since is not None and any(one.happened_at > since for one in told):
        blind_times.note_speaking(tx, meeting.provider)
        alerts.note_over(tx, key, "hook_silent")
