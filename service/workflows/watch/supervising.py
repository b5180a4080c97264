"""The watch over one running room: look, note what is broken, and do what follows (POL-02, POL-03).

Each look decides anew from what is recorded, so it may be repeated, doubled or late, and a look that
somebody died in is made again. What follows from a breach happens in the transaction that finds it
due, but for what asks somebody else: standby is called afterwards, and the call is recorded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import Conflict
from service.policy.case import CaseFile
from service.policy.people import ChildId, SessionId, system
from service.policy.watch import breaches
from service.policy.watched import LASTING, Act, Breach, Watched
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings
from service.store.sessions import cases
from service.store.transactions import Tx
from service.store.watch import breaches as noted
from service.store.watch import looks
from service.store.watch.breaches import WATCHING, NotedBreach, errand, session_of
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.second_staff.handing_over import ReplaceFromStandby, replace_from_standby
from service.workflows.watch import repeating, seeing, unwatched

BY = system(WATCHING)
BLIND = "blind"
LOOK_EVERY = timedelta(seconds=60)
"""How often a room is looked at although nothing asked for it."""


def begin(tx: Tx, session_id: SessionId) -> None:
    """Watch a session's room from now on, until it is shut."""
    work.put(tx, errand(session_id), WATCHING, tx.now + LOOK_EVERY)


def hurry(tx: Tx, session_id: SessionId) -> None:
    """Have a room looked at now: something was told or noted of it."""
    work.hurry(tx, [errand(session_id)])


async def watch_room(deps: Deps, claim: Claim) -> None:
    """Look at one room, and call somebody standing by if second staff are missing."""
    calling = await deps.store.do(look, claim, by=BY)
    if calling is None:
        return
    somebody = await _call_standby(deps, calling)
    # If we die here the call is made again, and finds its hand-over asked for already.
    await deps.store.do(_note_call, _Called(calling, somebody), by=BY)


async def _call_standby(deps: Deps, calling: "Calling") -> bool:
    """Answers whether anybody comes."""
    replacing = ReplaceFromStandby(calling.session_id, calling.reason)
    try:
        await deps.store.do(replace_from_standby, replacing, by=BY)
    except Conflict:  # nobody fits, or this room cannot be handed over
        return False
    return True


@dataclass(frozen=True)
class Calling:
    """Somebody standing by is to be called, for these breaches."""

    session_id: SessionId
    reason: str
    breach_ids: tuple[str, ...]


def look(tx: Tx, claim: Claim) -> Calling | None:
    """Hold the room against every rule of the watch; answers whether standby is to be called."""
    session_id = session_of(claim.subject_id)
    case = cases.lock(tx, session_id)
    if not work.holds(tx, claim):
        return None
    seen = seeing.watched(tx, case)
    if seen is None or not seen.is_running:
        _close_all(tx, session_id)
        work.settle(tx, Settle(claim, None))
        return None
    return _hold_against_rules(tx, claim, seen)


def _hold_against_rules(tx: Tx, claim: Claim, seen: Watched) -> Calling | None:
    found = breaches(seen)
    standing = {(one.code, one.subject_id): one for one in found if one.stands_at(tx.now)}
    on_record = {one.key: one for one in noted.standing(tx, seen.case.session.session_id)}
    _note_over(tx, [one for key, one in on_record.items() if key not in standing])
    for key, breach in standing.items():
        if key not in on_record:
            on_record[key] = _note_begun(tx, seen.case, breach)
    pairs = [(breach, on_record[key]) for key, breach in standing.items()]
    for breach, record in pairs:
        if _act(tx, seen.case, breach, record):
            _close_all(tx, seen.case.session.session_id)
            work.settle(tx, Settle(claim, None))
            return None
    work.settle(tx, Settle(claim, _next_look(tx, found, on_record)))
    return _calling(tx, seen.case, pairs)


# --- what is on record ------------------------------------------------------------------------------


def _note_begun(tx: Tx, case: CaseFile, breach: Breach) -> NotedBreach:
    session_id = case.session.session_id
    facts = {"code": breach.code, "since": breach.since.isoformat()}
    tx.record(Entry(Event.BREACH_BEGAN, session_id, {"about": breach.subject_id}, facts))
    alerts.raise_alert(tx, breach.subject_id, breach.code, session_id)
    if any(step.act in LASTING for step in breach.steps):
        _look_inside_now(tx, session_id)
    record = noted.begin(tx, session_id, breach)
    repeating.note_failure(tx, case.session, breach.code, breach.subject_id)
    return record


def _look_inside_now(tx: Tx, session_id: SessionId) -> None:
    """What mends it may have been told and lost: the room is looked at before anything lasting is done
    (`workflows.watch.looking`)."""
    meeting = meetings.live_of_session(tx, session_id)
    if meeting is not None:
        work.hurry(tx, [looks.errand(meeting.meeting_id)])


def _note_over(tx: Tx, over: list[NotedBreach]) -> None:
    noted.end(tx, [one.breach_id for one in over])
    for one in over:
        alerts.note_over(tx, one.subject_id, one.code)
        facts = {"code": one.code}
        tx.record(Entry(Event.BREACH_OVER, one.session_id, {"about": one.subject_id}, facts))
        if one.code == BLIND:
            _note_unwatched(tx, one)


def _note_unwatched(tx: Tx, breach: NotedBreach) -> None:
    """The room is seen again, or is no more: for a time nobody saw into it."""
    newest = meetings.of_session(tx, breach.session_id)[-1]
    unwatched.note_seen_again(tx, newest, breach.since)


def _close_all(tx: Tx, session_id: SessionId) -> None:
    """There is no room any more, so nothing in it is wrong any more. Alerts stay until a person closes
    them."""
    _note_over(tx, list(noted.standing(tx, session_id)))


# --- what follows -----------------------------------------------------------------------------------


def _act(tx: Tx, case: CaseFile, breach: Breach, record: NotedBreach) -> bool:
    """Do what is due and lasts, once; answers whether the room was ended."""
    due = breach.due(tx.now, record.noticed_at)
    if Act.END in due:
        _note_acted(tx, record, Act.END)
        falling.end(tx, case.session, breach.code)
        return True
    if Act.SHUT_OUT in due and record.acted_at is None:
        _note_acted(tx, record, Act.SHUT_OUT)
        meeting = meetings.live_of_session(tx, case.session.session_id)
        if meeting is not None:
            falling.shut_out(tx, meeting, ChildId(breach.subject_id))
    return False


def _note_acted(tx: Tx, record: NotedBreach, act: Act) -> None:
    noted.note_acted(tx, record.breach_id)
    facts = {"code": record.code, "act": act.value}
    tx.record(Entry(Event.BREACH_ACTED, record.session_id, {"about": record.subject_id}, facts))


def _next_look(
    tx: Tx, found: tuple[Breach, ...], on_record: dict[tuple[str, str], NotedBreach]
) -> datetime:
    """When the next step of any breach is due, and soon in any case."""
    times = []
    for breach in found:
        record = on_record.get((breach.code, breach.subject_id))
        times.append(breach.next_at(tx.now, record.noticed_at if record else None))
    return min([tx.now + LOOK_EVERY, *(at for at in times if at is not None)])


def _calling(tx: Tx, case: CaseFile, pairs: list[tuple[Breach, NotedBreach]]) -> Calling | None:
    wanting = [
        record
        for breach, record in pairs
        if Act.CALL_STANDBY in breach.due(tx.now) and record.standby_called_at is None
    ]
    if not wanting or case.hand_over is not None:
        return None
    ids = tuple(record.breach_id for record in wanting)
    return Calling(case.session.session_id, wanting[0].code, ids)


@dataclass(frozen=True)
class _Called:
    calling: Calling
    somebody: bool


def _note_call(tx: Tx, told: _Called) -> None:
    noted.note_standby(tx, told.calling.breach_ids)
    facts: dict[str, Fact] = {
        "code": told.calling.reason,
        "act": Act.CALL_STANDBY.value,
        "somebody": told.somebody,
    }
    tx.record(Entry(Event.BREACH_ACTED, told.calling.session_id, facts=facts))
