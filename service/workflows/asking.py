"""Asks the families: a personal link and a message for each adult a giver has named."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from service.errors import NotFound
from service.policy.people import ChildId, ParentId
from service.policy.session import Session
from service.store import consent, links, people
from service.store.links import LinkPurpose
from service.store.transactions import Tx
from service.workflows import messaging
from service.workflows.links import CONSENT_LINK_LASTS, MakeLink, make_link
from service.workflows.messaging import Notice, told_time

SESSION_LINK_OUTLASTS = timedelta(days=8)
"""How long after the session its links still open the page for the statement."""


def ask_for_pledges(tx: Tx, session: Session) -> None:
    """Ask every adult whom a giver with authority named, for each child of the session.

    A session whose purpose is still to be stated asks nobody: it is the purpose that they agree to.
    """
    if not session.purpose.strip():
        return
    known = people.children(tx, session.children)
    nominated = consent.nominated(tx, session.children)
    for child_id, child in known.items():
        adults = {adult for giver, adult in nominated[child_id] if giver in child.givers}
        for adult_id in sorted(adults):
            ask_adult(tx, session, child_id, adult_id)


def ask_adult(tx: Tx, session: Session, child_id: ChildId, adult_id: ParentId) -> None:
    """Ask one adult to be present; asking twice about the same terms writes once."""
    if not session.purpose.strip():
        return
    _write(tx, "pledge_request", session, child_id, adult_id, {})


def tell_of_move(tx: Tx, before: Session, after: Session) -> None:
    """Tell every adult who was asked of the new terms, with new links; the old ones end."""
    links.revoke_of_session(tx, after.session_id)
    known = people.children(tx, after.children)
    nominated = consent.nominated(tx, after.children)
    extra = {"before": told_time(tx, before.starts_at)}
    for child_id, child in known.items():
        adults = {adult for giver, adult in nominated[child_id] if giver in child.givers}
        for adult_id in sorted(adults):
            _write(tx, "session_moved", after, child_id, adult_id, extra)


def _write(
    tx: Tx,
    template: str,
    session: Session,
    child_id: ChildId,
    adult_id: ParentId,
    extra: dict[str, str],
) -> None:
    link = session_link(tx, session, child_id, adult_id)
    about = f"{session.session_id}:{child_id}:{session.terms}"
    messaging.write(tx, Notice(template, adult_id, child_id, about, link, session, extra))


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
    link = consent_link(tx, command.child_id, command.giver_id)
    about = f"{command.child_id}:{tx.now.isoformat()}"
    notice = Notice("consent_request", command.giver_id, command.child_id, about, link)
    messaging.write(tx, notice)
