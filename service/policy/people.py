"""Who is who: the ids and frozen values for children, the adults round them, and people acting.

Every id is a typed prefix and a UUIDv7 and is never a credential: knowing one opens nothing.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

ChildId = NewType("ChildId", str)
ParentId = NewType("ParentId", str)
StaffId = NewType("StaffId", str)
SessionId = NewType("SessionId", str)
HostId = NewType("HostId", str)
ConsentEntryId = NewType("ConsentEntryId", str)
PledgeId = NewType("PledgeId", str)
ClearanceId = NewType("ClearanceId", str)
MeetingId = NewType("MeetingId", str)

ADULT_AT = 18


class Authority(StrEnum):
    """Why an adult may consent for a child (POL-04). `NONE`: on the record, but no say.

    `SELF`: the student's own say, from the 18th birthday on; before it nobody has it.
    """

    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    LOCAL_AUTHORITY = "local_authority"
    DELEGATED = "delegated"
    SELF = "self"
    NONE = "none"


DOCUMENTED = frozenset({Authority.LOCAL_AUTHORITY, Authority.DELEGATED})
"""Authority that rests on a paper: its reference and date are on record (pitfall 6)."""

OWN = frozenset({Authority.PARENTAL_RESPONSIBILITY, Authority.SELF})
"""Authority that a person has of themselves and nobody gave: no office has it, and it has no last day."""

ENDS_WITH_PLACEMENT = frozenset({Authority.DELEGATED, Authority.NONE})
"""Authority that ends with the placement; what parents and the local authority have does not."""


class Restriction(StrEnum):
    """Why an adult is written to no more (pitfalls 2 and 21)."""

    NO_CONTACT = "no_contact"
    DO_NOT_CONTACT = "do_not_contact"
    DECEASED = "deceased"
    MERGED = "merged"
    """The record turned out to be of somebody we had already: that record answers from then on."""


OF_A_CHILD = (Restriction.DO_NOT_CONTACT, Restriction.DECEASED)
"""Restrictions of a child's record: no session, and no message about the child to anybody."""

BARRING = frozenset({Restriction.NO_CONTACT, Restriction.DECEASED, Restriction.MERGED})
"""Restrictions under which an adult cannot be the present one, and a yes of theirs counts no more."""


def loosens(before: Restriction | None, after: Restriction | None) -> bool:
    """Whether one restriction in place of another protects less: it is lifted, or bars nobody any more."""
    if before is None:
        return False
    return after is None or (before in BARRING and after not in BARRING)


@dataclass(frozen=True)
class Tie:
    """One adult on one child's record: the relation, and the authority to consent if any.

    `until` is the last day of a delegation. A tie that has ended is no part of a decision.
    """

    parent_id: ParentId
    relation: str
    authority: Authority
    until: date | None = None
    restriction: Restriction | None = None

    @property
    def is_barred(self) -> bool:
        """Whether a court order or death keeps this adult away from the child."""
        return self.restriction in BARRING

    def has_say(self, last_day: date, *, of_age: bool) -> bool:
        """Whether this adult has authority through the day; from 18 on the student alone has."""
        if self.authority is Authority.NONE or (self.authority is Authority.SELF) != of_age:
            return False
        return self.until is None or last_day <= self.until

    def has_say_from(self, on: date) -> bool:
        """Whether this adult has a say on the day or a later one, at whatever age of the child."""
        ends = self.until is not None and self.until < on
        return self.authority is not Authority.NONE and not ends

    def keeps_say_of(self, before: "Tie", on: date) -> bool:
        """Whether this adult has a say by this tie on every day, from the given one on and at any age of the
        child, on which they had one by the tie before."""
        if not before.has_say_from(on):
            return True
        of_age = before.authority is Authority.SELF
        if before.until is None:
            return self.until is None and self.has_say(on, of_age=of_age)
        return self.has_say(before.until, of_age=of_age)


@dataclass(frozen=True)
class Child:
    """A child as a decision about the days `on` to `through` sees it: no name, no contact."""

    child_id: ChildId
    born_on: date
    ties: tuple[Tie, ...]
    on: date
    through: date | None = None
    looked_after: bool = False
    visiting_never: bool = False
    restriction: Restriction | None = None
    merged_into: ChildId | None = None
    has_merged: bool = False

    @property
    def is_of_age(self) -> bool:
        """Whether this is an adult on the first of the days (pitfall 7)."""
        return self.on >= of_age_on(self.born_on)

    @property
    def is_never_visited(self) -> bool:
        """Whether second staff must stay throughout with this child (POL-03)."""
        return self.looked_after or self.visiting_never

    @property
    def deciders(self) -> frozenset[ParentId]:
        """The adults whose no counts: all with authority, those under a restriction too."""
        last_day = self.through or self.on
        return frozenset(
            tie.parent_id for tie in self.ties if tie.has_say(last_day, of_age=self.is_of_age)
        )

    @property
    def givers(self) -> frozenset[ParentId]:
        """The adults whose consent counts."""
        return self.deciders - self.barred

    @property
    def barred(self) -> frozenset[ParentId]:
        """The adults whom a court order or death keeps away (pitfall 2)."""
        return frozenset(tie.parent_id for tie in self.ties if tie.is_barred)

    @property
    def adults(self) -> frozenset[ParentId]:
        """Every adult on this child's record."""
        return frozenset(tie.parent_id for tie in self.ties)

    @property
    def hearers(self) -> frozenset[ParentId]:
        """The adults who may be written to: nobody restricted, and from 18 on the student alone; about a
        child that died, or whose record is restricted otherwise, nobody at all (pitfall 21)."""
        if self.restriction is not None:
            return frozenset()
        return frozenset(
            tie.parent_id
            for tie in self.ties
            if tie.restriction is None and (tie.authority is Authority.SELF or not self.is_of_age)
        )


def of_age_on(born_on: date) -> date:
    """The 18th birthday."""
    return birthday(born_on, ADULT_AT)


def birthday(born_on: date, age: int) -> date:
    """The day somebody comes to an age; of one born on 29 February, 1 March where there is no such."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


class Role(StrEnum):
    """What a signed-in person or program may be. Nothing is allowed to a role unless a route says so.

    `INDEPENDENT`: who takes concerns about a lead or the management, such as the chair of trustees.
    """

    TUTOR = "tutor"
    SECOND_STAFF = "second_staff"
    COORDINATOR = "coordinator"
    DSL = "dsl"
    INDEPENDENT = "independent"
    INSPECTOR = "inspector"
    ADMIN = "admin"
    MACHINE = "machine"
    PARENT = "parent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who does a thing. `subject` is a staff id, a parent id, a machine's name or a reconciler's."""

    subject: str
    roles: frozenset[Role]
    request_id: str = "-"

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of these roles."""
        return not self.roles.isdisjoint(roles)


def system(name: str) -> Actor:
    """The service itself, acting as the named part."""
    return Actor(subject=f"system:{name}", roles=frozenset({Role.SYSTEM}))
