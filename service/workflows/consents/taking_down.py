"""A spoken word is put on record by a named person, and goes back to whoever said it."""

from pydantic import SecretStr

from service.errors import InvalidInput, NotAllowed
from service.policy.consent import SPOKEN_ROUTES, Route
from service.policy.people import ChildId, ParentId, StaffId
from service.store.staff import staff
from service.store.transactions import Tx
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice
from service.workflows.who_may import must_be_a_person


def taken_down_by(tx: Tx, route: Route, evidence: str | None) -> StaffId:
    """Who takes down a parent's spoken word: a named person, saying how it can be checked."""
    must_be_a_person(tx.by)
    if route not in SPOKEN_ROUTES:
        raise InvalidInput.of("route", "not_spoken", "Say how the parent told you.")
    if not (evidence or "").strip():
        raise InvalidInput.of(
            "evidence", "missing", "Give the number on file that was called, or the paper's mark."
        )
    if not staff.has_staff(tx, tx.by.subject):
        raise NotAllowed("Only somebody on the staff register can record what a parent said.")
    return StaffId(tx.by.subject)


def confirm_word(
    tx: Tx,
    parent_id: ParentId,
    child_id: ChildId,
    word: str,
    link: SecretStr,
    template: str = "word_taken_down",
) -> None:
    """Send a parent a copy of what was taken down, with a link to say otherwise."""
    about = f"{child_id}:{tx.now.isoformat()}:{word}"
    messaging.write(
        tx,
        Notice(template, parent_id, child_id, about, link, extra={"word": word}),
    )
