"""Who of the staff may be in a session: checked, trained, acknowledged, and through the organisation.

The register holds evidence: what was seen, by whom, until when it is trusted. Eligibility is worked
out from it for a given day and never stored, so a check that lapses tomorrow stops tomorrow's session
without anyone remembering it (POL-10 to POL-13, POL-30).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from service.policy.organisation import Organisation
from service.policy.people import StaffId

TRAINING_GRACE = timedelta(days=14)
"""How long after its end a lapsed training can still be overridden by the safeguarding lead."""


class EvidenceKind(StrEnum):
    """What the register can hold about a member of staff."""

    BACKGROUND_CHECK = "background_check"
    TRAINING = "training"
    POLICY_ACKNOWLEDGEMENT = "policy_acknowledgement"


@dataclass(frozen=True)
class Evidence:
    """One thing seen: trusted through `trusted_until`, or without end if that is None."""

    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None = None
    policy_version: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether this can be relied on for the day."""
        return self.trusted_until is None or day <= self.trusted_until


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as a decision sees one: no name, no number.

    `relations` holds ids of children and staff declared as family or household. `contact_keys` are
    digests of mail address, telephone and staff number, so that one person with two entries, or a
    parent who is also staff, is noticed without anyone's details being read (pitfalls 9 and 28).
    """

    staff_id: StaffId
    account_domain: str
    evidence: tuple[Evidence, ...]
    suspended: bool = False
    left_on: date | None = None
    relations: frozenset[str] = frozenset()
    contact_keys: frozenset[str] = frozenset()

    def same_person_as(self, other: "StaffMember") -> bool:
        """Whether two entries of the register are one human being."""
        if self.staff_id == other.staff_id:
            return True
        return not self.contact_keys.isdisjoint(other.contact_keys)

    def related_to(self, other: "StaffMember") -> bool:
        """Whether either declared the other as family or household."""
        return other.staff_id in self.relations or self.staff_id in other.relations


@dataclass(frozen=True)
class Shortcoming:
    """One reason why a member of staff may not be in a session."""

    code: str
    sentence: str


def shortcomings(
    member: StaffMember, on: date, organisation: Organisation
) -> Iterator[Shortcoming]:
    """Every reason why this person may not be in a session on the day; nothing if eligible."""
    if member.suspended:
        yield Shortcoming("suspended", "is suspended")
    if member.left_on is not None and on >= member.left_on:
        yield Shortcoming("left", "no longer works for the organisation on that day")
    if member.account_domain not in organisation.domains:
        yield Shortcoming("personal_account", "has no account of the organisation")
    if not _holds(member, EvidenceKind.BACKGROUND_CHECK, on):
        yield Shortcoming("check_missing", "has no background check that holds on that day")
    yield from _training(member, on)
    if not _acknowledged(member, organisation):
        yield Shortcoming("policy_unacknowledged", "has not acknowledged the policy now in force")


def _holds(member: StaffMember, kind: EvidenceKind, on: date) -> bool:
    return any(item.kind is kind and item.holds_on(on) for item in member.evidence)


def _training(member: StaffMember, on: date) -> Iterator[Shortcoming]:
    if _holds(member, EvidenceKind.TRAINING, on):
        return
    if _holds(member, EvidenceKind.TRAINING, on - TRAINING_GRACE):
        yield Shortcoming("training_lapsed", "has training that ended a few days before that day")
        return
    yield Shortcoming("training_missing", "has no current training")


def _acknowledged(member: StaffMember, organisation: Organisation) -> bool:
    return any(
        item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
        and item.policy_version in organisation.policy_versions_in_force
        for item in member.evidence
    )


@dataclass(frozen=True)
class Assignment:
    """A member of staff put on a session as second staff; counts once they accepted."""

    staff_id: StaffId
    accepted_at: datetime | None
