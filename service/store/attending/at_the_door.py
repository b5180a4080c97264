"""What happened at a session's door, by child: who left, whose way in was handed on, second devices."""

from dataclasses import dataclass, field

from service.policy.people import ChildId
from service.policy.presence import Departure, SecondDevice
from service.policy.session import Session
from service.store.attending import second_devices, slips
from service.store.transactions import Reader, Tx


@dataclass(frozen=True)
class AtTheDoor:
    """Nothing yet, unless said otherwise."""

    departures: dict[ChildId, tuple[Departure, ...]] = field(default_factory=dict)
    second_devices: dict[ChildId, SecondDevice] = field(default_factory=dict)
    handed_on: frozenset[ChildId] = frozenset()


def of_session(reader: Tx | Reader, session: Session) -> AtTheDoor:
    """Everything that happened; nothing can have happened before people may check in."""
    if reader.now < reader.house.organisation.check_in_opens_at(session.starts_at):
        return AtTheDoor()
    return AtTheDoor(
        second_devices.departures(reader, session.session_id),
        second_devices.of_session(reader, session.session_id),
        slips.handed_on(reader, session.session_id),
    )
