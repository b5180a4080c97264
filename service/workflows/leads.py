"""What the safeguarding lead alone does, as somebody on the staff register."""

from service.errors import NotAllowed
from service.policy.people import Role, StaffId
from service.store import staff
from service.store.transactions import Tx


def must_be_lead(tx: Tx, said: str = "Only the safeguarding lead decides this.") -> StaffId:
    """The safeguarding lead who acts; anybody else, and every program, is refused with that sentence."""
    if not tx.by.has(Role.DSL) or tx.by.has(Role.MACHINE):
        raise NotAllowed(said)
    if not staff.has_staff(tx, tx.by.subject):
        raise NotAllowed("Only somebody on the staff register can decide this.")
    return StaffId(tx.by.subject)
