"""When second staff were in a room that they visit, as far as the provider's word goes (POL-03)."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.policy.room import Person


@dataclass(frozen=True)
class Visit:
    """One time in the room. `until` is empty while nothing was heard of its end."""

    since: datetime
    until: datetime | None


def visits(person: Person) -> tuple[Visit, ...]:
    """Somebody's times in the room, oldest first; connections that overlap are one visit."""
    found: list[Visit] = []
    for stay in sorted(person.stays, key=lambda stay: stay.since):
        last = found[-1] if found else None
        if last is None or (last.until is not None and last.until < stay.since):
            found.append(Visit(stay.since, stay.until))
        elif last.until is not None and (stay.until is None or stay.until > last.until):
            found[-1] = replace(last, until=stay.until)
    return tuple(found)
