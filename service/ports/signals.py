"""What a provider tells us, and how it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from service.policy.signs import Manner


class SignalKind(StrEnum):
    """What a provider tells us about a meeting."""

    STARTED = "started"
    WAITING = "waiting"
    WAITED = "waited"
    JOINED = "joined"
    LEFT = "left"
    BREAKOUT = "breakout"
    ENDED = "ended"
    ROLE_CHANGED = "role_changed"
    RECORDING = "recording"
    CREATED = "created"
    CHANGED = "changed"
    OTHER = "other"


@dataclass(frozen=True)
class Signal:
    """One thing a provider told us. Names, addresses and numbers of people are left behind.

    `digest` tells repeats from news. `registrant_id` or `account_id` says who, if the provider
    knows; both empty means unknown, never a guess. `as_host` says that the person came in as the
    meeting's host account. `connection` is new at every rejoin. A meeting is named by `provider_id`,
    or by our `reference`, or by `link_key` where the provider knows it by its link alone; `host_account`
    is the account it runs on, if told. `manner`: they came by telephone, or were put out by somebody.
    `looked_at`: nobody told us, we found it when we looked then.
    """

    digest: str
    kind: SignalKind
    provider_id: str
    occurrence: str
    happened_at: datetime
    registrant_id: str = ""
    account_id: str = ""
    connection: str = ""
    new_role: str = ""
    as_host: bool = False
    reference: str = ""
    host_account: str = ""
    link_key: str = ""
    looked_at: datetime | None = None
    manner: Manner = Manner.PLAIN


def link_key(url: str) -> str:
    """What stands for a meeting's link where the link itself must not be kept.

    Without regard to case: a provider does not always write its escapes alike.
    """
    return sha256(url.casefold().encode()).hexdigest()


class WatchNews(StrEnum):
    """What a provider tells us about a watch: renew it, it is gone, or some signals were lost."""

    RENEW = "renew"
    REMOVED = "removed"
    MISSED = "missed"


@dataclass(frozen=True)
class WatchNotice:
    """A word about the watch of the meeting with this reference; empty: the account's watch."""

    reference: str
    news: WatchNews


@dataclass(frozen=True)
class Posted:
    """What arrived at a provider's hook. Header names are found in any case."""

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Heard:
    """What one post held: any number of signals and notices. What was not genuine is left out.

    `again`: not all of it could be judged now. What is here is to be stored, and all sent again.
    """

    signals: tuple[Signal, ...] = ()
    notices: tuple[WatchNotice, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class Challenge:
    """The provider asks whether this address is ours; `answer` is what it expects back, to the byte."""

    answer: str
    content_type: str


class SignalSource(Protocol):
    """Reads what a provider posts to us."""

    async def read(self, posted: Posted, now: datetime) -> Heard | Challenge:
        """Verify signature and age first, then parse.

        Raises `NotSignedIn` when nothing in it is genuine; `InvalidInput` when a rightly signed body
        cannot be understood; `NotReady` when it cannot be judged now and must be sent again.
        """
        ...
