"""Personal links while they are used: each use recorded, another browser noticed, ended in one step
(POL-26, pitfall 17)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import NotFound
from service.policy.people import ChildId, ParentId, Role, SessionId
from service.policy.session import ENGAGED
from service.store.alerts import alerts
from service.store.attending import slips
from service.store.families import link_uses, links, people
from service.store.families.link_uses import LinkUse
from service.store.families.links import Link
from service.store.sessions import cases
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.meetings import falling
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice


@dataclass(frozen=True)
class NoteUse:
    """A form was sent by a link: what it asks for, and from which browser."""

    link: Link
    browser_hash: str
    deed: str


def note_use(tx: Tx, command: NoteUse) -> None:
    """Record one use of a link, whatever comes of it."""
    link = command.link
    elsewhere = link_uses.append(tx, LinkUse(link.link_id, command.browser_hash, command.deed))
    tx.record(
        Entry(
            Event.LINK_USED,
            link.session_id or link.child_id,
            {"parent": link.parent_id, "link": link.link_id},
            {"deed": command.deed, "another_browser": elsewhere},
        )
    )


@dataclass(frozen=True)
class EndLinks:
    """Every link of one adult to one child's session is to open nothing any more."""

    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId


def end_links(tx: Tx, command: EndLinks) -> SessionId:
    """End an adult's links to a session in one step, with every code that is out for the child, and send
    a fresh link to the address on record while the session is to come. By the adult, or the office."""
    session = cases.lock(tx, command.session_id).session
    own = tx.by.has(Role.PARENT) and tx.by.subject == command.adult_id
    if not own and not tx.by.has(Role.COORDINATOR, Role.DSL):
        raise NotFound
    ended = links.revoke_of_session(
        tx, command.session_id, child_id=command.child_id, parent_id=command.adult_id
    )
    if not ended:
        raise NotFound
    about = {"parent": command.adult_id, "child": command.child_id}
    tx.record(
        Entry(
            Event.LINK_REVOKED,
            command.session_id,
            about,
            {"purpose": "session", "by_the_adult": own, "number": ended},
        )
    )
    for slip in slips.standing(tx, command.session_id, command.child_id):
        if slip.used_at is None:
            falling.end_slip(tx, slip, "link_ended")
    if own:
        alerts.raise_alert(tx, command.adult_id, "link_ended_by_adult", command.session_id)
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if session.state in ENGAGED and child is not None and command.adult_id in child.hearers:
        fresh = asking.session_link(tx, session, command.child_id, command.adult_id)
        once = f"{command.session_id}:{command.child_id}:{tx.new_id('letter')}"
        letter = Notice(
            "session_coming", command.adult_id, command.child_id, once, fresh, session=session
        )
        messaging.write(tx, letter)
    return command.session_id
