"""An adult's mail address changes: the old mailbox opens nothing any more, and fresh links go to the new one.

A letter that nobody has tried to send yet finds the new address by itself, so its link stays.
"""

from service.audit.events import Entry, Event
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.session import ENGAGED
from service.store.attending import slips
from service.store.families import deputies, links, people
from service.store.families.links import Link
from service.store.messages import messages
from service.store.sessions import sessions
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.meetings import falling
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice


def readdress(tx: Tx, parent_id: ParentId) -> None:
    """End every link and marked device of an adult whose address is another now, and write to it.

    The caller holds the adult, the children and their sessions.
    """
    in_letters = (messaging.token_hash_in(text) for text in messages.unsent_to(tx, parent_id))
    unsent = frozenset(key for key in in_letters if key is not None)
    standing = links.standing_of(tx, parent_id)
    ended = {_page(link) for key, link in standing.items() if key not in unsent}
    kept = {_page(link) for key, link in standing.items() if key in unsent}
    number = links.revoke_of_parent(tx, parent_id, but=unsent)
    links.revoke_devices(tx, parent_id)
    if number:
        tx.record(
            Entry(
                Event.LINK_REVOKED,
                parent_id,
                {"parent": parent_id},
                {"purpose": "address_changed", "number": number},
            )
        )
    for child_id, session_id in sorted(ended, key=str):
        if session_id is not None:
            _end_codes(tx, session_id, child_id, parent_id)
        if (child_id, session_id) not in kept:
            _write(tx, parent_id, child_id, session_id)


_Page = tuple[ChildId, SessionId | None]
"""What a link opens: a child's page of one session, or the page where a giver consents."""


def _page(link: Link) -> _Page:
    return link.child_id, link.session_id


def _end_codes(tx: Tx, session_id: SessionId, child_id: ChildId, adult_id: ParentId) -> None:
    """What was made on a page that the old mailbox opened, and nobody has used, is worth nothing."""
    for slip in slips.standing(tx, session_id, child_id):
        if slip.adult_id == adult_id and slip.used_at is None:
            falling.end_slip(tx, slip, "link_ended")


def _write(tx: Tx, parent_id: ParentId, child_id: ChildId, session_id: SessionId | None) -> None:
    child = people.children(tx, (child_id,))[child_id]
    about = f"{child_id}:{tx.new_id('letter')}"
    if session_id is None:
        if deputies.speaks_for(tx, parent_id, child) in child.givers:
            link = asking.consent_link(tx, child_id, parent_id)
            messaging.write(tx, Notice("address_changed", parent_id, child_id, about, link))
        return
    session = sessions.get(tx, session_id)
    if session.state in ENGAGED and parent_id in child.hearers:
        link = asking.session_link(tx, session, child_id, parent_id)
        messaging.write(tx, Notice("session_coming", parent_id, child_id, about, link, session))
