"""What an adult was on a child's record, the record that is kept takes over when two are merged."""

from service.policy.merging import joined
from service.policy.people import ChildId, ParentId, SessionId
from service.store.families import people, ties
from service.store.families.ties import KeptTie
from service.store.transactions import Tx
from service.workflows.families import onboarding, parting
from service.workflows.families.onboarding import PutTie
from service.workflows.families.parting import EndTie


def carry(
    tx: Tx, merged: KeptTie, to: tuple[ChildId, ParentId], why: str, affected: tuple[SessionId, ...]
) -> None:
    """Carry a tie over to this child and adult. The caller holds the child and decides again.

    One that has ended is carried as ended: else a nightly list could bring back who was taken off.
    """
    child_id, parent_id = to
    kept = ties.between(tx, child_id, parent_id)
    after = merged.place
    if kept is not None:
        child = people.children(tx, (child_id,))[child_id]
        after = joined(kept.place, merged.place, child)
        if after == kept.place:
            return
    if kept is None or not after.ended:
        onboarding.put_on_record(tx, _as_put(merged, child_id, parent_id))
    if after.ended:
        parting.part(tx, EndTie(child_id, parent_id, why), affected)


def _as_put(merged: KeptTie, child_id: ChildId, parent_id: ParentId) -> PutTie:
    tie, paper = merged.place.tie, merged.paper
    return PutTie(
        child_id,
        parent_id,
        tie.relation,
        tie.authority,
        paper.reference,
        paper.dated_on,
        tie.until,
    )
