"""Who sits where in a room: second staff first, then the tutor, each household, and whoever is unknown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from service.policy.admission import Place
from service.policy.board import Seat, standing, together
from service.policy.people import ChildId, StaffId
from service.policy.room import HOST, NOBODY, Person, Picture
from service.policy.session import Session
from service.web.pages.opened import first_name, initial


@dataclass(frozen=True)
class Names:
    """What people of a room are called. `second_staff` is empty while there is nobody."""

    second_staff: str
    staff: Mapping[StaffId, SecretStr]
    children: Mapping[ChildId, SecretStr]


@dataclass(frozen=True)
class Seen:
    """A room as the provider's word has it, and whom the provider means by its ids."""

    picture: Picture
    registrants: Mapping[str, tuple[Place, str]]
    now: datetime


def seats_of(session: Session, names: Names, seen: Seen) -> Iterator[Seat]:
    """A seat for everybody who is expected, and one for all unknown people, if there are any."""
    parts, strangers = _parts(seen)
    tutor = session.tutor_id
    expected = [
        (Place.SECOND_STAFF, names.second_staff, seen.picture.person(HOST)),
        (Place.TUTOR, first_name(names.staff[tutor]), together(parts[Place.TUTOR, tutor])),
        *(
            (Place.HOUSEHOLD, initial(names.children[one]), together(parts[Place.HOUSEHOLD, one]))
            for one in session.children
        ),
    ]
    for place, name, person in expected:
        yield Seat(place, name, person, standing(person, session, seen.now))
    unknown = together(strangers)
    if unknown != NOBODY:
        yield Seat(None, "", unknown, standing(unknown, session, seen.now))


def _parts(seen: Seen) -> tuple[dict[tuple[Place, str], list[Person]], list[Person]]:
    """The people whose ids we know, by their place, and everybody else."""
    parts: dict[tuple[Place, str], list[Person]] = defaultdict(list)
    strangers: list[Person] = []
    for person in seen.picture.people:
        if person.who in seen.registrants:
            parts[seen.registrants[person.who]].append(person)
        elif person.who != HOST:
            strangers.append(person)
    return parts, strangers
