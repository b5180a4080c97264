"""A session moves to the other configured provider: everything promised for it stands (pitfall 55).

Time, purpose and children stay, so the terms do, and with them pledges, consents and the second staff's
yes. The old meeting goes through the one closing function, a host account of the other provider is
taken by the same rules (R-13), and the families' own links to us lead into the new room.
"""

from dataclasses import dataclass, replace

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import Conflict, InvalidInput, NotFound, StaleVersion
from service.policy.people import HostId, SessionId, system
from service.policy.session import BEFORE_LIVE, IllegalMove, Session, SessionState
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import outages
from service.store.sessions import cases, engagements, sessions
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.meetings import falling
from service.workflows.sessions import booking
from service.workflows.versions import must_be_seen

MOVING = "move_sessions"
BY = system(MOVING)


@dataclass(frozen=True)
class ChangeProvider:
    """A session is to run at another provider, with the reason; `version` is the one seen."""

    session_id: SessionId
    provider: str
    reason: str
    version: int | None = None


def change_provider(tx: Tx, command: ChangeProvider) -> SessionId:
    """Move a session that has not begun. Refused, and nothing changed, where no account is free.

    Families are not written to: their links, the time and their promises stay as they are, and the
    page tells whoever opens the door how to go in.
    """
    if not command.reason.strip():
        raise InvalidInput.of("reason", "missing", "Say why the session moves.")
    session = cases.lock(tx, command.session_id).session
    must_be_seen(session.version, command.version)
    _move(tx, session, command.provider, command.reason)
    return command.session_id


def _move(tx: Tx, session: Session, provider: str, reason: str) -> None:
    _must_be_possible(tx, session, provider)
    if session.state is not SessionState.BOOKED:
        session = falling.withdraw(tx, session, "provider_changed")
    engagements.release(tx, session.session_id, "host")
    moved = replace(session, provider=provider, host_id=None, version=session.version + 1)
    sessions.amend(tx, session, moved, schedule=None)
    host_id = booking.allocate_host(tx, moved)
    if host_id is None:
        raise Conflict("No account of that provider is free at that time.", code="no_host_free")
    _record(tx, session, moved, host_id, reason)
    sessions.touch(tx, [session.session_id])


def _must_be_possible(tx: Tx, session: Session, provider: str) -> None:
    if session.state not in BEFORE_LIVE:
        raise IllegalMove("A session that has begun or is over cannot be moved.")
    if session.provider == provider:
        raise InvalidInput.of("provider", "same_provider", "The session is there already.")
    if outages.standing(tx, provider) is not None:
        raise Conflict("That provider is out of order too.", code="provider_out")


def _record(tx: Tx, before: Session, after: Session, host_id: HostId, reason: str) -> None:
    tx.record(
        Entry(
            Event.SESSION_PROVIDER_CHANGED,
            before.session_id,
            {"host": host_id},
            {"was": before.provider, "provider": after.provider, "terms": after.terms},
            {"reason": reason},
        )
    )


# --- all sessions of an outage --------------------------------------------------------------------------


@dataclass(frozen=True)
class MoveAll:
    """All sessions that an outage is about, and that have not begun, go to another provider."""

    provider: str
    to: str


def move_all(tx: Tx, command: MoveAll) -> int:
    """Have the sessions of a provider that is out moved, one by one; answers how many."""
    outage = outages.standing(tx, command.provider)
    if outage is None:
        raise NotFound("This provider is not out of order.")
    if command.to == command.provider:
        raise InvalidInput.of("to", "same_provider", "Name the other provider.")
    if outages.standing(tx, command.to) is not None:
        raise Conflict("That provider is out of order too.", code="provider_out")
    affected = outages.sessions_on(tx, command.provider, BEFORE_LIVE, outage.until)
    for session_id in affected:
        work.put(tx, f"{outage.outage_id}:{session_id}:{command.to}", MOVING, tx.now)
    facts: dict[str, Fact] = {
        "provider": command.provider,
        "to": command.to,
        "sessions": len(affected),
    }
    tx.record(Entry(Event.PROVIDER_LEFT, outage.outage_id, {}, facts))
    return len(affected)


async def move_one(deps: Deps, claim: Claim) -> None:
    """Move one session of an outage; what cannot be moved is a person's to decide."""
    try:
        await deps.store.do(move_for_outage, claim, by=BY)
    except StaleVersion:
        raise  # somebody was faster: looked at again
    except Conflict:
        await deps.store.do(tell_not_moved, claim, by=BY)


def move_for_outage(tx: Tx, claim: Claim) -> None:
    """Move a session, if it has not begun and is still where the outage is."""
    outage_id, named, to = claim.subject_id.split(":")
    session = cases.lock(tx, SessionId(named)).session
    if not work.holds(tx, claim):
        return
    outage = outages.get(tx, outage_id)
    work.settle(tx, Settle(claim, None))
    if session.state in BEFORE_LIVE and session.provider == outage.provider:
        _move(tx, session, to, "provider_out")


def tell_not_moved(tx: Tx, claim: Claim) -> None:
    """A session of an outage has no account at the other provider: somebody must call it off."""
    session_id = SessionId(claim.subject_id.split(":")[1])
    cases.hold(tx, (session_id,))
    if work.holds(tx, claim):
        work.settle(tx, Settle(claim, None))
        alerts.raise_alert(tx, session_id, "not_moved", session_id, once=True)
