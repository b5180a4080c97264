"""Asks the families: a personal link and a message for each adult a giver has named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from service.errors import Conflict, NotFound
from service.policy.people import ChildId, ParentId
from service.policy.session import Session
from service.store.families import deputies, links, people
from service.store.families.links import LinkPurpose
from service.store.messages import messages
from service.store.sessions import cases
from service.store.staff import staff
from service.store.transactions import Reader, Tx
from service.workflows.families.links import CONSENT_LINK_LASTS, MakeLink, make_link
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice, told_time

SESSION_LINK_OUTLASTS = timedelta(days=8)
"""How long after the session its links still open the page for the statement."""


def ask_for_pledges(tx: Tx, session: Session) -> None:
    """Ask every adult whom a giver names whose own yes counts, for each child of the session.

    A session whose purpose is still to be stated asks nobody: it is the purpose that they agree to.
    """
    if not session.purpose.strip():
        return
    for child_id, adult_id in adults_to_ask(tx, session):
        ask_adult(tx, session, child_id, adult_id)


def ask_adult(tx: Tx, session: Session, child_id: ChildId, adult_id: ParentId) -> None:
    """Ask one adult to be present, once it is near enough to promise; asking twice about the same
    terms writes once."""
    if not session.purpose.strip():
        return
    from_then_on = tx.house.organisation.may_promise_from(session.starts_at)
    _write(tx, "pledge_request", session, child_id, adult_id, {}, not_before=from_then_on)


def tell_of_move(tx: Tx, before: Session, after: Session) -> None:
    """Tell every adult of the new terms, with new links; the old ones end. The adults of a child who
    is new in the session are asked as for any other."""
    links.revoke_of_session(tx, after.session_id)
    messaging.overtake(tx, after.session_id)
    for child_id, adult_id in adults_to_ask(tx, after):
        if child_id in before.children:
            extra = {"before": told_time(tx, before.starts_at, adult_id)}
            _write(tx, "session_moved", after, child_id, adult_id, extra)
        else:
            ask_adult(tx, after, child_id, adult_id)


def tell_of_tutor(tx: Tx, session: Session) -> None:
    """Tell every adult that another tutor takes the session; their promises stand (pitfall 20)."""
    name = staff.staff_record(tx, session.tutor_id).name.get_secret_value()
    extra = {"tutor": name.split(maxsplit=1)[0]}
    for child_id, adult_id in adults_to_ask(tx, session):
        link = session_link(tx, session, child_id, adult_id)
        about = f"{session.session_id}:{child_id}:{session.version}"
        notice = Notice("tutor_changed", adult_id, child_id, about, link, session, extra)
        messaging.write(tx, notice)


def adults_to_ask(tx: Tx | Reader, session: Session) -> Iterator[tuple[ChildId, ParentId]]:
    """Every adult who may be present at the session and may be written to, for each of its children: by
    the same words as its case is decided, on its own day (pitfalls 7 and 16)."""
    for family in cases.families(tx, session):
        for adult_id in family.to_ask(session.ends_at):
            yield family.child.child_id, adult_id


def _write(
    tx: Tx,
    template: str,
    session: Session,
    child_id: ChildId,
    adult_id: ParentId,
    extra: dict[str, str],
    not_before: datetime | None = None,
) -> None:
    about = f"{session.session_id}:{child_id}:{session.terms}"
    if messages.is_written(tx, messaging.once_key(template, adult_id, about)):
        return
    link = session_link(tx, session, child_id, adult_id)
    notice = Notice(template, adult_id, child_id, about, link, session, extra, not_before)
    messaging.write(tx, notice)


def session_link(tx: Tx, session: Session, child_id: ChildId, adult_id: ParentId) -> SecretStr:
    """A fresh link to one adult's page for one child's session."""
    expires_at = session.ends_at + SESSION_LINK_OUTLASTS
    return make_link(
        tx,
        MakeLink(LinkPurpose.SESSION, adult_id, child_id, session.session_id, expires_at),
    )


def consent_link(tx: Tx, child_id: ChildId, giver_id: ParentId) -> SecretStr:
    """A fresh link to the page where a giver consents, refuses or withdraws."""
    return make_link(
        tx,
        MakeLink(LinkPurpose.CONSENT, giver_id, child_id, None, tx.now + CONSENT_LINK_LASTS),
    )


@dataclass(frozen=True)
class AskForConsent:
    """Somebody of the staff asks a giver for consent."""

    child_id: ChildId
    giver_id: ParentId


def ask_for_consent(tx: Tx, command: AskForConsent) -> None:
    """Send a giver the link to the consent page."""
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None or command.giver_id not in child.givers:
        raise NotFound
    if command.giver_id not in child.hearers:
        raise Conflict("This adult is not to be written to.", code="restricted")
    about = f"{command.child_id}:{tx.now.isoformat()}"
    write_to_giver(tx, "consent_request", command.child_id, command.giver_id, about)


def write_to_giver(
    tx: Tx, template: str, child_id: ChildId, giver_id: ParentId, about: str
) -> None:
    """Send a giver the link to the consent page; to each deputy, if it is a team."""
    for speaker_id in deputies.speakers(tx, giver_id):
        link = consent_link(tx, child_id, speaker_id)
        messaging.write(tx, Notice(template, speaker_id, child_id, about, link))
