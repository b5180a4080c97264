"""Whether a host account can hold a protected meeting at all, judged before one is made.

https://developers.zoom.us/docs/api/users/ (user, user settings) and
https://developers.zoom.us/docs/api/accounts/ (locked settings)
A host's own defaults do no harm, since every meeting states its settings; what an administrator has
locked wins over them. Locks of a group cannot be seen here: the read-back after making finds those.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.zoom.protocol import Json
from service.errors import ProviderRefused

_LICENSED = 2


@dataclass(frozen=True)
class Host:
    """A Zoom user as far as it matters for holding meetings."""

    host_id: str
    is_active: bool
    is_licensed: bool


@dataclass(frozen=True)
class _Needed:
    group: str
    name: str
    value: object
    sentence: str


# Only what would surely defeat a meeting of ours when it is locked otherwise.
_NEEDED = (
    _Needed("in_meeting", "waiting_room", True, "The waiting room is locked off in Zoom."),
    _Needed("meeting_security", "waiting_room", True, "The waiting room is locked off in Zoom."),
    _Needed(
        *("recording", "auto_recording", "none"),
        "Automatic recording is locked on in Zoom.",
    ),
    _Needed(
        *("schedule_meeting", "audio_type", "voip"),
        "Joining by telephone is locked on in Zoom.",
    ),
    _Needed(
        *("schedule_meeting", "meeting_authentication", False),
        "Zoom is locked to admit only people with a Zoom account, which families do not need to have.",
    ),
)


def read_host(user: Mapping[str, object]) -> Host:
    """A user as Zoom describes it. What it does not say counts against the user."""
    host_id = user.get("id")
    return Host(
        host_id=host_id if isinstance(host_id, str) else "",
        is_active=user.get("status") == "active",
        # A Basic host cuts the room after 40 minutes and has no registration.
        is_licensed=user.get("type") == _LICENSED,
    )


def require_usable(host: Host) -> None:
    """`ProviderRefused` unless the account is active, licensed and known by an id."""
    if not (host.is_active and host.is_licensed and host.host_id):
        raise ProviderRefused("The host account is not active and licensed.")


def defeated_by_locks(settings: Json, locks: Json) -> tuple[str, ...]:
    """What locked settings would make of a meeting of ours, a sentence each; empty if nothing.

    `settings` are the host's, `locks` the account's: true where the value cannot be changed.
    """
    found = [
        needed.sentence
        for needed in _NEEDED
        if part_of(locks, needed.group).get(needed.name) is True
        and part_of(settings, needed.group).get(needed.name, needed.value) != needed.value
    ]
    return tuple(dict.fromkeys(found))


def require_unlocked(settings: Json, locks: Json) -> None:
    """`ProviderRefused` where a lock would defeat the meeting; nothing is made then."""
    found = defeated_by_locks(settings, locks)
    if found:
        raise ProviderRefused(f"{found[0]} No meeting was made.")


def part_of(settings: Mapping[str, object], group: str) -> Mapping[str, object]:
    """One group of settings; empty if it is not there."""
    part = settings.get(group)
    return part if isinstance(part, dict) else {}
