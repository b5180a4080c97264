"""What a child wants is written down and shown to staff. It stops nothing by itself (pitfall 8)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import NotAllowed, NotFound
from service.policy.consent import Wish
from service.policy.people import ChildId, Role
from service.store.alerts import alerts
from service.store.consents import consent
from service.store.families import people, wishes
from service.store.families.wishes import Heard
from service.store.inspection import listings
from service.store.staff import staff
from service.store.transactions import Tx


@dataclass(frozen=True)
class NoteWish:
    """Somebody of the staff heard what a child wants."""

    child_id: ChildId
    wish: Wish


def note_wish(tx: Tx, command: NoteWish) -> str:
    """Append a child's wish; that it does not want its sessions is an open item for the lead."""
    lead = tx.by.has(Role.COORDINATOR, Role.DSL)
    if not lead and not listings.has_worked_with(tx, tx.by.subject, command.child_id):
        raise NotFound
    if not staff.has_staff(tx, tx.by.subject):
        raise NotAllowed("Only somebody on the staff register can note what a child wants.")
    tx.lock(people.CHILDREN, [command.child_id])
    if not people.has_child(tx, command.child_id):
        raise NotFound
    return keep(tx, command.child_id, Heard(command.wish, tx.by.subject, tx.now))


def keep(tx: Tx, child_id: ChildId, heard: Heard) -> str:
    """Append a wish that somebody heard. The caller holds the child."""
    position = consent.next_position(tx, child_id)
    wish_id = wishes.append(tx, child_id, position, heard)
    tx.record(
        Entry(
            Event.CHILD_WISHED,
            child_id,
            {"child": child_id, "wish": wish_id},
            {"wish": heard.wish.value, "position": position},
        )
    )
    if heard.wish is Wish.DOES_NOT_WANT:
        alerts.raise_alert(tx, child_id, "child_does_not_want", None)
    return wish_id
