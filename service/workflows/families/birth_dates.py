"""A date of birth says whose word counts: the parents' before the 18th birthday, the student's from it on.

So it is corrected by a named person, and where the birthday moves across today or a lesson, or somebody
refuses, by the lead (pitfall 7).
"""

from datetime import date

from service.errors import InvalidInput, NotAllowed
from service.policy.people import Child, Role, SessionId, of_age_on
from service.store.sessions import sessions
from service.store.transactions import Tx
from service.workflows.consents.refusals import must_not_silence
from service.workflows.families.kin import must_not_be_family
from service.workflows.who_may import must_be_lead


def must_be_born(tx: Tx, born_on: date) -> None:
    """Refuse what is no child's date of birth."""
    if not date(1990, 1, 1) <= born_on <= tx.now.date():
        raise InvalidInput.of("born_on", "out_of_range", "This is not a child's date of birth.")


def must_be_allowed(tx: Tx, child: Child, born_on: date, affected: tuple[SessionId, ...]) -> None:
    """Refuse another date of birth by somebody who may not correct it. The caller holds the child and the
    sessions that are not over."""
    if born_on == child.born_on:
        return
    if tx.by.has(Role.MACHINE):
        raise NotAllowed("A named person corrects a date of birth: no program changes it.")
    must_not_silence(tx, child, child.adults)
    if not _changes_whose_word_counts(tx, child, born_on, affected):
        return
    must_be_lead(
        tx,
        "With this date other people would decide for the child, today or at a session on the "
        "calendar: only the safeguarding lead corrects it.",
    )
    must_not_be_family(tx, child.child_id)


def _changes_whose_word_counts(
    tx: Tx, child: Child, born_on: date, affected: tuple[SessionId, ...]
) -> bool:
    """Whether the child is of age by one date and not by the other, today or on the day of a session."""
    first, second = sorted((of_age_on(child.born_on), of_age_on(born_on)))
    day = tx.house.organisation.local_day
    days = {child.on, *(day(sessions.get(tx, one).starts_at) for one in affected)}
    return any(first <= one < second for one in days)
