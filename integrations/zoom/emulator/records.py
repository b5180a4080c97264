"""What an emulated account keeps: users, registrants, people, meetings and what became of them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from integrations.zoom.emulator.settings import EmulatedHost

Json = dict[str, Any]


@dataclass
class Host:
    """A user of the account with their own defaults, which win wherever a request says nothing.

    `user_settings` are laid over what GET settings answers, section by section.
    """

    profile: EmulatedHost
    pmi: int = 5551234567
    user_settings: Json = field(default_factory=dict)
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
    pin: int = 0
    calls: dict[date, int] = field(default_factory=dict)
    status_calls: dict[date, int] = field(default_factory=dict)


@dataclass
class Person:
    """One connection to a meeting. `place`: before_start, waiting_room, inside or gone.

    In a breakout room `room` is its uuid and `parent` the connection to the main room.
    """

    key: str
    name: str
    connection: str
    participant_uuid: str
    email: str = ""
    registrant_id: str = ""
    account_user_id: str = ""
    role: str = "attendee"
    place: str = "before_start"
    phone_number: str = ""
    room: str = ""
    parent: str = ""


@dataclass
class Stay:
    """One connection's time in one place: a row of the reports. `status` as Zoom states it."""

    person: Person
    name: str
    connection: str
    status: str
    since: datetime
    until: datetime | None = None
    room: str = ""


@dataclass(frozen=True)
class PastMeeting:
    """One occurrence that has ended."""

    meeting_id: int
    uuid: str
    host: Host
    topic: str
    type: int
    started_at: datetime
    ended_at: datetime
    stays: tuple[Stay, ...]
    has_recording: bool

    @property
    def attended(self) -> frozenset[str]:
        """Who was inside, each person once however often they came."""
        return frozenset(
            one.person.registrant_id or one.person.account_user_id or one.name
            for one in self.stays
            if one.status == "in_meeting"
        )


@dataclass
class Meeting:
    """A meeting; `occurrence` is the uuid, new at every start.

    `early` holds who waits for a start, since when; `told_early` those Zoom has told us of.
    """

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
    creation_source: str = "open_api"
    pmi: str = ""
    occurrences: list[Json] = field(default_factory=list)
    recurrence: Json | None = None
    status: str = "waiting"
    started_at: datetime | None = None
    is_webinar: bool = False
    is_recording: bool = False
    was_recorded: bool = False
    companion_is_on: bool = False
    stays: list[Stay] = field(default_factory=list)
    early: dict[str, datetime] = field(default_factory=dict)
    told_early: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    registrants: dict[str, Registrant] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    host_keys: dict[str, datetime] = field(default_factory=dict)

    @property
    def present(self) -> list[Person]:
        """Everyone connected, wherever they are."""
        return [person for person in self.people.values() if person.place != "gone"]

    def close_stay(self, connection: str, at: datetime) -> None:
        """This connection is no longer where it was."""
        for stay in self.stays:
            if stay.connection == connection and stay.until is None:
                stay.until = at


@dataclass(frozen=True)
class Page:
    """What a page token stands for: a place in one list, for a quarter of an hour."""

    asked: str
    first: int
    lives_until: datetime
