"""Everything the emulated account holds. One process, one account, nothing on disk."""

import random
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.emulation.clock import EmulatorClock
from integrations.emulation.faults import Fault
from integrations.zoom.emulator.options import Options
from integrations.zoom.emulator.records import Host, Meeting, Page, PastMeeting
from integrations.zoom.emulator.settings import EmulatedHost, EmulatorSettings

Json = dict[str, Any]


class ApiError(Exception):
    """An error as Zoom states it."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        field_name: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.field_name = field_name
        self.headers = dict(headers or {})
        super().__init__(message)


class State:
    """The account: hosts, meetings, tokens, faults and a log of every call."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self.settings = settings
        self.clock = EmulatorClock(settings.starts_at)
        self.random = random.Random(settings.seed)
        self.options = Options(scopes=settings.scopes, per_second=dict(settings.per_second))
        self.hosts: list[Host] = []
        for profile in settings.hosts:
            self.add_host(profile)
        self.meetings: dict[int, Meeting] = {}
        self.deleted: dict[int, Meeting] = {}
        self.past: list[PastMeeting] = []
        self.tokens: dict[str, tuple[datetime, tuple[str, ...]]] = {}
        self.calls: list[Json] = []
        self.faults: list[Fault] = []
        self.account_settings: Json = {}
        self.account_locks: Json = {}
        self.pages: dict[str, Page] = {}
        self.spent: dict[str, tuple[str, int]] = {}
        self._made = 0

    def add_host(self, profile: EmulatedHost) -> Host:
        """A further user, with a personal meeting number of their own."""
        host = Host(profile, pmi=5551234567 + len(self.hosts))
        self.hosts.append(host)
        return host

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
