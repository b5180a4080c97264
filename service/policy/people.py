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
    """Why an adult may consent for a child (POL-04). `NONE`: on the record, but no say."""

    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    LOCAL_AUTHORITY = "local_authority"
    DELEGATED = "delegated"
    NONE = "none"


@dataclass(frozen=True)
class Tie:
    """One adult on one child's record: the relation, and the authority to consent if any."""

    parent_id: ParentId
    relation: str
    authority: Authority

    @property
    def may_consent(self) -> bool:
        """Whether this adult is a giver: one with authority to consent."""
        return self.authority is not Authority.NONE


@dataclass(frozen=True)
class Child:
    """A child as a decision sees it: no name, no contact."""

    child_id: ChildId
    born_on: date
    ties: tuple[Tie, ...]

    @property
    def givers(self) -> frozenset[ParentId]:
        """The adults whose consent counts."""
        return frozenset(tie.parent_id for tie in self.ties if tie.may_consent)

    @property
    def adults(self) -> frozenset[ParentId]:
        """Every adult on this child's record."""
        return frozenset(tie.parent_id for tie in self.ties)


class Role(StrEnum):
    """What a signed-in person or program may be. Nothing is allowed to a role unless a route says so."""

    TUTOR = "tutor"
    SECOND_STAFF = "second_staff"
    COORDINATOR = "coordinator"
    DSL = "dsl"
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
