"""Who is in a meeting's room, as far as the provider's word goes."""

from collections.abc import Iterable

from service.policy.people import MeetingId
from service.policy.room import HOST, UNKNOWN, Picture
from service.policy.signs import Seen, Sign, fold
from service.ports import Signal, SignalKind
from service.store.meetings.meetings import Meeting
from service.store.transactions import Reader, Tx
from service.store.watch import signals

SEEN = {
    SignalKind.STARTED: Seen.STARTED,
    SignalKind.WAITING: Seen.WAITING,
    SignalKind.WAITED: Seen.WAITED,
    SignalKind.JOINED: Seen.JOINED,
    SignalKind.LEFT: Seen.LEFT,
    SignalKind.BREAKOUT: Seen.BREAKOUT,
    SignalKind.ENDED: Seen.ENDED,
}


def signs(signals: tuple[Signal, ...], holder: str) -> tuple[Sign, ...]:
    """Signals as the rules read them: by registrant, as the one who holds the room, or unknown."""
    return tuple(
        Sign(
            SEEN[signal.kind],
            signal.happened_at,
            signal.occurrence,
            signal.connection,
            HOST if holds_room(signal, holder) else signal.registrant_id or UNKNOWN,
            signal.manner,
        )
        for signal in signals
        if signal.kind in SEEN
    )


def holds_room(signal: Signal, holder: str) -> bool:
    """Whether a signal is about the second staff: by the host's link, or by an account of their own."""
    return signal.as_host or (bool(holder) and signal.account_id == holder)


def roster(reader: Tx | Reader, meeting: Meeting) -> Picture:
    """The room as far as the provider's word goes."""
    return fold(signs(signals.of_meeting(reader, meeting.meeting_id), meeting.holder))


def rosters(reader: Reader, those: Iterable[Meeting]) -> dict[MeetingId, Picture]:
    """The rooms of several meetings at once."""
    holders = {meeting.meeting_id: meeting.holder for meeting in those}
    heard = signals.of_meetings(reader, holders)
    return {one: fold(signs(heard[one], holder)) for one, holder in holders.items()}


def was_heard_of(reader: Tx | Reader, meeting: Meeting) -> bool:
    """Whether the provider said anything at all about people in a meeting, be it that they waited."""
    heard = signals.of_meeting(reader, meeting.meeting_id)
    return any(signal.kind in SEEN for signal in heard)
