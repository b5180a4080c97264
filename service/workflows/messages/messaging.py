"""Writes messages in the transaction of what they tell; they are handed over afterwards.

Only reviewed templates go out, to parents alone; each is kept word for word and copied to the
mailbox that two designated members of staff read (POL-20 to POL-25). The copy hides the link.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.policy.messages import TEMPLATES, Template, may_go_from
from service.policy.people import ChildId, ParentId, SessionId
from service.policy.session import Session
from service.policy.times import told, zone_named
from service.store.alerts import alerts
from service.store.families import people, restrictions
from service.store.messages import messages
from service.store.messages.messages import Letter, StoredMessage
from service.store.secrets import hash_token
from service.store.transactions import Reader, Tx

LINK = re.compile(r"https?://\S+/p/\S+")
OVERTAKEN = "overtaken"
"""What became of a message whose session changed before it was to go out."""


@dataclass(frozen=True)
class Notice:
    """One message about one child to one parent. `about` and `template` make it unique.

    It goes out from `not_before` on, if that is set, and is overtaken if the session changes first.
    """

    template: str
    parent_id: ParentId
    child_id: ChildId
    about: str
    link: SecretStr | None = None
    session: Session | None = None
    extra: dict[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def write(tx: Tx, notice: Notice) -> None:
    """Write a message, once; none to a restricted adult (pitfall 2), none about a restricted child
    (pitfall 21). A parent without an address is an open item for a coordinator."""
    if restrictions.is_restricted(tx, notice.child_id):
        return
    parent = people.parent_record(tx, notice.parent_id)
    if parent.restriction is not None:
        return
    if parent.email is None:
        alerts.raise_alert(
            tx,
            notice.parent_id,
            "parent_without_address",
            notice.session.session_id if notice.session else None,
        )
        return
    template = TEMPLATES[notice.template]
    text = _filled(tx, template, notice, parent.name)
    letter = Letter(
        once_key=once_key(notice.template, notice.parent_id, notice.about),
        template=notice.template,
        subject=template.subject,
        text=SecretStr(text),
        parent_id=notice.parent_id,
        session_id=notice.session.session_id if notice.session else None,
        child_id=notice.child_id,
    )
    send_after = _send_after(tx, template, notice)
    message_id = messages.insert(tx, letter, send_after)
    if message_id is None:
        return
    _write_copy(tx, letter, message_id, notice.not_before or tx.now)
    tx.record(
        Entry(
            Event.MESSAGE_WRITTEN,
            notice.session.session_id if notice.session else notice.child_id,
            {"parent": notice.parent_id, "message": message_id},
            {"template": notice.template},
        )
    )


def once_key(template: str, parent_id: ParentId, about: str) -> str:
    """What makes a message unique: a second one with it is not written."""
    return f"{template}:{parent_id}:{about}"


def _filled(tx: Tx, template: Template, notice: Notice, parent_name: SecretStr) -> str:
    organisation = tx.house.organisation
    child = people.child_names(tx, (notice.child_id,))[notice.child_id]
    when = told_time(tx, notice.session.starts_at, notice.parent_id) if notice.session else ""
    return template.text.format(
        parent=parent_name.get_secret_value(),
        child=child.get_secret_value(),
        organisation=organisation.name,
        phone=organisation.contacts.phone,
        link=notice.link.get_secret_value() if notice.link else "",
        when=when,
        purpose=notice.session.purpose if notice.session else "",
        **notice.extra,
    )


def told_time(reader: Tx | Reader, instant: datetime, parent_id: ParentId) -> str:
    """An instant as people where the organisation is say it, and by the clock of an adult abroad."""
    own = people.zone_of(reader, parent_id)
    return told(instant, reader.house.organisation.zone, None if own is None else zone_named(own))


def _send_after(tx: Tx, template: Template, notice: Notice) -> datetime:
    starts_at = notice.session.starts_at if notice.session else None
    earliest = max(tx.now, notice.not_before or tx.now)
    return may_go_from(tx.house.organisation, template, starts_at, earliest)


def overtake(tx: Tx, session_id: SessionId) -> None:
    """Take back what was written about a session and is not to go out yet: the session has changed,
    or does not take place. It is kept, as overtaken."""
    for message_id in messages.waiting_beyond(tx, session_id, tx.now):
        messages.settle(tx, message_id, OVERTAKEN)
        tx.record(
            Entry(
                Event.MESSAGE_SETTLED,
                session_id,
                {"message": message_id},
                {"outcome": OVERTAKEN},
            )
        )


def _write_copy(tx: Tx, letter: Letter, message_id: str, send_after: datetime) -> None:
    text = LINK.sub("[personal link]", letter.text.get_secret_value())
    copy = Letter(
        once_key=f"copy:{message_id}",
        template=letter.template,
        subject=f"Copy: {letter.subject}",
        text=SecretStr(text),
        session_id=letter.session_id,
        copy_of=message_id,
        child_id=letter.child_id,
    )
    messages.insert(tx, copy, max(tx.now, send_after))


def token_hash_in(text: SecretStr) -> str | None:
    """By which hash the personal link in a message is kept; None if there is no link in it."""
    found = LINK.search(text.get_secret_value())
    return None if found is None else hash_token(found[0].rpartition("/")[2])


def hidden(message: StoredMessage) -> str:
    """A message's text as staff may read it: without the parent's personal link."""
    return LINK.sub("[personal link]", message.text.get_secret_value())
