"""Whose no stands: nobody but the lead takes it out of the reckoning, whatever is changed round it.

A no counts through the say of whoever said it. So a shorter say, another date of birth or a new home may
silence it as surely as a false yes (pitfall 1).
"""

from service.policy.consent import Purpose, open_refusals
from service.policy.people import Child, ParentId
from service.store.consents import consent
from service.store.transactions import Reader, Tx
from service.workflows.families.kin import must_not_be_family
from service.workflows.who_may import must_be_lead


def refusing(reader: Tx | Reader, child: Child) -> frozenset[ParentId]:
    """Every adult with a say, be it on a later day or at another age of the child, who said no to something
    and whose no nobody has settled."""
    having_say = frozenset(tie.parent_id for tie in child.ties if tie.has_say_from(child.on))
    ledgers = consent.ledgers(reader, (child.child_id,))
    settled = consent.resolutions(reader, ledgers, {child.child_id: child}).get(child.child_id, ())
    return frozenset(
        word.giver_id
        for purpose in Purpose
        for word in open_refusals(ledgers[child.child_id], purpose, having_say, settled)
    )


def must_not_silence(tx: Tx, child: Child, whose: frozenset[ParentId]) -> None:
    """Refuse a change that takes away the say of one of these adults while their no is open: it is for the
    lead, and for no lead of the family."""
    if whose.isdisjoint(refusing(tx, child)):
        return
    must_be_lead(tx, "Only the safeguarding lead takes the say of somebody who refuses.")
    must_not_be_family(tx, child.child_id)
