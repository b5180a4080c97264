"""The scheduler's beat: decide, write the intent down, ask the provider, read back, decide again.

load -> decide -> record the intent, COMMIT -> create -> record what was made, COMMIT
     -> read back and verify -> enrol -> load and decide again -> release, COMMIT

Each intent makes at most one create call. The intent is on disk before the provider is asked, and
`finishing` completes a normal opening and one that somebody died in. A lost answer is never
repeated blindly: the meeting is looked for by our reference, and an intent whose meeting does not
show up is given up and swept for a day (`closing`).
"""

from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.errors import (
    NotClear,
    ProviderBusy,
    ProviderError,
    ProviderUnsure,
)
from service.policy.case import CaseFile
from service.policy.clearance import Clearance, clear, outstanding
from service.policy.eligibility import known_on
from service.policy.people import MeetingId, SessionId, system
from service.policy.rules import Stage
from service.policy.session import SessionState
from service.ports import MeetingPlan
from service.store import work
from service.store.alerts import alerts
from service.store.inspection import log
from service.store.meetings import meetings
from service.store.meetings.meetings import Intent, Meeting
from service.store.sessions import cases, sessions
from service.store.staff import hosts, staff
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.attending.seats import door_code
from service.workflows.deps import Deps
from service.workflows.meetings import finishing, giving_up
from service.workflows.sessions import booking, holding

BY = system("scheduler")
LOOK_EVERY = timedelta(seconds=60)
"""How often a blocked session is looked at inside its window although nothing asked for it."""

LONGEST_LAG = timedelta(minutes=10)
"""How long entries may wait for their place in the log while meetings are still opened."""


# --- decide and intend ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """An intent on disk, with the clearance it was written under."""

    meeting: Meeting
    clearance: Clearance
    plan: MeetingPlan


async def open_session(deps: Deps, claim: Claim) -> None:
    """Look at one booked session whose time has come: open it, lapse it, or leave it blocked."""
    begun = await deps.store.do(begin, claim, by=BY)
    if begun is not None:
        await create(deps, begun)


def begin(tx: Tx, claim: Claim) -> Begun | None:
    """Decide; if clear, store clearance and intent. If we die after this commit, nothing was
    asked of the provider yet, or its answer is lost: `finishing` finds out."""
    session_id = SessionId(claim.subject_id)
    case = cases.lock(tx, session_id)  # before the claim: whoever hurries us holds these first
    if not work.holds(tx, claim) or case.session.state is not SessionState.BOOKED:
        return None
    if tx.now >= case.organisation.lapses_at(case.session.starts_at):
        holding.lapse_late(tx, case)
        return None
    opens_at = case.organisation.opens_at(case.session.starts_at)
    if tx.now < opens_at:
        holding.look(tx, claim, _with_host(tx, case))
        return None
    if _log_lags(tx):
        alerts.raise_alert(tx, session_id, "log_lags", session_id)
        work.settle(tx, Settle(claim, tx.now + LOOK_EVERY))
        return None
    case = _with_host(tx, case)
    if not outstanding(case, Stage.OPEN, tx.now).is_clear:
        lapses_at = case.organisation.lapses_at(case.session.starts_at)
        work.settle(tx, Settle(claim, min(lapses_at, tx.now + LOOK_EVERY)))
        return None
    return _intend(tx, case)


def _log_lags(tx: Tx) -> bool:
    """Whether what we record can no longer be proved soon: then nothing new is opened."""
    oldest = log.oldest_unsequenced(tx)
    return oldest is not None and tx.now - oldest > LONGEST_LAG


def _with_host(tx: Tx, case: CaseFile) -> CaseFile:
    """The case with a host account, if none was free before and one is now."""
    if case.host is None and booking.allocate_host(tx, case.session) is not None:
        return cases.load(tx, case.session.session_id)
    return case


def _intend(tx: Tx, case: CaseFile) -> Begun:
    clearance = clear(case, tx.now)
    session = case.session
    assert session.host_id is not None  # noqa: S101 - R-13 holds: the case is clear
    host = hosts.host_account(tx, session.host_id)
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
    work.put(tx, session.session_id, "finish_openings", tx.now + finishing.OPENING_LEASE)
    tx.record(_cleared(clearance, clearance_id))
    tx.record(
        Entry(
            Event.MEETING_INTENDED,
            session.session_id,
            {"meeting": intent.meeting_id, "host": host.host_id, "clearance": clearance_id},
            {"provider": host.provider},
        )
    )
    return Begun(meetings.get(tx, intent.meeting_id), clearance, _plan(tx, intent, case))


def _plan(tx: Tx, intent: Intent, case: CaseFile) -> MeetingPlan:
    assert case.second_staff is not None  # noqa: S101 - R-04 holds: the case is clear
    return MeetingPlan(
        reference=intent.reference,
        host_account=intent.host_account,
        starts_at=case.session.starts_at,
        ends_at=case.session.ends_at,
        tutor_account=staff.staff_record(tx, case.tutor.staff_id).account,
        second_staff_account=staff.staff_record(tx, case.second_staff.staff_id).account,
    )


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
        {"terms": case.session.terms, "children": len(clearance.children), **_known(case)},
    )


def _known(case: CaseFile) -> dict[str, str | None]:
    """What the register knew of tutor and second staff, kept with the session (pitfall 30)."""
    day = case.organisation.local_day(case.session.starts_at)
    found = {f"tutor_{name}": known for name, known in known_on(case.tutor, day).items()}
    if case.second_staff is None:
        return found
    of_second = known_on(case.second_staff, day)
    return found | {f"second_staff_{name}": known for name, known in of_second.items()}


# --- ask the provider -----------------------------------------------------------------------------


async def create(deps: Deps, begun: Begun) -> None:
    """The one create call of an intent. If we die in it, `finishing` looks for what came of it."""
    meeting = begun.meeting
    provider = deps.providers[meeting.provider]
    try:
        handle = await provider.create_meeting(begun.clearance, begun.plan)
    except ProviderUnsure:
        return  # it may exist: the lease on `finish_openings` brings us back to look
    except ProviderBusy as busy:
        await giving_up.put_off_opening(deps, meeting.meeting_id, busy.retry_at)
        return
    except (ProviderError, NotClear) as error:
        await giving_up.give_up_opening(deps, meeting.meeting_id, error.code, surely_not_made=True)
        return
    await finishing.note_made(deps, meeting.meeting_id, handle)
    await finishing.finish(deps, meeting.meeting_id)
