"""How a conflict about consent was settled, by the safeguarding lead, with basis and reason."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.consent import (
    NO_KINDS,
    Basis,
    Purpose,
    Resolution,
    is_decided_against,
    standing,
)
from service.policy.people import ChildId, SessionId
from service.store.consents import consent
from service.store.consents.consent import Grounds
from service.store.families import people
from service.store.second_staff import staffing
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.staff import colleagues
from service.store.transactions import Tx
from service.workflows.consents.contradicting import look_for_conflict
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.who_may import must_be_lead


@dataclass(frozen=True)
class ResolveConsent:
    """The lead settles a conflict. `settles` are the positions of the words that were weighed."""

    child_id: ChildId
    purpose: Purpose
    settles: tuple[int, ...]
    basis: Basis
    stands: bool
    reason: str
    document: str | None = None


def resolve_consent(tx: Tx, command: ResolveConsent) -> str:
    """Append how a conflict was settled. A no that is said later opens it again (pitfall 1)."""
    by = must_be_lead(tx)
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    _must_fit(tx, command)
    if command.stands:
        _must_not_staff(tx, affected)
        must_not_be_family(tx, command.child_id)
    resolution = Resolution(
        position=consent.next_position(tx, command.child_id),
        purpose=command.purpose,
        basis=command.basis,
        stands=command.stands,
        settles=frozenset(command.settles),
    )
    grounds = Grounds(command.reason, command.document, by)
    resolution_id = consent.append_resolution(tx, command.child_id, resolution, grounds)
    tx.record(
        Entry(
            Event.CONSENT_RESOLVED,
            command.child_id,
            {"child": command.child_id, "resolution": resolution_id},
            {
                "purpose": command.purpose.value,
                "position": resolution.position,
                "basis": command.basis.value,
                "stands": command.stands,
                "settles": [str(position) for position in sorted(resolution.settles)],
            },
            {"reason": command.reason, "document": command.document},
        )
    )
    look_for_conflict(tx, command.child_id)
    falling.decide_again(tx, affected)
    return resolution_id


def _must_fit(tx: Tx, command: ResolveConsent) -> None:
    """Only words that stand now can be weighed, and one of them must be a no."""
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None:
        raise NotFound
    if command.basis is Basis.MERGE:
        raise InvalidInput.of("basis", "not_yours", "A merge is recorded by merging.")
    if command.basis is Basis.COURT_ORDER and not command.document:
        raise InvalidInput.of("document", "missing", "Name the court order.")
    ledger = consent.ledgers(tx, (command.child_id,))[command.child_id]
    words = {word.position: word for word in standing(ledger, command.purpose, child.deciders)}
    if not set(command.settles) <= set(words):
        raise Conflict(
            "Somebody has said something else since. Read the words again, then decide.",
            code="words_changed",
            details={"standing": sorted(words)},
        )
    settled = consent.resolutions(tx, {command.child_id: ledger}, {command.child_id: child})
    against = is_decided_against(command.purpose, settled.get(command.child_id, ()))
    if not against and not any(words[position].kind in NO_KINDS for position in command.settles):
        raise InvalidInput.of("settles", "no_refusal", "There is no refusal among these words.")


def _must_not_staff(tx: Tx, affected: tuple[SessionId, ...]) -> None:
    """Nobody clears the way to a session that they teach or cover themselves."""
    for session_id in affected:
        current = staffing.current(tx, session_id)
        there = {sessions.get(tx, session_id).tutor_id, *(current.people if current else ())}
        if colleagues.is_one_of(tx, tx.by.subject, there):
            raise NotAllowed("Another lead must decide: you staff a session of this child.")
