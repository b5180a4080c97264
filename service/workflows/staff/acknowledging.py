"""Members of staff read the policy and acknowledge it in their own name (POL-30, POL-34)."""

from dataclasses import dataclass

from service.errors import Conflict
from service.policy.eligibility import has_acknowledged
from service.policy.people import StaffId
from service.policy.staff import Evidence, EvidenceKind
from service.store.consents import policies
from service.store.consents.policies import PolicyVersion
from service.store.staff import colleagues
from service.store.transactions import Reader, Tx
from service.workflows.staff.evidence import AddEvidence, add_evidence


def still_to_read(reader: Reader, subject: str) -> PolicyVersion | None:
    """The newest version of the policy, if whoever is signed in is on the register and has acknowledged
    none that counts for good. Asked before older ones cease to count, so that nobody is kept out then."""
    staff_id = StaffId(subject)
    member = colleagues.of(reader, frozenset({staff_id})).get(staff_id)
    in_the_end = policies.organisation_now(reader, policies.IN_THE_END)
    if member is None or has_acknowledged(member, in_the_end):
        return None
    return policies.newest_policy(reader)


@dataclass(frozen=True)
class Acknowledge:
    """Whoever acts has read this version of the policy and will keep to it."""

    version: str


def acknowledge(tx: Tx, command: Acknowledge) -> StaffId:
    """Put on record that whoever acts acknowledges the policy. Only the newest version, which is the one
    that they were shown."""
    newest = policies.newest_policy(tx)
    if newest is None or newest.version != command.version:
        raise Conflict(
            "The policy has changed since. Please read it and answer anew.", code="policy_changed"
        )
    today = tx.house.organisation.local_day(tx.now)
    read = Evidence(EvidenceKind.POLICY_ACKNOWLEDGEMENT, today, None, newest.version)
    return add_evidence(tx, AddEvidence(StaffId(tx.by.subject), read))
