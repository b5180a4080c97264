"""Who may do a thing, where several workflows ask the same of whoever acts."""

from service.errors import NotAllowed
from service.policy.people import Actor, Role, StaffId
from service.store.staff import staff
from service.store.transactions import Tx


def must_be_a_person(actor: Actor) -> None:
    """A parent's word is taken down by a named member of staff: no tutor, no machine (POL-04)."""
    if actor.has(Role.MACHINE, Role.TUTOR) or not actor.has(Role.COORDINATOR, Role.DSL):
        raise NotAllowed("Only a coordinator or safeguarding lead can record what a parent said.")


def must_be_office(actor: Actor, said: str) -> None:
    """A coordinator or lead who acts; anybody else, and every program, is refused with that sentence."""
    if actor.has(Role.MACHINE) or not actor.has(Role.COORDINATOR, Role.DSL):
        raise NotAllowed(said)


def must_be_lead(tx: Tx, said: str = "Only the safeguarding lead decides this.") -> StaffId:
    """The safeguarding lead who acts; anybody else, and every program, is refused with that sentence."""
    if not tx.by.has(Role.DSL) or tx.by.has(Role.MACHINE):
        raise NotAllowed(said)
    if not staff.has_staff(tx, tx.by.subject):
        raise NotAllowed("Only somebody on the staff register can decide this.")
    return StaffId(tx.by.subject)
