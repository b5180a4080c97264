"""Second staff changes: at once before the call, and during it with the newcomer in first (POL-03).

Before the call the meeting is made anew, since whoever leaves may hold its start link. During a call
both belong to the session until the newcomer is in the room; then the part changes in one
transaction, and a time in which nobody was there is measured and recorded (pitfall 24).
"""

from dataclasses import dataclass
from datetime import timedelta

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.admission import Presence
from service.policy.case import CaseFile, HandOver
from service.policy.clearance import outstanding
from service.policy.cover import HELD_BY_ONE_ACCOUNT
from service.policy.eligibility import known_on
from service.policy.people import SessionId, StaffId
from service.policy.room import HOST, arrival
from service.policy.rules import Stage
from service.policy.session import ENGAGED, WITH_MEETING, IllegalMove, SessionState
from service.policy.staff import AcceptedBy, DutyKind
from service.store.alerts import alerts
from service.store.attending import presence
from service.store.meetings import meetings
from service.store.meetings.meetings import Meeting
from service.store.outcomes import Overtaken
from service.store.second_staff import candidates, hand_overs
from service.store.second_staff import staffing as assignments
from service.store.second_staff.hand_overs import Change
from service.store.second_staff.staffing import CurrentAssignment
from service.store.sessions import cases
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.workflows.meetings import falling
from service.workflows.second_staff import eligible, staffing
from service.workflows.second_staff.staffing import Yes
from service.workflows.watch.roster import roster

CLOCKS_APART = timedelta(seconds=5)
"""How far a provider's clock may be behind ours (pitfall 38)."""


@dataclass(frozen=True)
class SwapSecondStaff:
    """Somebody else is to be second staff, with the reason."""

    session_id: SessionId
    staff_id: StaffId
    reason: str


def swap(tx: Tx, command: SwapSecondStaff) -> SessionId:
    """Change second staff by hand, to somebody the rules allow. `NotFound` if nobody is assigned."""
    case = cases.lock(tx, command.session_id, Held(staff=frozenset({command.staff_id})))
    if assignments.current(tx, command.session_id) is None:
        raise NotFound
    eligible.must_be_eligible(candidates.candidates(tx, case, [command.staff_id]))
    return _change_to(tx, case, command)


@dataclass(frozen=True)
class ReplaceFromStandby:
    """Second staff cannot go on, or nobody is there: the first fitting person standing by takes over."""

    session_id: SessionId
    reason: str


def replace_from_standby(tx: Tx, command: ReplaceFromStandby) -> SessionId:
    """Put on the first of those standing by whom every rule allows; they have accepted beforehand."""
    case = cases.load(tx, command.session_id)
    order = staffing.said_yes_beforehand(tx, case, DutyKind.STANDBY)
    found = candidates.candidates(tx, case, order) if order else ()
    chosen = next((one.staff_id for one in found if not one.objections), None)
    if chosen is None:
        raise eligible.nobody(found)
    case = cases.lock(tx, command.session_id, Held(staff=frozenset({chosen})))
    said = staffing.said_yes_beforehand(tx, case, DutyKind.STANDBY)
    if chosen not in said:
        raise Overtaken
    eligible.must_be_eligible(candidates.candidates(tx, case, [chosen]))
    swapping = SwapSecondStaff(command.session_id, chosen, command.reason)
    return _change_to(tx, case, swapping, Yes(AcceptedBy.STANDBY, said[chosen]))


def _change_to(
    tx: Tx, case: CaseFile, command: SwapSecondStaff, stood_by: Yes | None = None
) -> SessionId:
    if case.session.state not in ENGAGED:
        raise IllegalMove("This session is over.")
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say why.")
    current = assignments.current(tx, command.session_id)
    if case.session.state is SessionState.LIVE and current is not None:
        return _ask_for_hand_over(tx, case, current, command, stood_by)
    return _change_at_once(tx, case, current, command, stood_by)


def _change_at_once(
    tx: Tx,
    case: CaseFile,
    current: CurrentAssignment | None,
    command: SwapSecondStaff,
    stood_by: Yes | None,
) -> SessionId:
    """Nobody is in a call: change the part, and have a meeting that is there made anew. The families'
    own links stay as they are, and no message ever named second staff to them."""
    if current is not None:
        staffing.take_off(tx, command.session_id, current, command.reason)
    staffing.put_on(tx, case, command.staff_id, stood_by)
    if case.session.state is not SessionState.BOOKED:
        falling.withdraw(tx, case.session, "second_staff_changed")
    falling.decide_again(tx, (command.session_id,))
    return command.session_id


def _ask_for_hand_over(
    tx: Tx,
    case: CaseFile,
    current: CurrentAssignment,
    command: SwapSecondStaff,
    stood_by: Yes | None,
) -> SessionId:
    meeting = meetings.live_of_session(tx, command.session_id)
    if meeting is None:
        raise NotFound
    if meeting.provider in HELD_BY_ONE_ACCOUNT:
        raise Conflict(
            "In this call one person's own account holds the room, and that cannot change while it "
            "runs. They stay, or the lead ends the session and the rest is booked anew.",
            code="room_cannot_be_handed_over",
        )
    beforehand = stood_by or staffing.yes_by_rota(tx, case, command.staff_id)
    accepted = beforehand is not None or tx.by.subject == command.staff_id
    hand_overs.begin(
        tx,
        Change(
            command.session_id,
            current.staff_id,
            command.staff_id,
            command.reason,
            assignments.after_all_others(tx, command.staff_id) if accepted else None,
        ),
    )
    tx.record(
        Entry(
            Event.HAND_OVER_ASKED,
            command.session_id,
            {"leaving": current.staff_id, "coming": command.staff_id},
            {"accepted": accepted, "standing_by": stood_by is not None},
            {"reason": command.reason},
        )
    )
    return command.session_id


# --- the newcomer comes in ------------------------------------------------------------------------


def take_over_if_in(tx: Tx, session_id: SessionId) -> None:
    """Let the newcomer of a hand-over take over once they say that they are in the room and the
    provider shows it. Where the provider told us of nobody holding the room, their word is enough."""
    case = cases.load(tx, session_id)
    meeting = meetings.live_of_session(tx, session_id)
    change = case.hand_over
    if change is None or meeting is None or case.session.state not in WITH_MEETING:
        return
    if not _says_so(tx, case, change) or not outstanding(change.case, Stage.STAY, tx.now).is_clear:
        return
    shown = _shown(tx, meeting, change)
    if shown is not None:
        _take_over(tx, case, change, shown)


def _says_so(tx: Tx, case: CaseFile, change: HandOver) -> bool:
    if change.newcomer is None or change.admitted_at is None:
        return False
    said = presence.claimed_in_room_at(tx, case.session.session_id, change.newcomer)
    return said is not None and said >= change.admitted_at


@dataclass(frozen=True)
class _Shown:
    by: Presence
    gap: timedelta | None


def _shown(tx: Tx, meeting: Meeting, change: HandOver) -> _Shown | None:
    """How we know that the newcomer is in the room; None if we do not."""
    if change.admitted_at is None:
        return None
    seen = roster(tx, meeting)
    came = arrival(seen, HOST, change.admitted_at - CLOCKS_APART)
    if came is not None:
        return _Shown(Presence.BY_PROVIDER, came.gap)
    if HOST in seen.ever_inside:
        return None
    return _Shown(Presence.CLAIMED, None)


def _take_over(tx: Tx, case: CaseFile, change: HandOver, shown: _Shown) -> None:
    session_id = case.session.session_id
    current = assignments.current(tx, session_id)
    if current is None or change.newcomer is None:
        return
    hand_overs.arrive(tx, change.hand_over_id, shown.gap)
    staffing.take_off(tx, session_id, current, "handed_over")
    said_at = change.case.assignment.accepted_at if change.case.assignment else None
    said_yes = Yes(AcceptedBy.HAND_OVER, said_at=said_at)
    staffing.put_on(tx, case, change.newcomer, said_yes)
    facts: dict[str, Fact] = {"shown_by": shown.by.value, "measured": shown.gap is not None}
    facts |= _known(change)
    if shown.gap is not None:
        facts["gap_seconds"] = round(shown.gap.total_seconds())
    people = {"leaving": current.staff_id, "coming": change.newcomer}
    tx.record(Entry(Event.HAND_OVER_DONE, session_id, people, facts))
    if shown.gap:
        alerts.raise_alert(tx, session_id, "second_staff_gap", session_id)
    falling.decide_again(tx, (session_id,))


def _known(change: HandOver) -> dict[str, str | None]:
    """What the register knew of the newcomer, kept with the session (pitfall 30)."""
    case = change.case
    assert case.second_staff is not None  # noqa: S101 - the newcomer, who has just been let in
    day = case.organisation.local_day(case.session.starts_at)
    return {
        f"second_staff_{name}": known for name, known in known_on(case.second_staff, day).items()
    }
