"""Who gives an adult a say about a child, and who takes one away.

Whoever has a say may be the one who says no tomorrow. So it is taken away, shortened, or given back to
somebody who was taken off the record, by the safeguarding lead alone (pitfalls 1 and 6).
"""

from service.policy.people import Child, Tie
from service.store.families import ties
from service.store.transactions import Tx
from service.workflows.families.kin import must_not_be_family
from service.workflows.who_may import must_be_lead


def must_be_allowed(tx: Tx, child: Child, after: Tie) -> None:
    """Refuse whoever acts if they may not change an adult's say to what this tie gives. The caller holds the
    child, as it was before."""
    if not all(after.keeps_say_of(tie, child.on) for tie in _before(child, after)):
        must_take_as_lead(tx, child)
    must_give_back_as_lead(tx, child, after)
    _must_not_favour_own_family(tx, child, after)


def must_take_as_lead(tx: Tx, child: Child) -> None:
    """Refuse whoever acts if they may not take a say about this child away: it is for the lead, and for no
    lead of the family."""
    must_be_lead(tx, "Only the safeguarding lead takes a say away or shortens it.")
    must_not_be_family(tx, child.child_id)


def must_give_back_as_lead(tx: Tx, child: Child, after: Tie) -> None:
    """Refuse whoever acts if they may not give a say to somebody who was taken off the record once, be they
    back on it without one or not."""
    had_one = any(tie.has_say_from(child.on) for tie in _before(child, after))
    if had_one or not after.has_say_from(child.on):
        return
    if ties.was_taken_off(tx, child.child_id, after.parent_id):
        must_be_lead(
            tx,
            "This adult was taken off the child's record once: only the safeguarding lead gives them a "
            "say again.",
        )


def _must_not_favour_own_family(tx: Tx, child: Child, after: Tie) -> None:
    """Nobody on the staff gives their own family a say, or more of it (pitfall 9)."""
    if not after.has_say_from(child.on):
        return
    if any(tie.keeps_say_of(after, child.on) for tie in _before(child, after)):
        return
    said = "Another colleague must put this on record"
    must_not_be_family(tx, child.child_id, after.parent_id, instead=said)


def _before(child: Child, after: Tie) -> tuple[Tie, ...]:
    return tuple(tie for tie in child.ties if tie.parent_id == after.parent_id)
