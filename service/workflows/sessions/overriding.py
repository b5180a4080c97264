"""The safeguarding lead sets a named sub-rule aside for one session (pitfall 26)."""

from dataclasses import dataclass
from datetime import datetime

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed
from service.policy.case import Override
from service.policy.people import SessionId, StaffId
from service.policy.rules import OVERRIDABLE
from service.store.sessions import cases, overrides, sessions
from service.store.sessions.cases import Held
from service.store.staff import colleagues
from service.store.transactions import Tx
from service.workflows.families.kin import must_not_be_family


@dataclass(frozen=True)
class OverrideRule:
    """The safeguarding lead sets one named sub-rule aside for one session."""

    session_id: SessionId
    code: str
    reason: str
    expires_at: datetime


def override(tx: Tx, command: OverrideRule) -> SessionId:
    """Set a named sub-rule aside, with reason and end (pitfall 26). Only some can be; none of
    consent, second staff, the parent's presence, checks or custodians ever."""
    if command.code not in OVERRIDABLE:
        raise InvalidInput.of(
            "code",
            "not_overridable",
            f"This can never be set aside. Only these can: {', '.join(sorted(OVERRIDABLE))}.",
        )
    case = cases.lock(tx, command.session_id, Held(staff=frozenset()))
    by = StaffId(tx.by.subject)
    own = colleagues.of(tx, frozenset({by})).get(by)
    if case.is_staffed_by(by, own):
        raise NotAllowed("Nobody sets a rule aside for a session they staff themselves.")
    must_not_be_family(tx, *case.session.children)
    if not tx.now < command.expires_at <= case.session.ends_at:
        raise InvalidInput.of("expires_at", "out_of_range", "It must end by the session's end.")
    overrides.append(
        tx,
        command.session_id,
        Override(command.code, by, command.reason, command.expires_at),
    )
    tx.record(
        Entry(
            Event.SESSION_OVERRIDDEN,
            command.session_id,
            facts={"code": command.code, "expires_at": command.expires_at.isoformat()},
            payload={"reason": command.reason},
        )
    )
    sessions.touch(tx, [command.session_id])
    return command.session_id
