"""Everything the emulated account holds. One process, one account, nothing on disk."""

import random
import uuid
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from integrations.emulation.clock import EmulatorClock
from integrations.emulation.faults import Fault
from integrations.zoom.emulator.settings import EmulatedHost, EmulatorSettings

Json = dict[str, Any]


class ApiError(Exception):
    """An error as Zoom states it."""

    def __init__(self, status: int, code: int, message: str, field_name: str = "") -> None:
        self.status = status
        self.code = code
        self.message = message
        self.field_name = field_name
        super().__init__(message)


@dataclass
class Host:
    """A user of the account with their own defaults, which win wherever a request says nothing."""

    profile: EmulatedHost
    defaults: Json = field(default_factory=dict)
    locked: Json = field(default_factory=dict)
    passcode_rule: Json | None = field(
        default_factory=lambda: {
            "length": 8,
            "consecutive_characters_length": 4,
            "have_letter": True,
            "have_number": True,
            "have_special_character": False,
            "have_upper_and_lower_characters": True,
            "only_allow_numeric": False,
            "weak_enhance_detection": False,
        }
    )
    writes: dict[date, int] = field(default_factory=dict)


@dataclass
class Registrant:
    """One personal link; `status` pending, approved or denied (also after a cancel)."""

    registrant_id: str
    email: str
    first_name: str
    last_name: str
    token: str
    status: str
    created_at: datetime
    calls: dict[date, int] = field(default_factory=dict)


@dataclass
class Person:
    """One connection to a meeting. `place`: before_start, waiting_room, inside or gone."""

    key: str
    name: str
    connection: str
    participant_uuid: str
    email: str = ""
    registrant_id: str = ""
    account_user_id: str = ""
    role: str = "attendee"
    place: str = "before_start"


@dataclass
class Meeting:
    """A meeting; `occurrence` is the uuid, new at every start."""

    meeting_id: int
    occurrence: str
    host: Host
    topic: str
    agenda: str
    type: int
    start_time: datetime
    duration: int
    timezone: str
    password: str
    settings: Json
    created_at: datetime
    listed_from: datetime
    link_token: str
    status: str = "waiting"
    started_at: datetime | None = None
    registrants: dict[str, Registrant] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    host_keys: dict[str, datetime] = field(default_factory=dict)

    @property
    def present(self) -> list[Person]:
        """Everyone connected, wherever they are."""
        return [person for person in self.people.values() if person.place != "gone"]


class State:
    """The account: hosts, meetings, tokens, faults and a log of every call."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self.settings = settings
        self.clock = EmulatorClock(settings.starts_at)
        self.random = random.Random(settings.seed)
        self.hosts = [Host(profile) for profile in settings.hosts]
        self.meetings: dict[int, Meeting] = {}
        self.deleted: dict[int, Meeting] = {}
        self.past: list[Json] = []
        self.tokens: dict[str, tuple[datetime, tuple[str, ...]]] = {}
        self.scopes = settings.scopes
        self.calls: list[Json] = []
        self.faults: list[Fault] = []
        self.listing_delay = timedelta(0)
        self.page_cap = 300
        self.answers_join_url = True
        self.rows_left_out = 0
        self.spent: dict[str, tuple[int, int]] = {}
        self._made = 0

    def host(self, name: str) -> Host:
        """By user id or e-mail address."""
        for host in self.hosts:
            if name in (host.profile.user_id, host.profile.email):
                return host
        raise ApiError(404, 1001, f"User does not exist: {name}.")

    def meeting(self, meeting_id: str) -> Meeting:
        """By number or by the uuid of the newest occurrence."""
        for meeting in self.meetings.values():
            if meeting_id in (str(meeting.meeting_id), meeting.occurrence):
                return meeting
        raise ApiError(404, 3001, f"Meeting does not exist: {meeting_id}.")

    def new_meeting_id(self) -> int:
        """Eleven digits, beyond 32 bits."""
        while True:
            meeting_id = self.random.randrange(80_000_000_000, 99_999_999_999)
            if meeting_id not in self.meetings and meeting_id not in self.deleted:
                return meeting_id

    def new_occurrence(self) -> str:
        """A uuid; in turn ordinary, starting with a slash, and holding two slashes."""
        self._made += 1
        raw = bytearray(self.random.randbytes(16))
        if self._made % 3 == 1:
            raw[0] = 0xFF
        if self._made % 3 == 2:
            raw[3:6] = b"\xff\xff\xff"
        return b64encode(bytes(raw)).decode()

    def new_token(self, size: int = 24) -> str:
        """Unguessable enough for play, and the same in every run with the same seed."""
        return urlsafe_b64encode(self.random.randbytes(size)).decode().rstrip("=")

    def new_guid(self) -> str:
        """Upper-case and dashed, as participant uuids are."""
        return str(uuid.UUID(bytes=self.random.randbytes(16), version=4)).upper()

    def new_connection(self) -> str:
        """The numeric `user_id` of one connection."""
        return str(self.random.randrange(16_000_000, 99_999_999))
