"""A provider is out of order: one button shuts its rooms and tells the families (pitfall 55).

Somebody who may decide it says so. From that commit on nothing is opened there (R-13), and meetings
that are open go. The sessions within reach are called off one by one, each in a transaction of its own
that tells its families once: a crash in the middle loses nothing, and pressing the button again tells
nobody twice. There is no other way round: never a personal account, never another link (POL-12).
"""

from dataclasses import dataclass
from datetime import datetime

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.outage import LONGEST
from service.policy.people import SessionId, system
from service.policy.session import BEFORE_LIVE, SessionState
from service.store import work
from service.store.families import people
from service.store.meetings import outages
from service.store.meetings.outages import Outage
from service.store.messages import messages
from service.store.sessions import cases, sessions
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.sessions.calling_off import call_off

CALLING_OFF = "call_off_sessions"
BY = system(CALLING_OFF)
TEMPLATE = "provider_out"
ALSO_RUNNING = "end"


@dataclass(frozen=True)
class BeginOutage:
    """A provider is out of order. Sessions that start before `until` are called off, if wished;
    those that run are left to their staff and the watch, unless `also_running`."""

    provider: str
    reason: str
    until: datetime
    call_off: bool = True
    also_running: bool = False


def begin_outage(tx: Tx, command: BeginOutage) -> str:
    """Record that a provider is out, and have its sessions dealt with; answers the outage's id.

    Said again, it may reach further, and takes in what was booked since.
    """
    must_make_sense(tx, command)
    outage = outages.begin(tx, command.provider, command.reason, command.until)
    if outage is not None:
        _record(tx, Event.PROVIDER_OUT, outage, command)
    else:
        outage = _standing(tx, command.provider)
        outages.reach(tx, outage, max(outage.until, command.until))
        _record(tx, Event.PROVIDER_OUT_LONGER, outage, command)
    states = BEFORE_LIVE | ({SessionState.LIVE} if command.also_running else frozenset())
    affected = outages.sessions_on(tx, command.provider, states, command.until)
    for session_id in affected if command.call_off else ():
        work.put(tx, _errand(outage, session_id, end=command.also_running), CALLING_OFF, tx.now)
    sessions.touch(tx, _on(tx, command.provider))  # R-13 holds no more: what is open is withdrawn
    return outage.outage_id


def must_make_sense(reader: Tx | Reader, command: BeginOutage) -> None:
    """Refuse an outage without a reason, or one that reaches back or too far."""
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say what is out of order, and who says so.")
    if not reader.now < command.until <= reader.now + LONGEST:
        raise InvalidInput.of("until", "out_of_bounds", "Name a time in the next 24 hours.")


def _errand(outage: Outage, session_id: SessionId, *, end: bool) -> str:
    key = f"{outage.outage_id}:{session_id}"
    return f"{key}:{ALSO_RUNNING}" if end else key


def _standing(tx: Tx, provider: str) -> Outage:
    found = outages.standing(tx, provider)
    if found is None:
        raise Conflict("Somebody else has just changed this. Look again.", code="outage_changed")
    return found


def _on(tx: Tx, provider: str) -> tuple[SessionId, ...]:
    states = BEFORE_LIVE | {SessionState.LIVE}
    return outages.sessions_on(tx, provider, states, tx.now + LONGEST)


def _record(tx: Tx, event: Event, outage: Outage, command: BeginOutage) -> None:
    facts: dict[str, Fact] = {
        "provider": command.provider,
        "until": command.until.isoformat(),
        "call_off": command.call_off,
        "also_running": command.also_running,
    }
    tx.record(Entry(event, outage.outage_id, {}, facts, {"reason": command.reason}))


# --- what it would come to ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """What an outage comes to: how many sessions, of them running, and how many adults are told."""

    sessions: int
    running: int
    adults: int


def reach_of(reader: Reader, command: BeginOutage) -> Reach:
    """What a `BeginOutage` would come to now; nothing is changed."""
    must_make_sense(reader, command)
    before = outages.sessions_on(reader, command.provider, BEFORE_LIVE, command.until)
    running = outages.sessions_on(reader, command.provider, {SessionState.LIVE}, command.until)
    affected = before + (running if command.also_running else ())
    told = {adult for one in affected for adult in _told(reader, one)}
    return Reach(len(affected), len(running), len(told))


def _told(reader: Reader, session_id: SessionId) -> frozenset[str]:
    asked = messages.parents_written_to(reader, session_id)
    children = people.children(reader, sessions.get(reader, session_id).children)
    return frozenset(adult for child in children.values() for adult in child.hearers & asked)


# --- one session at a time ----------------------------------------------------------------------------


async def call_off_one(deps: Deps, claim: Claim) -> None:
    """Call off one session of an outage and tell its families, in one transaction."""
    await deps.store.do(call_off_for_outage, claim, by=BY)


def call_off_for_outage(tx: Tx, claim: Claim) -> None:
    """Call the session off, if the outage still stands and the session is still on its provider.

    What began meanwhile took place all the same, and is ended only where that was asked for.
    """
    outage_id, named, *more = claim.subject_id.split(":")
    session_id = SessionId(named)
    session = cases.lock(tx, session_id).session
    if not work.holds(tx, claim):
        return
    outage = outages.get(tx, outage_id)
    work.settle(tx, Settle(claim, None))
    if outage.lifted_at is not None or session.provider != outage.provider:
        return
    if session.state in BEFORE_LIVE:
        call_off(tx, session, TEMPLATE)
        falling.tell_families(tx, session, TEMPLATE, about=session_id)
    elif session.state is SessionState.LIVE and ALSO_RUNNING in more:
        falling.withdraw(tx, session, TEMPLATE)


# --- it works again -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LiftOutage:
    """The provider works again, by the word of whoever looked, with how they know."""

    provider: str
    reason: str


def lift_outage(tx: Tx, command: LiftOutage) -> str:
    """Let meetings be made at the provider again. What was called off stays off."""
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say how you know that it works again.")
    outage = outages.standing(tx, command.provider)
    if outage is None or not outages.lift(tx, outage):
        raise NotFound("This provider is not out of order.")
    facts: dict[str, Fact] = {"provider": command.provider}
    tx.record(Entry(Event.PROVIDER_BACK, outage.outage_id, {}, facts, {"reason": command.reason}))
    sessions.touch(tx, _on(tx, command.provider))
    return outage.outage_id
