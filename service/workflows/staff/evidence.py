"""What was seen of a member of staff: put on record, and taken out of account when it was not right."""

from dataclasses import dataclass, replace

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed, NotFound
from service.policy.evidence import problems
from service.policy.people import Actor, Role, StaffId
from service.policy.staff import Evidence, EvidenceKind
from service.store.consents import policies
from service.store.staff import colleagues, staff
from service.store.transactions import Tx
from service.workflows.meetings import falling
from service.workflows.staff import same_person


@dataclass(frozen=True)
class AddEvidence:
    """Something seen about a member of staff: a check, a training, an acknowledgement.

    `number` is a check's number; only a digest of it is kept, to notice one person with two entries.
    """

    staff_id: StaffId
    evidence: Evidence
    number: SecretStr | None = None


def add_evidence(tx: Tx, command: AddEvidence) -> StaffId:
    """Append evidence. Nobody vouches for their own check or training; all acknowledge for
    themselves or through somebody who records it (POL-13, POL-30). Nothing is trusted for ever."""
    _must_be_theirs_to_say(tx.by, command)
    item = _with_number(tx, command)
    affected = falling.hold_sessions_of(tx, command.staff_id, [item.number_key])
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    acknowledging = item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
    if not acknowledging:
        said = "Nobody vouches for their own check or training."
        same_person.must_not_be_oneself(tx, command.staff_id, said)
    if acknowledging and not _is_published(tx, item.policy_version):
        raise InvalidInput.of("policy_version", "unknown", "There is no such policy version.")
    wrong = list(problems(item, tx.house.organisation.local_day(tx.now)))
    if wrong:
        raise InvalidInput(fields=wrong)
    there = colleagues.of(tx, frozenset({command.staff_id}))[command.staff_id].evidence
    if any(item == one and not one.invalidated for one in there):
        return command.staff_id  # an import may be run again and again
    staff.append_evidence(tx, command.staff_id, item, tx.by.subject)
    tx.record(
        Entry(
            Event.STAFF_EVIDENCE_SEEN,
            command.staff_id,
            {"staff": command.staff_id},
            {
                "kind": item.kind.value,
                "policy_version": item.policy_version,
                "scheme": item.scheme.value if item.scheme else None,
                "seen_on": item.seen_on.isoformat(),
                "trusted_until": item.trusted_until.isoformat() if item.trusted_until else None,
            },
        )
    )
    if item.number_key is not None:
        same_person.notice(tx, command.staff_id)
    falling.decide_again(tx, affected)
    return command.staff_id


def _must_be_theirs_to_say(by: Actor, command: AddEvidence) -> None:
    """The office puts on record what it saw; anybody else that they themselves acknowledge the policy."""
    acknowledging = command.evidence.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
    if acknowledging and by.subject == command.staff_id:
        return
    if by.has(Role.MACHINE) or not by.has(Role.ADMIN, Role.COORDINATOR, Role.DSL):
        raise NotAllowed("Only the office puts on record what was seen of somebody.")


def _with_number(tx: Tx, command: AddEvidence) -> Evidence:
    item, number = command.evidence, command.number
    if number is None:
        return item
    if item.scheme is None:
        raise InvalidInput.of("number", "no_scheme", "Say by which scheme the check was made.")
    return replace(item, number_key=tx.house.check_digest(item.scheme.value, number))


def _is_published(tx: Tx, version: str | None) -> bool:
    return version is not None and policies.has_policy(tx, version)


@dataclass(frozen=True)
class InvalidateEvidence:
    """One thing seen was never right, or is right no longer: a false paper, a check that was withdrawn,
    a wrong date. With the reason."""

    staff_id: StaffId
    evidence_id: str
    reason: str


def invalidate_evidence(tx: Tx, command: InvalidateEvidence) -> StaffId:
    """Take one thing seen out of account, with effect at once on every running and coming session. It
    stays on record, and what is right is recorded anew. `NotFound` if it is not this person's."""
    affected = falling.hold_sessions_of(tx, command.staff_id)
    if not staff.has_staff(tx, command.staff_id):
        raise NotFound
    there = colleagues.of(tx, frozenset({command.staff_id}))[command.staff_id].evidence
    mine = next((one for one in there if one.evidence_id == command.evidence_id), None)
    if mine is None:
        raise NotFound
    if mine.invalidated:
        return command.staff_id  # the first word stands
    staff.append_invalidation(tx, command.evidence_id)
    tx.record(
        Entry(
            Event.STAFF_EVIDENCE_INVALIDATED,
            command.staff_id,
            {"staff": command.staff_id, "evidence": command.evidence_id},
            {"kind": mine.kind.value, "seen_on": mine.seen_on.isoformat()},
            {"reason": command.reason},
        )
    )
    falling.decide_again(tx, affected)
    return command.staff_id
