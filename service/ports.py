"""The edges of the house, as contracts: what a provider, a mailer and a clock must do for us.

Implementations live in `integrations/`. A port promises behaviour, not a vendor: whatever a provider
does differently is settled inside its own folder. Times are aware UTC. Secrets travel as `SecretStr`,
so that no repr, log line or traceback shows them.

Errors, by remedy (see `service.errors`): `ProviderRefused`, `ProviderBusy`, `ProviderUnavailable`
(surely did not act), `ProviderUnsure` (may have acted), `ProviderGone` (no such thing).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from service.policy.clearance import Clearance


class Clock(Protocol):
    """Where time comes from; tests hold one in their hand."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


# --- meetings -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingPlan:
    """What to make. `reference` is our opaque search word; nothing here names a person (POL-07)."""

    reference: str
    host_account: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class MeetingHandle:
    """Which meeting, in the provider's words."""

    host_account: str
    provider_id: str


@dataclass(frozen=True)
class MeetingFacts:
    """A meeting as the provider really holds it, read back after making it.

    `weaknesses` names every protective setting that is not as required, empty when all hold;
    a meeting with a weakness is never released (POL-01, pitfalls 39 and 40).
    """

    handle: MeetingHandle
    reference: str
    passcode: SecretStr
    starts_at: datetime
    created_at: datetime | None
    running: bool
    weaknesses: tuple[str, ...]


class Seat(StrEnum):
    """Whose way into the room a link is."""

    TUTOR = "tutor"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class WayIn:
    """One personal way into a meeting. The provider knows its holder by `door_code` alone."""

    door_code: str
    registrant_id: str
    url: SecretStr


class MeetingProvider(Protocol):
    """A provider of video meetings (Zoom, Teams)."""

    async def create_meeting(self, clearance: Clearance, plan: MeetingPlan) -> MeetingHandle:
        """Make one protected meeting for a cleared session.

        Refuses a clearance older than a minute without calling the provider. Not idempotent: after
        `ProviderUnsure` the meeting may exist, and `find_meetings` is the only way to know.
        """
        ...

    async def read_meeting(self, handle: MeetingHandle) -> MeetingFacts:
        """The meeting as it really is now. `ProviderGone` if it does not exist."""
        ...

    async def find_meetings(self, host_account: str, reference: str) -> tuple[MeetingHandle, ...]:
        """Every meeting of the host that carries our reference. New ones may show late."""
        ...

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """Make one personal way in. Repeating it for the same door code gives the same holder."""
        ...

    async def revoke(self, handle: MeetingHandle, ways_in: Mapping[str, str]) -> None:
        """Make ways in (registrant id by door code) useless. Safe to repeat; a gone meeting is fine."""
        ...

    async def host_start_link(self, handle: MeetingHandle) -> SecretStr:
        """The link that starts the room as its host, read afresh. Never store it (pitfall 46)."""
        ...

    async def end_meeting(self, handle: MeetingHandle) -> None:
        """Ask that everyone be put out. Success is not proof: read the meeting afterwards.

        `ProviderGone` if there is no such meeting.
        """
        ...

    async def delete_meeting(self, handle: MeetingHandle) -> None:
        """Ask that the meeting cease to exist. Safe to repeat; an already gone one is success."""
        ...


# --- signals ------------------------------------------------------------------------------------


class SignalKind(StrEnum):
    """What a provider tells us about a meeting."""

    STARTED = "started"
    WAITING = "waiting"
    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"
    ROLE_CHANGED = "role_changed"
    OTHER = "other"


@dataclass(frozen=True)
class Signal:
    """One thing a provider told us. Names, addresses and numbers of people are left behind.

    `digest` tells repeats from news. `registrant_id` or `account_id` says who, if the provider
    knows; both empty means unknown, never a guess. `as_host` says that the person came in as the
    meeting's host account. `connection` is new at every rejoin.
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


@dataclass(frozen=True)
class Challenge:
    """The provider asks whether this address is ours; `answer` is the JSON it expects back."""

    answer: Mapping[str, str]


class SignalSource(Protocol):
    """Reads what a provider posts to us."""

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signal | Challenge:
        """Verify signature and age first, then parse.

        Raises `NotSignedIn` when the signature is missing, wrong or stale; `InvalidInput` when a
        rightly signed body cannot be understood.
        """
        ...


# --- messages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to one person. `message_id` lets the receiver's mailer see a repeat."""

    message_id: str
    to_address: SecretStr
    subject: str
    text: SecretStr


class Messenger(Protocol):
    """Hands messages to a carrier (SMTP)."""

    async def send(self, message: OutgoingMessage) -> None:
        """Hand over one message; returns once the carrier has taken responsibility for it.

        `ProviderRefused`: this address will never work. `ProviderUnavailable`: surely not sent, try
        later. `ProviderUnsure`: it may have gone; sending again may double it.
        """
        ...
