"""A yes ends with the say that it was given on: whoever comes back answers anew (pitfall 6)."""

from dataclasses import replace

from service.policy.consent import ConsentEntry, ConsentKind, Purpose, standing
from service.policy.people import ChildId, ConsentEntryId, ParentId
from service.store.consents import consent
from service.store.consents.consent import Word
from service.store.transactions import Tx
from service.workflows.consents.consent import note_word
from service.workflows.consents.naming import name_only


def lapse(tx: Tx, child_id: ChildId, giver_id: ParentId) -> None:
    """Let what a giver agreed to lapse, and take back whom they named; a no of theirs stays.

    The caller holds the child, and decides its sessions again. A lapse is nobody's word: its row repeats
    how the yes had come. Who ended it, and why, is in the entries.
    """
    ledger = consent.ledgers(tx, (child_id,))[child_id]
    agreed = [
        word
        for purpose in Purpose
        for word in standing(ledger, purpose, frozenset({giver_id}))
        if word.kind is ConsentKind.GIVEN
    ]
    if not agreed:
        return
    kept = consent.words_kept(tx, child_id)
    for yes in agreed:
        word = replace(kept[yes.entry_id], child_wording=None, child_shown=None)
        _lapse_one(tx, yes, word)
        if yes.purpose is Purpose.TAKE_PART:
            name_only(tx, child_id, giver_id, frozenset(), word)


def _lapse_one(tx: Tx, yes: ConsentEntry, word: Word) -> None:
    lapsed = replace(
        yes,
        entry_id=ConsentEntryId(tx.new_id("consent")),
        position=consent.next_position(tx, yes.child_id),
        kind=ConsentKind.LAPSED,
        at=tx.now,
        child_agreed=False,
        says_visits=False,
    )
    consent.append_consent(tx, lapsed, word)
    note_word(tx, lapsed, word)
