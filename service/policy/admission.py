"""Who may go in now: second staff first, then the tutor, then each child's household (POL-01 to 03).

An `Admission` is the only key that releases a way in. Like a clearance it cannot be made while
anything stands in the way: making one asks every question again, at that instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.errors import NotClear, NotFound
from service.policy.case import CaseFile, ChildCase
from service.policy.clearance import outstanding
from service.policy.people import ChildId, StaffId
from service.policy.presence import SightingResult
from service.policy.rules import Stage
from service.policy.session import WITH_MEETING


class Place(StrEnum):
    """As whom a person goes in. A household is one child with the adult beside it."""

    SECOND_STAFF = "second_staff"
    TUTOR = "tutor"
    HOUSEHOLD = "household"


class Presence(StrEnum):
    """How we know that second staff is in the room: by the provider's word or by their own."""

    ABSENT = "absent"
    CLAIMED = "claimed"
    BY_PROVIDER = "by_provider"


@dataclass(frozen=True)
class Room:
    """What the door knows about the meeting at this instant."""

    second_staff: Presence
    call_started: bool


@dataclass(frozen=True)
class Knock:
    """One person asking to go in: as whom, and with which child or as which member of staff. `by_slip`:
    on the child's own device, by the code that the adult handed on."""

    place: Place
    child_id: ChildId | None = None
    staff_id: StaffId | None = None
    by_slip: bool = False


class SlipPurpose(StrEnum):
    """What another device of a household can do with a one-use code."""

    WAY_IN = "way_in"
    SECOND_DEVICE = "second_device"


@dataclass(frozen=True)
class Wait:
    """One reason to wait at the door. Sentences name roles, never people (pitfall 12)."""

    code: str
    sentence: str
    clauses: tuple[str, ...]


def waits_for(case: CaseFile, room: Room, knock: Knock, now: datetime) -> tuple[Wait, ...]:
    """Everything this person still waits for; nothing when they may go in."""
    return (
        *_session_waits(case, now),
        *(_household_waits(case, room, knock, now) if knock.place is Place.HOUSEHOLD else ()),
        *(_staff_waits(case, knock, now) if knock.place is not Place.HOUSEHOLD else ()),
    )


def _session_waits(case: CaseFile, now: datetime) -> Iterator[Wait]:
    if case.session.state not in WITH_MEETING:
        yield Wait("not_open", "The session is not open.", ("POL-01",))
    if now < case.organisation.check_in_opens_at(case.session.starts_at):
        yield Wait("too_early", "It is too early to go in.", ("POL-21",))
    if now >= case.session.ends_at:
        yield Wait("over", "The planned time is over.", ("POL-23",))
    found = outstanding(case, Stage.ADMIT, now)
    if found.of_session or not found.is_clear:
        yield Wait("not_clear", "A condition for the session does not hold any more.", ("POL-03",))


def _staff_waits(case: CaseFile, knock: Knock, now: datetime) -> Iterator[Wait]:
    if knock.staff_id is None or part_of(case, knock.staff_id) is not knock.place:
        yield Wait("not_expected", "You are not expected in this session.", ("POL-06",))
    if case.hand_over is None or knock.staff_id != case.hand_over.newcomer:
        return
    found = outstanding(case.hand_over.case, Stage.ADMIT, now)
    if found.of_session or not found.is_clear:
        yield Wait("not_clear", "You cannot take over this session.", ("POL-03",))


def part_of(case: CaseFile, subject: str) -> Place | None:
    """In which part a member of staff belongs to the session, if in any. Whoever takes over during a
    call is second staff as well: they come in before the other leaves (pitfall 24)."""
    second = case.second_staff.staff_id if case.second_staff else None
    newcomer = case.hand_over.newcomer if case.hand_over else None
    if subject in (second, newcomer):
        return Place.SECOND_STAFF
    return Place.TUTOR if subject == case.tutor.staff_id else None


def place_of(case: CaseFile, subject: str) -> Place:
    """In which part a member of staff belongs to the session. `NotFound` if in none."""
    part = part_of(case, subject)
    if part is None:
        raise NotFound
    return part


def _household_waits(case: CaseFile, room: Room, knock: Knock, now: datetime) -> Iterator[Wait]:
    child = child_of(case, knock.child_id)
    if child is None:
        yield Wait("not_expected", "You are not expected in this session.", ("POL-06",))
        return
    if outstanding(case, Stage.ADMIT, now).of_children[child.child.child_id]:
        yield Wait("not_clear", "A condition for your child does not hold any more.", ("POL-04",))
    if not has_checked_in(case, child):
        yield Wait(
            "adult_not_here", "The adult who promised to be present has to say so.", ("POL-02",)
        )
    if child.handed_on and not knock.by_slip:
        yield Wait("handed_on", "The way in is with the child's own device.", ("POL-06",))
    if room.second_staff is Presence.ABSENT:
        yield Wait(
            "second_staff_not_in", "The second member of staff is not in the room.", ("POL-03",)
        )


def child_of(case: CaseFile, child_id: ChildId | None) -> ChildCase | None:
    """The child's part of the case, if the child is in the session."""
    return next((child for child in case.children if child.child.child_id == child_id), None)


def has_checked_in(case: CaseFile, child: ChildCase) -> bool:
    """Whether the adult whose promise counts has said "I am here" since, on its terms, and has not left
    again (POL-02). Whoever was not shown to second staff afterwards has to say it again."""
    pledge = child.pledge_for(case.session)
    if pledge is None:
        return False
    since = child.here_since(pledge.adult_id, case.session)
    missed = [one.at for one in child.sightings if one.result is SightingResult.NOT_SHOWN]
    return since is not None and since >= pledge.made_at and all(since > at for at in missed)


@dataclass(frozen=True)
class Admission:
    """Proof that one person may go in at one instant. Making it asks every question again."""

    case: CaseFile
    room: Room
    knock: Knock
    at: datetime

    def __post_init__(self) -> None:
        """Refuse with everything that is still waited for."""
        waits = waits_for(self.case, self.room, self.knock, self.at)
        if waits:
            raise NotClear(
                waits[0].sentence,
                code="not_admitted",
                details={
                    "waits": [wait.code for wait in waits],
                    "reasons": [{"code": one.code, "sentence": one.sentence} for one in waits],
                },
            )


def admit(case: CaseFile, room: Room, knock: Knock, now: datetime) -> Admission:
    """The admission of a person whom nothing keeps out; `NotClear` naming what does."""
    return Admission(case, room, knock, now)
