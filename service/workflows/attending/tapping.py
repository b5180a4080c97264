"""The adult's own second device: registered, asked for one tap now and then, and asked no more (POL-02)."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, NotFound
from service.policy.admission import SlipPurpose, child_of
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.session import ENGAGED, Session
from service.store.attending import second_devices
from service.store.attending.second_devices import Registered
from service.store.sessions import cases
from service.store.transactions import Reader, Tx
from service.workflows.attending import slips


@dataclass(frozen=True)
class RegisterDevice:
    """An adult names the device in their hand as their second one, for one child's session."""

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId
    token_hash: str


def register_device(tx: Tx, command: RegisterDevice) -> None:
    """Ask this device from now on, in place of the one before. Only of an adult who is there."""
    case = cases.lock(tx, command.session_id)
    child = child_of(case, command.child_id)
    if child is None or command.adult_id not in child.child.adults:
        raise NotFound
    if child.here_since(command.adult_id, case.session) is None:
        raise Conflict("Say that you are there first.", code="not_here")
    unregister(tx, command.session_id, command.child_id)
    device_id = second_devices.insert(
        tx, command.session_id, command.child_id, command.adult_id, command.token_hash
    )
    about = {"child": command.child_id, "adult": command.adult_id, "device": device_id}
    tx.record(Entry(Event.SECOND_DEVICE_REGISTERED, command.session_id, about))


@dataclass(frozen=True)
class RegisterBySlip:
    """The same, on a device that the adult's code was typed into."""

    code: SecretStr = field(repr=False)
    token_hash: str


def register_by_slip(tx: Tx, command: RegisterBySlip) -> None:
    """Register a device by a one-use code. `NotFound` for every code that opens nothing."""
    slip = slips.of_code(tx, command.code, SlipPurpose.SECOND_DEVICE)
    register_device(
        tx, RegisterDevice(slip.session_id, slip.child_id, slip.adult_id, command.token_hash)
    )
    slips.use_up(tx, slip)


@dataclass(frozen=True)
class UnregisterDevice:
    """An adult's second device is not to be asked any more; second staff look as they always do."""

    session_id: SessionId
    child_id: ChildId


def unregister_device(tx: Tx, command: UnregisterDevice) -> None:
    """Ask the child's second device no more. `NotFound` if there is none."""
    if not unregister(tx, command.session_id, command.child_id):
        raise NotFound


def unregister(tx: Tx, session_id: SessionId, child_id: ChildId) -> bool:
    """Ask a second device no more, if there is one."""
    device_id = second_devices.end(tx, session_id, child_id)
    if device_id is None:
        return False
    about = {"child": child_id, "device": device_id}
    tx.record(Entry(Event.SECOND_DEVICE_ENDED, session_id, about))
    return True


@dataclass(frozen=True)
class Asked:
    """One session for which a second device is asked. `next_at` is when the tap falls due."""

    session: Session
    registered: Registered
    next_at: datetime


def asked(reader: Tx | Reader, token_hash: str) -> tuple[Asked, ...]:
    """Every session that is not over, for which the device with this token is asked: while its owner may
    be the child's present adult, and is there."""
    found = (_asked(reader, one) for one in second_devices.by_token(reader, token_hash))
    return tuple(one for one in found if one is not None)


def _asked(reader: Tx | Reader, registered: Registered) -> Asked | None:
    case = cases.load(reader, registered.session_id)
    child = child_of(case, registered.child_id)
    if child is None or case.session.state not in ENGAGED or child.second_device is None:
        return None
    device, adult_id = child.second_device, registered.adult_id
    may_be_present = child.may_be_present(adult_id, case.session.ends_at)
    if not may_be_present or child.here_since(adult_id, case.session) is None:
        return None
    return Asked(
        case.session, registered, device.next_tap_at(case.organisation, device.registered_at)
    )


@dataclass(frozen=True)
class Tap:
    """ "I am still here", said on the device with this token."""

    token_hash: str


def tap(tx: Tx, command: Tap) -> int:
    """Note the tap for every session the device is asked for; answers how many. `NotFound` for none."""
    found = asked(tx, command.token_hash)
    if not found:
        raise NotFound
    for one in found:
        mine = one.registered
        second_devices.append_tap(tx, mine.device_id)
        about = {"child": mine.child_id, "adult": mine.adult_id, "device": mine.device_id}
        tx.record(Entry(Event.TAP_GIVEN, mine.session_id, about))
    return len(found)
