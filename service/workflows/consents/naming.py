"""A giver names the adults who may be the present one, or takes a name back (POL-02)."""

from service.audit.events import Entry, Event
from service.policy.people import ChildId, ParentId
from service.store.consents import consent
from service.store.consents.consent import Word
from service.store.families import links
from service.store.transactions import Tx


def named_by(tx: Tx, child_id: ChildId, giver_id: ParentId) -> frozenset[ParentId]:
    """The adults whom a giver has named for a child, and not taken back."""
    pairs = consent.nominated(tx, (child_id,))[child_id]
    return frozenset(adult for giver, adult in pairs if giver == giver_id)


def name_only(
    tx: Tx, child_id: ChildId, giver_id: ParentId, adults: frozenset[ParentId], word: Word
) -> None:
    """Note that a giver names these adults from now on, and nobody else."""
    pairs = consent.nominated(tx, (child_id,))[child_id]
    before = {adult for giver, adult in pairs if giver == giver_id}
    by_others = {adult for giver, adult in pairs if giver != giver_id}
    for adult_id in sorted(before ^ adults):
        named = adult_id in adults
        consent.append_nomination(tx, child_id, giver_id, adult_id, named=named, word=word)
        tx.record(
            Entry(
                Event.ADULT_NAMED if named else Event.ADULT_UNNAMED,
                child_id,
                {"child": child_id, "giver": giver_id, "adult": adult_id},
            )
        )
        if adult_id not in adults | by_others:
            links.revoke_session_links(tx, child_id, adult_id)
