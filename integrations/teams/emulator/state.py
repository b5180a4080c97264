"""Everything the emulated tenant holds. One process, one tenant, nothing on disk."""

import random
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.x509 import Certificate

from integrations.emulation.clock import EmulatorClock
from integrations.emulation.faults import Fault
from integrations.teams.emulator.settings import EmulatedUser, EmulatorSettings

Json = dict[str, Any]

_NAMES = ("meeting_id", "thread_id", "join_url", "join_meeting_id")


class ApiError(Exception):
    """An error as Graph states it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Token:
    """What an access token stands for."""

    expires_at: datetime
    roles: tuple[str, ...]


@dataclass
class Person:
    """One connection to a meeting. `place`: lobby, inside, inactive or gone; `user_id` empty: guest."""

    key: str
    name: str
    guest_id: str
    participant_id: str
    user_id: str = ""
    upn: str = ""
    place: str = "gone"
    was_silent: bool = False


@dataclass
class Stay:
    """One person in the call from one instant to another; the lobby does not count."""

    person: Person
    role: str
    joined_at: datetime
    left_at: datetime | None = None


@dataclass
class Call:
    """One session of a meeting. `told` (a subscription) and `roles` are as they stood at its start.

    Graph says nothing about a call to a subscription that came after its start, and a change of
    attendees takes no effect while a call runs.
    """

    call_id: str
    started_at: datetime
    roles: dict[str, str]
    told: str
    ended_at: datetime | None = None
    stays: list[Stay] = field(default_factory=list)
    is_recorded: bool = False
    record_version: int = 0


@dataclass
class Meeting:
    """A meeting; `attendees` by user id or upn, with their role. Deleted ones are kept: they return."""

    meeting_id: str
    thread_id: str
    organiser_id: str
    join_url: str
    join_meeting_id: str
    passcode: str | None
    subject: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    created_at: datetime
    settings: Json
    attendees: list[Json]
    external_id: str | None = None
    is_deleted: bool = False
    was_resurrected: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    call: Call | None = None
    past: list[Call] = field(default_factory=list)

    def roles(self) -> dict[str, str]:
        """Who is what by the meeting's own list, by user id."""
        listed = {one["user_id"]: one["role"] for one in self.attendees if one["user_id"]}
        return {**listed, self.organiser_id: "organizer"}

    def role_of(self, person: Person) -> str:
        """A person's role: in a running call the one its start found."""
        known = self.call.roles if self.call else self.roles()
        return known.get(person.user_id, "attendee")

    def at(self, place: str) -> list[Person]:
        """Everyone in this place."""
        return [one for one in self.people.values() if one.place == place]


@dataclass
class Subscription:
    """A wish to be told; `meeting_id` is empty for call records. Silent after `authorised_until`."""

    subscription_id: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str
    client_state: str | None
    expires_at: datetime
    authorised_until: datetime
    reminded_until: datetime
    meeting_id: str = ""
    includes_data: bool = False
    certificate: Certificate | None = None
    certificate_id: str = ""


class State:
    """The tenant: users, meetings, subscriptions, tokens, faults and a log of every call."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self.settings = settings
        self.options = settings.options
        self.clock = EmulatorClock(settings.starts_at)
        self.random = random.Random(settings.seed)
        self.users: dict[str, EmulatedUser] = {}
        self.meetings: dict[str, Meeting] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.tokens: dict[str, Token] = {}
        self.made: dict[tuple[str, str], int] = {}
        self.calls: list[Json] = []
        self.faults: list[Fault] = []
        self.key_generation = 0
        self._ids: dict[str, str] = {}
        self._known_by: dict[tuple[str, object], Meeting] = {}
        self._subscribed: dict[str, Subscription] = {}
        for user in (*settings.organisers, *settings.users):
            self.enlist(user)

    def enlist(self, user: EmulatedUser) -> EmulatedUser:
        """A new member, or one who has changed."""
        self.users[user.user_id] = user
        self._ids[user.upn.lower()] = user.user_id
        return user

    def member(self, name: str) -> EmulatedUser | None:
        """By object id or UPN; an address of a domain of ours becomes a member when first named."""
        wanted = name.lower()
        known = self._ids.get(wanted, wanted)
        if known in self.users:
            return self.users[known]
        if wanted.rpartition("@")[2] not in self.settings.any_upn_of or "@" not in wanted:
            return None
        space = uuid.UUID(self.settings.tenant_id)
        return self.enlist(EmulatedUser(str(uuid.uuid5(space, wanted)), name))

    # --- meetings ---------------------------------------------------------------------------------

    def keep(self, meeting: Meeting) -> None:
        """Hold a new meeting, to be found again by any of its names."""
        self.meetings[meeting.meeting_id] = meeting
        for name in _NAMES:
            self._known_by[name, getattr(meeting, name)] = meeting

    def name_externally(self, meeting: Meeting, external_id: str) -> None:
        """The caller's own name for a meeting of its organiser."""
        meeting.external_id = external_id
        self._known_by[meeting.organiser_id, external_id] = meeting

    def meeting_by(self, name: str, value: object) -> Meeting | None:
        """By one of its names, or by organiser and external id; deleted or not, but not expired."""
        meeting = self._known_by.get((name, value))
        return meeting if meeting and meeting.expires_at > self.clock.now() else None

    # --- subscriptions ----------------------------------------------------------------------------

    def subscribe(self, subscription: Subscription) -> None:
        """Hold a new subscription."""
        self.subscriptions[subscription.subscription_id] = subscription
        if subscription.meeting_id:
            self._subscribed[subscription.meeting_id] = subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget one."""
        del self.subscriptions[subscription.subscription_id]
        self._subscribed.pop(subscription.meeting_id, None)

    def subscription_on(self, meeting_id: str) -> Subscription | None:
        """The one subscription there may be on a meeting's calls."""
        return self._subscribed.get(meeting_id)

    # --- names ------------------------------------------------------------------------------------

    def new_guid(self) -> str:
        """Lower-case and dashed."""
        return str(uuid.UUID(bytes=self.random.randbytes(16), version=4))

    def new_key(self, size: int = 12) -> str:
        """Unguessable enough for play, and the same in every run with the same seed."""
        return urlsafe_b64encode(self.random.randbytes(size)).decode().rstrip("=")

    def new_digits(self, size: int) -> str:
        """Decimal digits, the first not 0."""
        return str(self.random.randrange(10 ** (size - 1), 10**size))
