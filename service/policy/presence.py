"""The adult beside the child: the promise, "I am here", and what second staff saw (POL-02, POL-21).

A pledge is for one session on its *terms*: time, purpose and children. When any of them changes the
session's terms number grows, and pledges for older terms count no more.

While the child is in, second staff look for the adult at the start, halfway and before the end. Where
the adult has registered a second device it asks for a tap between times; a tap that stays out is put
to second staff before anybody is alarmed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from service.policy.organisation import Organisation
from service.policy.people import ChildId, ParentId, PledgeId, StaffId
from service.policy.session import WITH_MEETING, CoverMode, Session


class PresenceMode(StrEnum):
    """How the adult agreed to be present; statements are held against it (pitfall 14)."""

    ON_CAMERA = "on_camera"
    IN_THE_ROOM = "in_the_room"
    IN_EARSHOT = "in_earshot"


@dataclass(frozen=True)
class Pledge:
    """A present adult's promise to be there for one child at one session on its terms.

    `shared`: the adult knows that they promised another of their children at the same time, and says
    that all of them are in one place. `taken_down_by` is who took it down, where it was spoken.
    """

    pledge_id: PledgeId
    child_id: ChildId
    adult_id: ParentId
    terms: int
    mode: PresenceMode
    made_at: datetime
    revoked_at: datetime | None = None
    shared: bool = False
    taken_down_by: StaffId | None = None

    def may_stand_beside(self, other: "Pledge") -> bool:
        """Whether one adult can keep both promises at once: agreed to in this one, which is the
        later, and nobody is on camera in two rooms (pitfall 11)."""
        on_camera = PresenceMode.ON_CAMERA in (self.mode, other.mode)
        return self.shared and not on_camera

    def made_after(self, other: "Pledge") -> bool:
        """Whether the other promise came first."""
        return (other.made_at, other.pledge_id) < (self.made_at, self.pledge_id)

    def holds_for(self, terms: int) -> bool:
        """Whether the promise stands and is about the session as it is now."""
        return self.revoked_at is None and self.terms == terms


@dataclass(frozen=True)
class CheckIn:
    """ "I am here, and I agree to this purpose", said on the day on the terms shown."""

    child_id: ChildId
    adult_id: ParentId
    terms: int
    at: datetime
    taken_down_by: StaffId | None = None


@dataclass(frozen=True)
class Departure:
    """ "I have to leave": the adult who was there is there no more, until they say so anew."""

    child_id: ChildId
    adult_id: ParentId
    at: datetime


class SightingResult(StrEnum):
    """Whether second staff perceived the child's adult."""

    SEEN = "seen"
    HEARD = "heard"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True)
class Sighting:
    """What second staff noted about a child's adult at one moment."""

    child_id: ChildId
    by: StaffId
    result: SightingResult
    at: datetime


# --- when second staff look for the adult -------------------------------------------------------------


class SightingKind(StrEnum):
    """Why second staff are asked to look for a child's adult."""

    START = "start"
    MIDDLE = "middle"
    END = "end"
    TAP = "tap"


@dataclass(frozen=True)
class DueSighting:
    """One look that second staff owe. Any note from `due_from` on settles it; without one it counts as
    missed from `missed_at` on. An adult who was not shown is settled too: that is its own alert."""

    kind: SightingKind
    due_from: datetime
    missed_at: datetime

    def is_settled_by(self, sightings: tuple[Sighting, ...]) -> bool:
        """Whether second staff have looked since it was due."""
        return any(noted.at >= self.due_from for noted in sightings)

    def is_due(self, now: datetime) -> bool:
        """Whether second staff are asked by now."""
        return self.due_from <= now

    def is_missed(self, now: datetime) -> bool:
        """Whether they were asked and did not answer in time."""
        return self.missed_at <= now

    def minutes_left(self, now: datetime) -> int:
        """How many minutes they still have, begun ones counted in full."""
        return max(0, ceil((self.missed_at - now) / timedelta(minutes=1)))


@dataclass(frozen=True)
class SecondDevice:
    """An adult's own second device that asks for "I am still here", and every tap it gave."""

    adult_id: ParentId
    registered_at: datetime
    taps: tuple[datetime, ...] = ()

    def next_tap_at(self, organisation: Organisation, since: datetime) -> datetime:
        """When the device asks next: an interval after the newest tap, or after `since`, from when on
        the child is in."""
        interval = timedelta(minutes=organisation.windows.tap_interval)
        return max(self.registered_at, since, *self.taps) + interval


def open_sightings(
    session: Session,
    admitted_at: datetime | None,
    sightings: tuple[Sighting, ...],
    organisation: Organisation,
    device: SecondDevice | None = None,
) -> tuple[DueSighting, ...]:
    """Every look at one child's adult that is still to come or owed, in order of time (POL-02).

    None while the child has not been let in, and none once the session is over.
    """
    if admitted_at is None or session.state not in WITH_MEETING:
        return ()
    asked = [*_planned(session, admitted_at, organisation)]
    if device is not None:
        asked += _for_a_missed_tap(session, admitted_at, sightings, organisation, device)
    owed = (one for one in asked if not one.is_settled_by(sightings))
    return tuple(sorted(owed, key=lambda one: one.due_from))


def _planned(
    session: Session, admitted_at: datetime, organisation: Organisation
) -> Iterator[DueSighting]:
    """At the start, halfway, and before the end. One that would run into the one before is left out:
    a child let in late is looked after at once, not twice in a row. Second staff who visit look when
    they come: they have as long as the next visit may take."""
    grace = timedelta(minutes=organisation.windows.sighting_grace)
    away = away_for(session, organisation)
    start = DueSighting(SightingKind.START, admitted_at, admitted_at + grace)
    yield start
    ends = session.ends_at - max(timedelta(minutes=organisation.windows.end_sighting), away)
    halfway = session.starts_at + (session.ends_at - session.starts_at) / 2
    around = max(grace, away / 2)
    middle = DueSighting(SightingKind.MIDDLE, halfway - around, halfway + around)
    fits = start.missed_at <= middle.due_from and middle.missed_at <= ends
    if fits and organisation.middle_sighting:
        yield middle
    if start.missed_at <= ends:
        yield DueSighting(SightingKind.END, ends, session.ends_at)


def away_for(session: Session, organisation: Organisation) -> timedelta:
    """How long second staff may be in another of their rooms: not at all, unless they visit."""
    visiting = session.cover_mode is CoverMode.VISITING
    return timedelta(minutes=organisation.windows.visit_gap) if visiting else timedelta(0)


def _for_a_missed_tap(
    session: Session,
    admitted_at: datetime,
    sightings: tuple[Sighting, ...],
    organisation: Organisation,
    device: SecondDevice,
) -> Iterator[DueSighting]:
    """A tap that stays out is put to second staff; whatever they saw since the last tap stands for it."""
    windows = organisation.windows
    looked_at = max((noted.at for noted in sightings), default=admitted_at)
    asked_at = device.next_tap_at(organisation, max(admitted_at, looked_at))
    if asked_at >= session.ends_at:
        return
    due_from = asked_at + timedelta(minutes=windows.tap_grace)
    grace = max(timedelta(minutes=windows.sighting_grace), away_for(session, organisation))
    missed_at = due_from + grace
    yield DueSighting(SightingKind.TAP, due_from, missed_at)


def supervised_since(
    admitted_at: datetime | None, sightings: tuple[Sighting, ...]
) -> datetime | None:
    """From when on a child's time counts as supervised: its adult was seen or heard since it was let
    in. None while nobody was; what came before is not supervised time (POL-02)."""
    perceived = [
        noted.at
        for noted in sightings
        if admitted_at is not None
        and noted.at >= admitted_at
        and noted.result is not SightingResult.NOT_SHOWN
    ]
    return min(perceived, default=None)
