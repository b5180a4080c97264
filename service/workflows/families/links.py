"""Parents' personal links: made, opened, and what proves that it is the parent who acts.

A link is an invitation, not a proof: mail scanners open links, run scripts and send forms (pitfall
18). Reading shows little; giving consent, pledging and checking in need the parent's PIN or a device
they marked as theirs. Saying no never does.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotAllowed, NotFound, TooMany
from service.policy.consent import SPOKEN_ROUTES, Route
from service.policy.people import Actor, ChildId, ParentId, Role, SessionId
from service.store.families import family, links, people, pins
from service.store.families.links import Link, LinkPurpose
from service.store.secrets import hash_token, new_token
from service.store.transactions import Reader, Store, Tx
from service.workflows.consents.teaching import teaches
from service.workflows.families.kin import must_not_be_family
from service.workflows.who_may import must_be_a_person

CONSENT_LINK_LASTS = timedelta(days=30)
DEVICE_LASTS = timedelta(days=180)
PIN_TRIES = 5
PIN_TRIES_WITHIN = timedelta(minutes=30)
HASHER = PasswordHasher()


@cache
def no_pin() -> str:
    """Compared with when a parent has no PIN, so that both cases take the same time."""
    return HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class MakeLink:
    """A personal link for one parent about one child, or about one session of that child."""

    purpose: LinkPurpose
    parent_id: ParentId
    child_id: ChildId
    session_id: SessionId | None
    expires_at: datetime


def make_link(tx: Tx, command: MakeLink) -> SecretStr:
    """Make a link; answers its address, which is nowhere stored in clear."""
    token = new_token().get_secret_value()
    link_id = tx.new_id("link")
    links.insert(
        tx,
        Link(
            link_id,
            command.purpose,
            command.parent_id,
            command.child_id,
            command.session_id,
            command.expires_at,
        ),
        hash_token(token),
    )
    tx.record(
        Entry(
            Event.LINK_MADE,
            command.session_id or command.child_id,
            {"parent": command.parent_id, "child": command.child_id, "link": link_id},
            {"purpose": command.purpose.value},
        )
    )
    return SecretStr(f"{tx.house.base_url}/p/{token}")


def open_link(reader: Tx | Reader, token: str) -> Link:
    """The link of a token. Wrong, expired, revoked and other people's all give `NotFound`."""
    link = links.by_token(reader, hash_token(token))
    if link is None:
        raise NotFound
    return link


# --- the PIN ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetPin:
    """The PIN that a parent chose, taken down by a named person by telephone or on paper."""

    parent_id: ParentId
    pin_hash: str
    route: Route
    evidence: str


def hash_pin(pin: SecretStr) -> str:
    """The Argon2 hash of a PIN of 4 to 12 digits; slow on purpose, so not inside a transaction."""
    digits = pin.get_secret_value()
    if not (digits.isascii() and digits.isdigit() and 4 <= len(digits) <= 12):
        raise InvalidInput.of("pin", "not_a_pin", "A PIN has 4 to 12 digits.")
    if len(set(digits)) == 1:
        raise InvalidInput.of("pin", "too_simple", "Choose a PIN with different digits.")
    return HASHER.hash(digits)


def set_pin(tx: Tx, command: SetPin) -> None:
    """Store a parent's PIN; devices marked before stop counting. Never by a program, nor by whoever teaches a
    child of theirs or is family."""
    must_be_a_person(tx.by)
    if command.route not in SPOKEN_ROUTES:
        raise InvalidInput.of("route", "not_spoken", "Say how the parent told you the PIN.")
    tx.lock(people.PARENTS, [command.parent_id])
    if not people.has_parent(tx, command.parent_id):
        raise NotFound
    # Whoever knows the PIN answers for the parent.
    must_not_be_family(tx, command.parent_id, instead="Another colleague must take the PIN down")
    _must_not_teach(tx, command.parent_id)
    pins.put(tx, command.parent_id, command.pin_hash)
    links.revoke_devices(tx, command.parent_id)
    links.forget_failed_pins(tx, command.parent_id)
    tx.record(
        Entry(
            Event.PARENT_PIN_SET,
            command.parent_id,
            facts={"route": command.route.value},
            payload={"evidence": command.evidence},
        )
    )


def _must_not_teach(tx: Tx, parent_id: ParentId) -> None:
    """Refuse whoever acts if they teach a child whose kin the parent is, or for whom the parent answers."""
    if any(
        teaches(tx, tx.by.subject, child_id) for child_id in family.children_of(tx, [parent_id])
    ):
        raise NotAllowed("You teach a child of this parent: let somebody else take the PIN down.")


@dataclass(frozen=True)
class Proof:
    """What a parent shows beside the link: a PIN, or the token of a device they marked."""

    pin: SecretStr | None = None
    device_token: str | None = None


@dataclass(frozen=True)
class _Tries:
    pin_hash: str | None
    failed: int
    own_device: bool


async def must_prove(store: Store, link: Link, proof: Proof) -> None:
    """Let only the parent on: by an own device, or by the PIN with few tries.

    `TooMany` after five wrong PINs in half an hour, `NotAllowed` for a wrong one. Both are counted
    and recorded; the way on is then the telephone.
    """
    known = await store.read(_tries, link.parent_id, proof.device_token)
    if known.own_device:
        return
    if known.failed >= PIN_TRIES:
        raise _too_many()
    # The try is counted before it is looked at: many at once would all see that none has failed yet.
    await _note(store, _take_try, link)
    entered = proof.pin.get_secret_value() if proof.pin else ""
    if await asyncio.to_thread(_matches, known.pin_hash or no_pin(), entered) and known.pin_hash:
        await _note(store, _give_try_back, link)
        return
    await _note(store, _record_wrong_pin, link)
    raise NotAllowed("That PIN is not right.", code="wrong_pin")


async def _note(store: Store, request: Callable[[Tx, Link], None], link: Link) -> None:
    await store.do(request, link, by=parent(link))


def _too_many() -> TooMany:
    return TooMany("Too many wrong PINs. Please telephone us.")


def _tries(reader: Reader, parent_id: ParentId, device_token: str | None) -> _Tries:
    own = device_token is not None and links.is_own_device(
        reader, parent_id, hash_token(device_token)
    )
    failed = links.failed_pins(reader, parent_id, PIN_TRIES_WITHIN)
    return _Tries(pins.hash_of(reader, parent_id), failed, own)


def _matches(pin_hash: str, entered: str) -> bool:
    try:
        return HASHER.verify(pin_hash, entered)
    except (VerificationError, InvalidHashError):
        return False


def _take_try(tx: Tx, link: Link) -> None:
    tx.lock(people.PARENTS, [link.parent_id])
    if links.failed_pins(tx, link.parent_id, PIN_TRIES_WITHIN) >= PIN_TRIES:
        raise _too_many()
    links.count_failed_pin(tx, link.parent_id, PIN_TRIES_WITHIN)


def _give_try_back(tx: Tx, link: Link) -> None:
    tx.lock(people.PARENTS, [link.parent_id])
    links.uncount_pin(tx, link.parent_id)


def _record_wrong_pin(tx: Tx, link: Link) -> None:
    tx.record(
        Entry(
            Event.LINK_TRIED,
            link.session_id or link.child_id,
            {"parent": link.parent_id, "link": link.link_id},
            {"outcome": "wrong_pin"},
        )
    )


def parent(link: Link) -> Actor:
    """The parent a link belongs to, as the one who acts."""
    return Actor(subject=link.parent_id, roles=frozenset({Role.PARENT}))


@dataclass(frozen=True)
class MarkDevice:
    """Remember this device as the parent's alone."""

    parent_id: ParentId
    token_hash: str


def mark_device(tx: Tx, command: MarkDevice) -> None:
    """Store a device; call only after the PIN was right."""
    links.insert_device(tx, command.parent_id, command.token_hash, DEVICE_LASTS)
    links.forget_failed_pins(tx, command.parent_id)
    tx.record(Entry(Event.DEVICE_MARKED, command.parent_id))
