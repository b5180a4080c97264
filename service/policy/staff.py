"""Who of the staff may be in a session: checked, trained, acknowledged, and through the organisation.

The register holds evidence: what was seen, by whom, until when it is trusted. Eligibility is worked
out from it for a given day and never stored, so a check that lapses tomorrow stops tomorrow's session
without anyone remembering it (POL-10 to POL-13, POL-30).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.policy.organisation import Hours
from service.policy.people import StaffId, birthday
from service.policy.session import Span

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
    `other_entries` are entries of the register of the same person, `adults` those of families who may be
    them: they share, or ever shared, an address, a number or a check.
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
    other_entries: frozenset[StaffId] = frozenset()
    adults: frozenset[str] = frozenset()

    @property
    def entries(self) -> frozenset[StaffId]:
        """This entry of the register, and the others of the same person."""
        return self.other_entries | {self.staff_id}

    def is_told_apart(self, other: "StaffMember") -> bool:
        """Whether a lead knows that two entries are two people."""
        return other.staff_id in self.distinct_from or self.staff_id in other.distinct_from

    def same_person_as(self, other: "StaffMember") -> bool:
        """Whether two entries of the register are one human being; a lead's word settles a doubt."""
        if self.staff_id == other.staff_id:
            return True
        if self.is_told_apart(other):
            return False
        if other.staff_id in self.other_entries or self.staff_id in other.other_entries:
            return True
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
        declared = not self.relations.isdisjoint(other.entries)
        return declared or not other.relations.isdisjoint(self.entries)


def as_one_person(entries: tuple[StaffMember, ...]) -> StaffMember:
    """The first of one person's entries, with what is on record under any of them: whose family they are,
    that they are suspended, and which adults of families may be them. Checks and last days are of the
    entry: nobody works by the papers of another one."""
    own = entries[0]
    distinct = frozenset[str]().union(*(one.distinct_from for one in entries))
    return replace(
        own,
        suspended=any(one.suspended for one in entries),
        relations=frozenset[str]().union(*(one.relations for one in entries)),
        connections=frozenset[str]().union(*(one.connections for one in entries)),
        other_entries=frozenset(one.staff_id for one in entries[1:]),
        adults=frozenset[str]().union(*(one.adults for one in entries)) - distinct,
    )


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


@dataclass(frozen=True)
class Assignment:
    """A member of staff put on a session as second staff; counts once they accepted. `taken_down_by` is
    who put their yes on record, where that was somebody else."""

    staff_id: StaffId
    accepted_at: datetime | None
    taken_down_by: StaffId | None = None
