"""How long a session may keep everybody's time while something is outstanding, and who is reminded.

Tutor, children, host and second staff are taken for a session from its booking on. While it is not
clear it *holds* their time, for as long as the organisation allows; then it lapses, and the time is
free for others. Nobody loses a session unwarned: the family and a coordinator are told
`hold_warning` before. Hours are counted, not working days: where the organisation is closed, a
reminder goes out earlier and not later, so that Monday's sessions are not forgotten on a Sunday
(pitfall 37).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.policy.organisation import Organisation, last_opening, next_opening

LEAST_GAP = timedelta(hours=12)
"""Between two reminders, and between the first request and the first reminder."""

THE_EVE = timedelta(hours=24)
"""How long before the start a family is reminded in any case."""

STARTS_SOON = timedelta(hours=36)
LET_THEM_PASS = timedelta(minutes=15)
"""By how much reminders about later sessions let those about tomorrow's go first."""

NOT_OUTSTANDING = frozenset({"rehearsal"})
"""A family that rehearses holds its time with the lessons it really has: nothing lapses."""


class Silence(StrEnum):
    """What a family has not answered yet."""

    CONSENT = "consent"
    PROMISE = "promise"


ANSWERED_BY = {
    "consent_missing": Silence.CONSENT,
    "consent_taken_by_tutor": Silence.CONSENT,
    "consent_lapsed": Silence.CONSENT,
    "agreement_outdated": Silence.CONSENT,
    "child_not_agreed": Silence.CONSENT,
    "pledge_missing": Silence.PROMISE,
    "pledge_void": Silence.PROMISE,
    "pledge_taken_by_tutor": Silence.PROMISE,
}
NEVER_REMINDED = frozenset(
    {"consent_refused", "consent_decided_against", "record_merged", "record_restricted"}
)
"""Somebody said no, it was decided, or the family is to be left alone: nobody is pressed."""


@dataclass(frozen=True)
class Hold:
    """A session's hold: from when it counts, until when it lasts, and when the family was last
    reminded and warned that it ends."""

    since: datetime
    until: datetime
    reminded_at: datetime | None = None
    warned_at: datetime | None = None

    @property
    def last_told_at(self) -> datetime:
        """When the family last heard of it."""
        return self.reminded_at or self.since


def begun(organisation: Organisation, since: datetime, starts_at: datetime) -> Hold:
    """The hold of a session that was booked, moved or found clear at `since`.

    It counts from the day on which the family may promise. One that would last into the opening
    window lasts until the late limit, like the session itself.
    """
    counted = max(since, organisation.may_promise_from(starts_at))
    ends = counted + timedelta(minutes=organisation.windows.hold)
    if ends >= organisation.opens_at(starts_at):
        ends = organisation.lapses_at(starts_at)
    return Hold(counted, ends)


def warn_at(organisation: Organisation, hold: Hold, starts_at: datetime) -> datetime | None:
    """When the family and a coordinator are told that the hold is about to end; None if it was said,
    or if it lasts as long as the session can wait."""
    if hold.warned_at is not None or hold.until >= organisation.opens_at(starts_at):
        return None
    return hold.until - timedelta(minutes=organisation.windows.hold_warning)


def warned(organisation: Organisation, hold: Hold, now: datetime) -> Hold:
    """The hold after the warning; one that comes late leaves as much time as any other."""
    rest = timedelta(minutes=organisation.windows.hold_warning)
    return replace(hold, warned_at=now, until=max(hold.until, now + rest))


def has_lapsed(hold: Hold, now: datetime) -> bool:
    """Whether the time is free for others: warned of, and over."""
    return hold.warned_at is not None and now >= hold.until


def next_reminder(organisation: Organisation, hold: Hold, starts_at: datetime) -> datetime | None:
    """When a family that has not answered is reminded next; None when it no more is.

    Every `reminder_every` since it last heard, on the eve of the session, and when the hold is about to
    end: whichever comes first. Where the organisation is closed then, before it closes.
    """
    last = hold.last_told_at
    marks = (warn_at(organisation, hold, starts_at), starts_at - THE_EVE)
    wanted = min(
        [
            last + timedelta(minutes=organisation.windows.reminder_every),
            *(mark for mark in marks if mark is not None and mark >= last + LEAST_GAP),
        ]
    )
    at = last_opening(organisation, wanted, after=last + LEAST_GAP) or wanted
    return at if at < min(hold.until, organisation.opens_at(starts_at)) else None


def next_look(organisation: Organisation, hold: Hold, starts_at: datetime) -> datetime:
    """When the session is to be looked at next: to remind, to warn, to let it lapse, or to open it."""
    opens_at = organisation.opens_at(starts_at)
    ends = warn_at(organisation, hold, starts_at) or hold.until
    return min(opens_at, ends, next_reminder(organisation, hold, starts_at) or opens_at)


def goes_out_from(organisation: Organisation, starts_at: datetime, now: datetime) -> datetime:
    """From when a reminder may go out: those about tomorrow's sessions first."""
    opens = next_opening(organisation, now)
    return opens if starts_soon(starts_at, now) else opens + LET_THEM_PASS


def starts_soon(starts_at: datetime, now: datetime) -> bool:
    """Whether the session is today's or tomorrow's: then the family is reminded of it by itself."""
    return starts_at - now <= STARTS_SOON


def silent_about(codes: Iterable[str]) -> Iterator[Silence]:
    """What the family of a child with these blockers is to be reminded of; nothing after a no."""
    codes = frozenset(codes)
    if codes & (NEVER_REMINDED | NOT_OUTSTANDING):
        return
    yield from sorted({ANSWERED_BY[code] for code in codes if code in ANSWERED_BY})
