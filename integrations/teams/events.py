"""What happened in a call, from an opened notification to signals: one for each person named.

https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting (meeting call events)
Names in it are written in camel case by that page and in Pascal case on the wire: both are read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.teams.identities import who_is
from integrations.teams.reading import (
    Json,
    in_small_letters,
    instant,
    object_of,
    part,
    rows,
    text,
)
from service.policy.signs import Manner
from service.ports import Signal, SignalKind

_KINDS = {"callstarted": SignalKind.STARTED, "callended": SignalKind.ENDED}
_ROSTER = "rosterupdated"
MOST_PEOPLE = 1000


class NotUnderstood(Exception):
    """A genuine event that says nothing we can read: something happened, and we do not know what."""


@dataclass(frozen=True)
class _Told:
    """What all signals of one event have in common."""

    plain: bytes
    reference: str
    happened_at: datetime
    tenant_id: str

    def digest(self, place: int) -> str:
        """The same for every repeat: Graph seals each anew, but over the same bytes."""
        message = self.reference.encode() + b"\0" + self.plain + b"\0" + str(place).encode()
        return hashlib.sha256(message).hexdigest()


def read_event(plain: bytes, reference: str, tenant_id: str) -> tuple[Signal, ...]:
    """The signals in one event. `NotUnderstood` if any of it cannot be read."""
    event = in_small_letters(object_of(plain) or {})
    happened_at = instant(event, "eventdatetime")
    # The page says `eventType`, the published schema `callEventType`.
    kind = (text(event, "eventtype") or text(event, "calleventtype")).lower()
    if happened_at is None or not kind:
        raise NotUnderstood
    told = _Told(plain, reference, happened_at, tenant_id)
    if kind != _ROSTER:
        return (_signal(told, _KINDS.get(kind, SignalKind.OTHER)),)
    return tuple(_people(told, event))


def _people(told: _Told, event: Json) -> Iterator[Signal]:
    listed = event.get("participants@delta", event.get("participants"))
    if not isinstance(listed, list) or len(listed) > MOST_PEOPLE:
        raise NotUnderstood
    people = rows({"people": listed}, "people")
    if len(people) != len(listed):
        raise NotUnderstood
    for place, person in enumerate(map(in_small_letters, people)):
        yield _person(told, person, place)


def _person(told: _Told, person: Json, place: int) -> Signal:
    connection = text(person, "id")
    if not connection:
        raise NotUnderstood
    identity = part(in_small_letters(part(person, "info")), "identity")
    # Keys of "info" may be in either case, and so may those of the set below it.
    who = who_is(identity, told.tenant_id)
    return Signal(
        digest=told.digest(place),
        kind=_place_of(person),
        provider_id="",
        occurrence="",
        happened_at=told.happened_at,
        registrant_id=who.registrant_id,
        account_id=who.account_id,
        connection=connection,
        reference=told.reference,
        manner=Manner.BY_PHONE if part(in_small_letters(identity), "phone") else Manner.PLAIN,
    )


def _place_of(person: Json) -> SignalKind:
    """Where the person is now. The lobby is no attendance; unsaid is neither in nor out."""
    if person.get("removedstate") is not None:
        return SignalKind.LEFT
    match person.get("isinlobby"):
        case True:
            return SignalKind.WAITING
        case False:
            return SignalKind.JOINED
        case _:
            return SignalKind.OTHER


def _signal(told: _Told, kind: SignalKind) -> Signal:
    return Signal(
        digest=told.digest(0),
        kind=kind,
        provider_id="",
        occurrence="",
        happened_at=told.happened_at,
        reference=told.reference,
    )
