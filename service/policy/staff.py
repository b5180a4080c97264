"""Who of the staff may be in a session: checked, trained, acknowledged, and through the organisation.

The register holds evidence: what was seen, by whom, until when it is trusted. Eligibility is worked
out from it for a given day and never stored, so a check that lapses tomorrow stops tomorrow's session
without anyone remembering it (POL-10 to POL-13, POL-30).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.policy.organisation import Hours, Organisation
from service.policy.people import StaffId, birthday
from service.policy.session import Span

TRAINING_GRACE = timedelta(days=14)
"""How long after its end a lapsed training can still be overridden by the safeguarding lead."""


WorkingHours = tuple[Hours | None, ...]
"""From Monday (0) to Sunday (6), local time; None is a day off."""


class EvidenceKind(StrEnum):
    """What the register can hold about a member of staff."""

    BACKGROUND_CHECK = "background_check"
    TRAINING = "training"
    POLICY_ACKNOWLEDGEMENT = "policy_acknowledgement"


LONGEST_TRUST = {EvidenceKind.BACKGROUND_CHECK: 5, EvidenceKind.TRAINING: 3}
"""For how many years after it was seen a check or a training is trusted at most. An acknowledgement has
no end: it is judged by its version."""


class CheckScheme(StrEnum):
    """Which of the nations' schemes a background check was made by, and how far it looks."""

    DBS_BASIC = "dbs_basic"
    DBS_ENHANCED = "dbs_enhanced"
    PVG = "pvg"
    ACCESS_NI_BASIC = "access_ni_basic"
    ACCESS_NI_ENHANCED = "access_ni_enhanced"


BASIC = frozenset({CheckScheme.DBS_BASIC, CheckScheme.ACCESS_NI_BASIC})
"""Checks that never suffice: they do not look at what bars people from work with children."""


class RelationKind(StrEnum):
    """What was declared of two people. `DISTINCT`: a lead knows that two entries are two people."""

    FAMILY = "family"
    CONNECTION = "connection"
    DISTINCT = "distinct"


@dataclass(frozen=True)
class Evidence:
    """One thing seen, and the last day on which it is trusted.

    `number_key` is a digest of a check's number; the number itself and its paper are never kept. What
    was `invalidated` was never right, or is no longer: it stays on record and counts for nothing.
    """

    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None = None
    policy_version: str | None = None
    scheme: CheckScheme | None = None
    number_key: str | None = None
    evidence_id: str = field(default="", compare=False)
    invalidated: bool = field(default=False, compare=False)

    @property
    def longest_until(self) -> date | None:
        """The last day on which something of this kind can be trusted at most; None if it has no end."""
        years = LONGEST_TRUST.get(self.kind)
        return None if years is None else birthday(self.seen_on, years)

    def holds_on(self, day: date) -> bool:
        """Whether this can be relied on for the day. A check or training of which nobody noted the end
        cannot, on any day."""
        if self.invalidated:
            return False
        if self.longest_until is None:
            return True
        return self.trusted_until is not None and day <= min(self.trusted_until, self.longest_until)


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as a decision sees one: no name, no number.

    `relations` holds ids of children and staff declared as family or household. `contact_keys` are
    digests of mail address, telephone and the numbers of background checks, so that one person with two
    entries, or a parent who is also staff, is noticed without anyone's details being read (pitfalls 9
    and 28). A check's number tells who somebody is, whether or not the check still counts.
    `connections` are families whose employer, friend or neighbour this person is and which no lead has
    accepted; `distinct_from` are colleagues and adults of families of whom a lead has said that they are
    somebody else.
    """

    staff_id: StaffId
    account_domain: str
    evidence: tuple[Evidence, ...]
    suspended: bool = False
    left_on: date | None = None
    relations: frozenset[str] = frozenset()
    contact_keys: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    distinct_from: frozenset[str] = frozenset()
    works: WorkingHours | None = None

    def same_person_as(self, other: "StaffMember") -> bool:
        """Whether two entries of the register are one human being; a lead's word settles a doubt."""
        if self.staff_id == other.staff_id:
            return True
        if other.staff_id in self.distinct_from or self.staff_id in other.distinct_from:
            return False
        return not self.contact_keys.isdisjoint(other.contact_keys)

    def works_throughout(self, span: Span, zone: ZoneInfo) -> bool:
        """Whether the span lies in this person's working hours; always, where none are on record."""
        if self.works is None:
            return True
        starts, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
        hours = self.works[starts.weekday()]
        if hours is None or starts.date() != ends.date():
            return False
        return hours.opens <= starts.time() and ends.time() <= hours.closes

    def related_to(self, other: "StaffMember") -> bool:
        """Whether either declared the other as family or household."""
        return other.staff_id in self.relations or self.staff_id in other.relations


def count_people(entries: Iterable[StaffMember]) -> int:
    """How many human beings these entries of the register are: one person under two counts once, and
    so do all who are tied by somebody between them (pitfall 28)."""
    found: list[tuple[StaffMember, ...]] = []
    for entry in entries:
        same = [one for one in found if any(entry.same_person_as(other) for other in one)]
        found = [one for one in found if one not in same]
        found.append((entry, *(other for one in same for other in one)))
    return len(found)


class AcceptedBy(StrEnum):
    """Where an acceptance was given if not for the one session: it rests on an earlier word."""

    ROTA = "rota"
    STANDBY = "standby"
    HAND_OVER = "hand_over"


class DutyKind(StrEnum):
    """For what somebody has said yes beforehand: the rota's sessions, or standing by for others."""

    ROTA = "rota"
    STANDBY = "standby"


class TakenAs(StrEnum):
    """How a session takes a member of staff: they teach it, or as second staff stay or visit."""

    TEACHING = "teaching"
    STAYING = "staying"
    VISITING = "visiting"


@dataclass(frozen=True)
class Elsewhere:
    """A time for which another session takes a member of staff, and how. `since` is when they said yes;
    who teaches is never asked."""

    span: Span
    taken_as: TakenAs
    since: datetime | None = None


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
    yield from _check(member, on, organisation)
    yield from _training(member, on)
    if not _acknowledged(member, organisation):
        yield Shortcoming("policy_unacknowledged", "has not acknowledged the policy now in force")


def _holds(member: StaffMember, kind: EvidenceKind, on: date) -> bool:
    return any(item.kind is kind and item.holds_on(on) for item in member.evidence)


def _check(member: StaffMember, on: date, organisation: Organisation) -> Iterator[Shortcoming]:
    checks = [item for item in member.evidence if item.kind is EvidenceKind.BACKGROUND_CHECK]
    held = [item for item in checks if item.holds_on(on)]
    if any(_counts(item.scheme, organisation) for item in held):
        return
    if any(item.scheme is None for item in held):
        yield Shortcoming(
            "check_unnamed",
            "has a background check without its scheme: record it again with the scheme",
        )
    elif held:
        yield Shortcoming("check_too_weak", "has a background check of a kind that does not count")
    elif _is_endless(checks):
        yield Shortcoming(
            "check_endless",
            "has a background check without an end: record it again with the day until which it is "
            "trusted",
        )
    else:
        yield Shortcoming("check_missing", "has no background check that holds on that day")


def _is_endless(items: Iterable[Evidence]) -> bool:
    """Whether one of these stands and lacks nothing but the day until which it is trusted."""
    return any(item.trusted_until is None and not item.invalidated for item in items)


def _counts(scheme: CheckScheme | None, organisation: Organisation) -> bool:
    """Whether a check by this scheme will do: not a basic one, nor one whose scheme nobody noted. An
    organisation may name those that it accepts."""
    if scheme is None or scheme in BASIC:
        return False
    accepted = organisation.accepted_checks
    return not accepted or scheme.value in accepted


def known_on(member: StaffMember, on: date) -> dict[str, str | None]:
    """What the register knew of somebody for a day, without numbers or papers: it stays with the
    session when the entry goes (pitfall 30)."""
    found: dict[str, str | None] = {}
    for name, kind in (
        ("check", EvidenceKind.BACKGROUND_CHECK),
        ("training", EvidenceKind.TRAINING),
        ("policy", EvidenceKind.POLICY_ACKNOWLEDGEMENT),
    ):
        held = [item for item in member.evidence if item.kind is kind and item.holds_on(on)]
        if held:
            newest = max(held, key=lambda item: item.seen_on)
            until = newest.trusted_until
            found[f"{name}_seen_on"] = newest.seen_on.isoformat()
            found[f"{name}_until"] = until.isoformat() if until else None
            found |= {f"{name}_scheme": newest.scheme.value} if newest.scheme else {}
    return found


def _training(member: StaffMember, on: date) -> Iterator[Shortcoming]:
    if _holds(member, EvidenceKind.TRAINING, on):
        return
    if _holds(member, EvidenceKind.TRAINING, on - TRAINING_GRACE):
        yield Shortcoming("training_lapsed", "has training that ended a few days before that day")
    elif _is_endless(item for item in member.evidence if item.kind is EvidenceKind.TRAINING):
        yield Shortcoming(
            "training_endless",
            "has training without an end: record it again with the day until which it is good",
        )
    else:
        yield Shortcoming("training_missing", "has no current training")


def _acknowledged(member: StaffMember, organisation: Organisation) -> bool:
    return any(
        item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
        and not item.invalidated
        and item.policy_version in organisation.policy_versions_in_force
        for item in member.evidence
    )


@dataclass(frozen=True)
class Assignment:
    """A member of staff put on a session as second staff; counts once they accepted. `taken_down_by` is
    who put their yes on record, where that was somebody else."""

    staff_id: StaffId
    accepted_at: datetime | None
    taken_down_by: StaffId | None = None
