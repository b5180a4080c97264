"""What a provider of video meetings must do for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from service.policy.clearance import Clearance
from service.ports.inside import Inside


@dataclass(frozen=True)
class Abilities:
    """What a provider can do at all; what it cannot do, people must.

    `ends_calls`: a running call can be ended from outside. `finds_by_reference`: a meeting whose
    creation was not confirmed can be looked for. `personal_links`: each person has a link of their
    own that can be taken back.
    """

    ends_calls: bool
    finds_by_reference: bool
    personal_links: bool


@dataclass(frozen=True)
class MeetingPlan:
    """What to make. `reference` is our opaque search word; no child or parent is named (POL-07).

    The staff accounts are addresses of the organisation; a provider whose rooms are held by people
    (Teams) is told them, another (Zoom) is not.
    """

    reference: str
    host_account: str
    starts_at: datetime
    ends_at: datetime
    tutor_account: SecretStr
    second_staff_account: SecretStr


@dataclass(frozen=True)
class MeetingHandle:
    """Which meeting, in the provider's words."""

    host_account: str
    provider_id: str


@dataclass(frozen=True)
class MeetingFacts:
    """A meeting as the provider really holds it, read back after making it.

    `weaknesses` names every protective setting that is not as required, empty when all hold;
    a meeting with a weakness is never released (POL-01, pitfalls 39 and 40). `holder` is the
    provider's id of the second staff's own account, where it is that account which holds the room;
    empty where the host's start link does. `reference` is empty where the provider keeps none.
    """

    handle: MeetingHandle
    reference: str
    passcode: SecretStr
    starts_at: datetime
    created_at: datetime | None
    running: bool
    weaknesses: tuple[str, ...]
    holder: str = ""


class Seat(StrEnum):
    """Whose way into the room a link is."""

    TUTOR = "tutor"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class WayIn:
    """One way into a meeting. The provider knows its holder by `door_code` alone.

    `registrant_id` is what the provider's signals will call the holder.
    """

    door_code: str
    registrant_id: str
    url: SecretStr


@dataclass(frozen=True)
class Attended:
    """One stay of one connection in a call, by the provider's report; waiting does not count.

    Who it was is said by ids alone, both empty if the provider does not know. `left_at` is None
    where the report leaves it out: that is not "stayed".
    """

    registrant_id: str
    account_id: str
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Attendance:
    """What a provider's report says of a meeting, over all its calls.

    `lone_calls_missing`: the provider leaves out calls that one person alone attended, so absence
    here proves nothing.
    """

    stays: tuple[Attended, ...]
    lone_calls_missing: bool = False


class MeetingProvider(Protocol):
    """A provider of video meetings (Zoom, Teams)."""

    @property
    def abilities(self) -> Abilities:
        """What this provider can do at all."""
        ...

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
        """Every meeting of the host that carries our reference. New ones may show late.

        Always empty where the provider cannot look (`Abilities.finds_by_reference`).
        """
        ...

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """Make one personal way in. Repeating it for the same door code gives the same holder."""
        ...

    async def revoke(self, handle: MeetingHandle, ways_in: Mapping[str, str]) -> None:
        """Make ways in (registrant id by door code) useless. Safe to repeat; a gone meeting is fine.

        Does nothing where links are not personal (`Abilities.personal_links`): there the lobby and
        the door codes that second staff may admit keep people out.
        """
        ...

    async def host_start_link(self, handle: MeetingHandle) -> SecretStr:
        """The second staff's way to start the room, read afresh. Never store it (pitfall 46)."""
        ...

    async def end_meeting(self, handle: MeetingHandle) -> None:
        """Ask that everyone be put out. Success is not proof: read the meeting afterwards.

        Where calls cannot be ended, tightens the room as far as it goes: nobody new gets in, and
        sound, picture and chat of those inside are off. `ProviderGone` if there is no such meeting.
        """
        ...

    async def delete_meeting(self, handle: MeetingHandle) -> None:
        """Ask that the meeting cease to exist. Safe to repeat; an already gone one is success."""
        ...

    async def look_inside(self, handle: MeetingHandle) -> Inside:
        """What is to be seen of the room now, for when we are not told (pitfall 47).

        What a provider cannot or may not show is left open in the answer. `ProviderGone` where it
        says that there is no such meeting.
        """
        ...

    async def read_attendance(
        self, handle: MeetingHandle, occurrences: tuple[str, ...]
    ) -> Attendance | None:
        """The report of who attended, over the occurrences our signals named; after the end.

        None means that there is no report (yet), which never means that nobody came.
        """
        ...
