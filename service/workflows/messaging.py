"""Writes messages in the transaction of what they tell, and hands them over afterwards.

Only reviewed templates go out, to parents alone; each is kept word for word and copied to the
mailbox that two designated members of staff read (POL-20 to POL-25). The copy hides the link.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.policy.messages import TEMPLATES, Template
from service.policy.organisation import next_opening
from service.policy.people import ChildId, ParentId, SessionId, system
from service.policy.session import Session
from service.policy.times import told, zone_named
from service.ports import OutgoingMessage
from service.store import alerts, messages, people, rehearsal, restrictions, sessions, work
from service.store.messages import Letter, StoredMessage
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps

LINK = re.compile(r"https?://\S+/p/\S+")
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
GIVE_UP_AFTER = 8
LOOK_AT_HELD_EVERY = timedelta(hours=1)
WITHHELD = "withheld"
"""What became of a message to somebody, or about a child, restricted or dead before it was to go."""

OVERTAKEN = "overtaken"
"""What became of a message whose session changed before it was to go out."""

NOT_SENT = "rehearsal"
"""What became of a message that the rehearsal held until its session was past."""


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
    organisation = tx.house.organisation
    today = notice.session is not None and (
        organisation.local_day(notice.session.starts_at) == organisation.local_day(tx.now)
    )
    if template.on_the_day or today:
        return tx.now
    return next_opening(organisation, max(tx.now, notice.not_before or tx.now))


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


def hidden(message: StoredMessage) -> str:
    """A message's text as staff may read it: without the parent's personal link."""
    return LINK.sub("[personal link]", message.text.get_secret_value())


# --- handing over ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Settled:
    claim: Claim
    outcome: str


async def deliver(deps: Deps, claim: Claim) -> None:
    """Hand one message to the carrier, and note what came of it.

    If we die between the carrier's word and our note, the same message goes again with the same
    message id, which mailers recognise.
    """
    if await _is_held(deps, claim):
        await deps.store.transact(_keep_back, claim, by=system("deliver_messages"))
        return
    message, address = await deps.store.read(_addressed, claim.subject_id)
    if not isinstance(address, SecretStr):
        await _settle(deps, claim, address or "no_address")
        return
    try:
        await deps.messenger.send(
            OutgoingMessage(message.message_id, address, message.subject, message.text)
        )
    except ProviderRefused:
        await _settle(deps, claim, "refused")
    except (ProviderBusy, ProviderUnavailable, ProviderUnsure) as error:
        await _again(deps, claim, error)
    else:
        await _settle(deps, claim, "sent")


async def _is_held(deps: Deps, claim: Claim) -> bool:
    """Whether the message is about a child that rehearses, decided now and not when it was written."""
    organisation = deps.organisation
    if not organisation.rehearsal or organisation.rehearsal_messages:
        return False
    return await deps.store.read(_is_rehearsed, claim.subject_id)


def _is_rehearsed(reader: Reader, message_id: str) -> bool:
    child_id = messages.get(reader, message_id).child_id
    return child_id is not None and bool(rehearsal.rehearsing(reader, (child_id,)))


def _keep_back(tx: Tx, claim: Claim) -> None:
    """Keep a message of the rehearsal for the switch-over, or for good once its session is past."""
    message = messages.get(tx, claim.subject_id)
    session = sessions.get(tx, message.session_id) if message.session_id else None
    if session is not None and session.starts_at <= tx.now:
        _note_settled(tx, _Settled(claim, NOT_SENT))
    elif work.holds(tx, claim):
        look_at = next_opening(tx.house.organisation, tx.now + LOOK_AT_HELD_EVERY)
        work.put(tx, message.message_id, messages.DELIVERY, look_at)


def _addressed(reader: Reader, message_id: str) -> tuple[StoredMessage, SecretStr | str | None]:
    """The message with the address as it is now, not as it was when written (pitfall 21).

    Instead of an address `WITHHELD`, if the adult or the child was restricted or died meanwhile.
    """
    message = messages.get(reader, message_id)
    if message.copy_of is not None:
        return message, SecretStr(reader.house.organisation.contacts.copies_to)
    if message.parent_id is None:
        return message, None
    if message.child_id is not None and restrictions.is_restricted(reader, message.child_id):
        return message, WITHHELD
    parent = people.parent_record(reader, message.parent_id)
    return message, parent.email if parent.restriction is None else WITHHELD


async def _settle(deps: Deps, claim: Claim, outcome: str) -> None:
    by = system("deliver_messages")
    await deps.store.transact(_note_settled, _Settled(claim, outcome), by=by)


def _note_settled(tx: Tx, command: _Settled) -> None:
    if not work.holds(tx, command.claim):
        return
    message = messages.get(tx, command.claim.subject_id)
    messages.settle(tx, message.message_id, command.outcome)
    scope = message.session_id or message.message_id
    tx.record(
        Entry(
            Event.MESSAGE_SETTLED,
            scope,
            {"message": message.message_id},
            {"outcome": command.outcome},
        )
    )
    if command.outcome not in ("sent", NOT_SENT, WITHHELD):
        alerts.raise_alert(tx, message.message_id, "message_not_sent", message.session_id)


async def _again(deps: Deps, claim: Claim, error: ProviderError) -> None:
    if claim.tries >= GIVE_UP_AFTER:
        await _settle(deps, claim, error.code)
        return
    wait = RETRY_AFTER[min(claim.tries, len(RETRY_AFTER)) - 1]
    settle = Settle(claim, deps.clock.now() + wait, in_vain=True)
    await deps.store.transact(work.settle, settle, by=system("deliver_messages"))
