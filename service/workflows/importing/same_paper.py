"""Whether a line of a list says what a paper that is on record said: people bring lists in again."""

from service.policy.consent import ConsentEntry, ConsentKind, Purpose, Route
from service.policy.people import ParentId
from service.store.consents import consent
from service.store.families import people
from service.store.transactions import Tx
from service.workflows.consents.consent import SayWord


def newest_word(tx: Tx, said: SayWord) -> ConsentEntry | None:
    """What was last put on record from the very paper that a line is about."""
    kept = consent.words_kept(tx, said.child_id)
    from_it = [
        word
        for word in consent.ledgers(tx, (said.child_id,))[said.child_id]
        if (word.giver_id, word.purpose) == (said.giver_id, said.purpose)
        and (kept[word.entry_id].route, kept[word.entry_id].evidence)
        == (Route.PAPER, said.evidence)
    ]
    return from_it[-1] if from_it else None


def says(tx: Tx, word: ConsentEntry, said: SayWord) -> bool:
    """Whether a line says the same. Of a no, nothing counts but who said it."""
    if (word.kind, _in_use(tx, word.answered_by)) != (said.kind, said.answered_by):
        return False
    return said.kind is not ConsentKind.GIVEN or _says_yes_alike(tx, word, said)


def _says_yes_alike(tx: Tx, word: ConsentEntry, said: SayWord) -> bool:
    language = consent.words_kept(tx, word.child_id)[word.entry_id].language
    on = tx.house.organisation.local_day(word.at)
    was_of_age = people.children(tx, (word.child_id,), on=on)[word.child_id].is_of_age
    take_part = word.purpose is Purpose.TAKE_PART
    named = {_in_use(tx, adult_id) for adult_id in consent.named_with(tx, word)}
    adults = {*said.present_adults, *((said.giver_id,) if was_of_age else ())}
    return (
        word.policy_version == said.policy_version
        and word.valid_until == said.valid_until
        and language == said.language
        and word.child_agreed == (said.child_agrees and not was_of_age)
        and word.says_visits == (said.says_visits and take_part)
        and (named == adults or not take_part)
    )


def _in_use(tx: Tx, parent_id: ParentId | None) -> ParentId | None:
    """The record that stands for an adult now."""
    if parent_id is None:
        return None
    return people.parent_record(tx, parent_id).merged_into or parent_id
