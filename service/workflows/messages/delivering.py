"""Hands written messages to the carrier, each once, and in the permitted hours (POL-23, POL-25)."""

from dataclasses import dataclass
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
from service.policy.messages import TEMPLATES, may_go_from
from service.policy.organisation import next_opening
from service.policy.people import system
from service.ports import OutgoingMessage
from service.store import work
from service.store.alerts import alerts
from service.store.families import links, people, rehearsal, restrictions
from service.store.messages import messages
from service.store.messages.messages import StoredMessage
from service.store.sessions import sessions
from service.store.transactions import Reader, Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps
from service.workflows.families.links import CONSENT_LINK_LASTS
from service.workflows.messages.messaging import token_hash_in

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
GIVE_UP_AFTER = 8
LOOK_AT_HELD_EVERY = timedelta(hours=1)
WITHHELD = "withheld"
"""What became of a message to somebody, or about a child, restricted or dead before it was to go."""

KEPT_LONG = timedelta(days=1)
"""From when on the link in a message would last noticeably less long than it should."""

NOT_SENT = "rehearsal"
"""What became of a message that the rehearsal held until its session was past."""


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
        await deps.store.do(_keep_back, claim, by=system("deliver_messages"))
        return
    ready = await deps.store.read(_ready, claim.subject_id)
    if not isinstance(ready.address, SecretStr):
        await _settle(deps, claim, ready.address or "no_address")
        return
    if ready.goes_from > deps.clock.now():
        await _put_off(deps, claim, ready.goes_from)
        return
    message = ready.message
    if deps.clock.now() - message.created_at >= KEPT_LONG:
        await deps.store.do(_renew_link, message, by=system("deliver_messages"))
    try:
        await deps.messenger.send(
            OutgoingMessage(message.message_id, ready.address, message.subject, message.text)
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


def _renew_link(tx: Tx, message: StoredMessage) -> None:
    """Let a link to a consent page last from when its letter goes out: the letter may have waited for the
    switch-over for longer than the link would have lasted."""
    token_hash = token_hash_in(message.text)
    if token_hash is None:
        return
    link_id = links.renew_consent_link(tx, token_hash, tx.now + CONSENT_LINK_LASTS)
    if link_id is None:
        return
    scope = message.child_id or message.message_id
    tx.record(Entry(Event.LINK_RENEWED, scope, {"message": message.message_id, "link": link_id}))


@dataclass(frozen=True)
class _Ready:
    """A message with its address, or why it has none, and the first instant at which it may go."""

    message: StoredMessage
    address: SecretStr | str | None
    goes_from: datetime


def _ready(reader: Reader, message_id: str) -> _Ready:
    message = messages.get(reader, message_id)
    return _Ready(message, _address_of(reader, message), _goes_from(reader, message))


def _goes_from(reader: Reader, message: StoredMessage) -> datetime:
    """The hours are looked at when a message goes, not only when it was written (POL-23): a carrier that
    was down may be back after closing. Copies go to the organisation itself, at any hour."""
    if message.copy_of is not None:
        return reader.now
    session = sessions.get(reader, message.session_id) if message.session_id else None
    starts_at = session.starts_at if session else None
    template = TEMPLATES[message.template]
    return may_go_from(reader.house.organisation, template, starts_at, reader.now)


def _address_of(reader: Reader, message: StoredMessage) -> SecretStr | str | None:
    """The address as it is now, not as it was when the message was written (pitfall 21).

    Instead of it `WITHHELD`, if the adult or the child was restricted or died meanwhile.
    """
    if message.copy_of is not None:
        return SecretStr(reader.house.organisation.contacts.copies_to)
    if message.parent_id is None:
        return None
    if message.child_id is not None and restrictions.is_restricted(reader, message.child_id):
        return WITHHELD
    parent = people.parent_record(reader, message.parent_id)
    return parent.email if parent.restriction is None else WITHHELD


async def _settle(deps: Deps, claim: Claim, outcome: str) -> None:
    by = system("deliver_messages")
    await deps.store.do(_note_settled, _Settled(claim, outcome), by=by)


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
    await _put_off(deps, claim, deps.clock.now() + wait)


async def _put_off(deps: Deps, claim: Claim, until: datetime) -> None:
    settle = Settle(claim, until, in_vain=True)
    await deps.store.do(work.settle, settle, by=system("deliver_messages"))
