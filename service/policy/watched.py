"""A room under watch: what the rules of `service.policy.watch` look at, and what they answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.policy.admission import Place
from service.policy.case import CaseFile
from service.policy.people import ChildId
from service.policy.presence import SightingResult
from service.policy.room import HOST, UNKNOWN, Person, Picture
from service.policy.session import SessionState


@dataclass(frozen=True)
class Expected:
    """Somebody for whom a way in exists, and when the door let them in, if it did.

    `who` is what the provider calls them; second staff are `HOST`. `shut`: their way in is worth
    nothing any more.
    """

    place: Place
    who: str
    subject_id: str
    let_in_at: datetime | None = None
    shut: bool = False


@dataclass(frozen=True)
class Watched:
    """One room, with everything a watch may look at, frozen at one instant.

    `second_staff_said_at`: their newest own word that they are in the room, a sighting included.
    `blind_since`: from when on the provider has told us nothing that we could rely on.
    """

    case: CaseFile
    picture: Picture
    expected: tuple[Expected, ...] = ()
    second_staff_said_at: datetime | None = None
    blind_since: datetime | None = None

    @property
    def households(self) -> tuple[Expected, ...]:
        """The children's households for whom there is a way in."""
        return tuple(one for one in self.expected if one.place is Place.HOUSEHOLD)

    @property
    def households_inside(self) -> tuple[Expected, ...]:
        """Those who are in, or may be: let in, and never seen to go."""
        return tuple(one for one in self.households if self.in_since(one) is not None)

    def in_since(self, one: Expected) -> datetime | None:
        """Since when somebody has been in, or may have been; see `Picture.in_since`. Whoever was never
        spoken of, and whose way in is worth nothing any more, has not."""
        return self.picture.in_since(one.who, None if one.shut else one.let_in_at)

    @property
    def second_staff(self) -> Person:
        """The second member of staff, as the provider saw them."""
        return self.picture.person(HOST)

    @property
    def tutor_is_inside(self) -> bool:
        """Whether the tutor is in, or may be."""
        tutors = (one for one in self.expected if one.place is Place.TUTOR)
        return any(self.in_since(one) is not None for one in tutors)

    @property
    def strangers(self) -> tuple[Person, ...]:
        """Everybody inside whom nobody can name, or for whom there is no way in (pitfall 48)."""
        known = {HOST, *(one.who for one in self.expected)}
        return tuple(
            person
            for person in self.picture.people
            if person.is_inside and (person.who == UNKNOWN or person.who not in known)
        )

    def adult_is_sighted(self, child_id: ChildId) -> bool:
        """Whether second staff, when they last looked, saw or heard the child's adult."""
        for child in self.case.children:
            if child.child.child_id == child_id and child.sightings:
                newest = max(child.sightings, key=lambda sighting: sighting.at)
                return newest.result is not SightingResult.NOT_SHOWN
        return False

    @property
    def is_running(self) -> bool:
        """Whether the room is open: only then anybody may be in it."""
        return self.case.session.state in (SessionState.OPEN, SessionState.LIVE)


class Act(StrEnum):
    """What follows from a broken rule. Each is safe to repeat, and none needs permission."""

    ALERT = "alert"
    CALL_STANDBY = "call_standby"
    SHUT_OUT = "shut_out"
    END = "end"


@dataclass(frozen=True)
class Step:
    """One consequence, and how long after the rule began to be broken."""

    after: timedelta
    act: Act


@dataclass(frozen=True)
class Breach:
    """One rule that is broken, about one person or the session, since an instant.

    It counts from its first step on: a rule with a grace time is not broken before that is over.
    """

    code: str
    subject_id: str
    since: datetime
    steps: tuple[Step, ...]

    def stands_at(self, now: datetime) -> bool:
        """Whether the grace time is over."""
        return self.since + self.steps[0].after <= now

    def due(self, now: datetime, noticed_at: datetime | None = None) -> frozenset[Act]:
        """What has to have been done by now.

        Nobody is put out, and no room ended, on the first word of it: what mends a breach may be only
        a moment behind on its way to us.
        """
        return frozenset(
            step.act for step in self.steps if self._due_at(step, noticed_at or now) <= now
        )

    def next_at(self, now: datetime, noticed_at: datetime | None = None) -> datetime | None:
        """When something more is due, if anything is."""
        times = (self._due_at(step, noticed_at or now) for step in self.steps)
        return min((at for at in times if at > now), default=None)

    def _due_at(self, step: Step, noticed_at: datetime) -> datetime:
        at = self.since + step.after
        return max(at, noticed_at + SECOND_WORD) if step.act in LASTING else at


SECOND_WORD = timedelta(seconds=30)
LASTING = frozenset({Act.SHUT_OUT, Act.END})
"""Acts that cannot be undone, and wait `SECOND_WORD` after a breach was first noticed."""
