"""After a call: fetches the provider's report of who attended, as a witness beside our signals.

Reports come late or never, and their absence never means that nobody came (pitfall 49). Where a
meeting must stay until its report is read (Teams forgets it with the meeting), `closing` waits for us.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.errors import ProviderError
from service.policy.admission import Place
from service.policy.people import MeetingId, SessionId, system
from service.ports import Attendance, Attended, Signal, SignalKind
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.transactions import Reader, Tx
from service.store.watch import attendance, signals
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.watch.roster import roster

COLLECTING = "collect_attendance"
BY = system(COLLECTING)

LOOKS_AFTER = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 5, 15, 60, 360, 1440))
"""When a report is looked for, from the moment the meeting was shut. After the last it is missing."""

CLOCKS_APART = timedelta(minutes=2)
"""How far a report and live signals of one provider may differ about the same moment."""

OF_A_CALL = (SignalKind.STARTED, SignalKind.JOINED, SignalKind.LEFT, SignalKind.ENDED)
"""What tells that there was a call; making or changing a meeting has a uuid at Zoom as well."""


def errand(meeting_id: MeetingId) -> str:
    """The name under which a meeting's report is on the list of work."""
    return f"attendance:{meeting_id}"


def ask_for_report(tx: Tx, meeting: Meeting) -> None:
    """Have the report of a meeting collected that is being shut, if there may have been a call: by
    the provider's word, or because we let somebody in and the provider said nothing."""
    heard = any(signal.kind in OF_A_CALL for signal in _signals(tx, meeting))
    if heard or ways_in.admitted_subjects(tx, meeting.meeting_id):
        work.put(tx, errand(meeting.meeting_id), COLLECTING, tx.now + LOOKS_AFTER[0])


def is_awaited(reader: Tx | Reader, meeting_id: MeetingId) -> bool:
    """Whether a report is still being looked for."""
    return work.is_there(reader, errand(meeting_id))


async def collect(deps: Deps, claim: Claim) -> None:
    """Look once for one report; what is not there yet is looked for again."""
    meeting_id = MeetingId(claim.subject_id.partition(":")[2])
    meeting, occurrences = await deps.store.read(_meeting_and_calls, meeting_id)
    found: Attendance | None = None
    if meeting.handle is not None:
        try:
            provider = deps.providers[meeting.provider]
            found = await provider.read_attendance(meeting.handle, occurrences)
        except ProviderError:
            found = None  # "not known", whatever the reason; the next look asks again
    if found is not None and not found.stays:
        found = None  # somebody was in: a report without anybody has lost them (pitfall 49)
    await deps.store.do(_note, _Look(claim, meeting, found), by=BY)


def _signals(reader: Tx | Reader, meeting: Meeting) -> tuple[Signal, ...]:
    return signals.of_meeting(reader, meeting.meeting_id)


def _meeting_and_calls(reader: Reader, meeting_id: MeetingId) -> tuple[Meeting, tuple[str, ...]]:
    meeting = meetings.get(reader, meeting_id)
    calls = [signal for signal in _signals(reader, meeting) if signal.kind in OF_A_CALL]
    return meeting, tuple(sorted({signal.occurrence for signal in calls if signal.occurrence}))


@dataclass(frozen=True)
class _Look:
    claim: Claim
    meeting: Meeting
    found: Attendance | None


def _note(tx: Tx, look: _Look) -> None:
    if not work.holds(tx, look.claim):
        return
    meeting = look.meeting
    if look.claim.tries < len(LOOKS_AFTER) and not _is_whole(tx, meeting, look.found):
        since = meeting.shut_at or tx.now
        again_at = max(tx.now, since + LOOKS_AFTER[look.claim.tries])
        work.settle(tx, Settle(look.claim, again_at, in_vain=True))
        return
    if look.found is None:
        tx.record(Entry(Event.ATTENDANCE_MISSING, meeting.session_id))
        # One for all its meetings: a provider that gives no reports at all is one thing to mend.
        alerts.raise_alert(tx, f"reports_{meeting.provider}", "no_attendance_report", None)
    else:
        attendance.insert(tx, meeting.meeting_id, look.found)
        tx.record(
            Entry(
                Event.ATTENDANCE_READ,
                meeting.session_id,
                {"meeting": meeting.meeting_id},
                {"stays": len(look.found.stays)},
            )
        )
    work.settle(tx, Settle(look.claim, None))
    work.hurry(tx, [meeting.meeting_id])  # `closing` may be waiting for this


def _is_whole(tx: Tx, meeting: Meeting, found: Attendance | None) -> bool:
    """Whether a report can be taken for all there will be: nobody is inside any more, and everybody
    we heard joining is in it. A meeting may have several calls, each with a report of its own."""
    if found is None or roster(tx, meeting).inside:
        return False
    if found.lone_calls_missing:
        return True
    joined = [one.happened_at for one in _signals(tx, meeting) if one.kind is SignalKind.JOINED]
    return all(any(_covers(stay, at) for stay in found.stays) for at in joined)


def _covers(stay: Attended, at: datetime) -> bool:
    return stay.joined_at - CLOCKS_APART <= at <= (stay.left_at or at) + CLOCKS_APART


# --- who it was -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """One stay in a call, by the provider's report. Without `place` the provider knows nobody we do.

    `subject_id` is our id of the person whose way in it was: a household stands for its child.
    """

    meeting_id: MeetingId
    place: Place | None
    subject_id: str | None
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Attested:
    """What the provider's reports say of a session; `missing` means no report, never nobody."""

    stays: tuple[Stay, ...]
    read_at: datetime | None
    missing: bool
    lone_calls_missing: bool


def of_session(reader: Tx | Reader, session_id: SessionId) -> Attested:
    """The provider's word on who attended, over every meeting that the session had."""
    stays: list[Stay] = []
    read_at: list[datetime] = []
    lone = False
    for meeting in meetings.of_session(reader, session_id):
        report = attendance.newest(reader, meeting.meeting_id)
        if report is None:
            continue
        read_at.append(report.read_at)
        lone = lone or report.attendance.lone_calls_missing
        stays += _named(reader, meeting, report.attendance)
    return Attested(tuple(stays), max(read_at, default=None), not read_at, lone)


def _named(reader: Tx | Reader, meeting: Meeting, found: Attendance) -> Iterator[Stay]:
    known = ways_in.held(reader, meeting.meeting_id, revoked_too=True)
    holders = {way.registrant_id: way for way in known if way.registrant_id}
    for stay in found.stays:
        holder = holders.get(stay.registrant_id)
        chairs = (meeting.holder.casefold(), meeting.host_account.casefold())
        chair = stay.account_id and stay.account_id.casefold() in chairs
        place = holder.place if holder else Place.SECOND_STAFF if chair else None
        who = holder.subject_id if holder else None
        yield Stay(meeting.meeting_id, place, who, stay.joined_at, stay.left_at)
