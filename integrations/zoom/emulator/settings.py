"""What an emulated Zoom account consists of, and the clock it lives by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

LICENSED = 2
BASIC = 1

ALL_SCOPES = (
    "meeting:write:meeting:admin",
    "meeting:read:meeting:admin",
    "meeting:read:list_meetings:admin",
    "meeting:update:meeting:admin",
    "meeting:delete:meeting:admin",
    "meeting:update:status:admin",
    "meeting:write:registrant:admin",
    "meeting:read:list_registrants:admin",
    "meeting:update:registrant_status:admin",
    "meeting:read:past_meeting:admin",
    "user:read:user:admin",
    "user:read:settings:admin",
)


@dataclass(frozen=True)
class EmulatedHost:
    """One user of the account; `type` 1 Basic, 2 Licensed."""

    user_id: str
    email: str
    type: int = LICENSED
    status: str = "active"


@dataclass(frozen=True)
class EmulatorSettings:
    """Demo values throughout; none of them opens anything real.

    `per_second` limits calls by label (light, medium); `starts_at` stops the clock there; without a
    `seed`, ids differ from run to run, as a restarted demo needs.
    """

    account_id: str = "demo-account"
    client_id: str = "demo-client"
    client_secret: str = "demo-client-secret"  # noqa: S105
    webhook_secret: str = "demo-webhook-secret"  # noqa: S105
    webhook_url: str = ""
    public_url: str = ""
    hosts: tuple[EmulatedHost, ...] = (
        EmulatedHost("hostAAAAAAAAAAAAAAAAAA", "rooms-1@tuition.example"),
        EmulatedHost("hostBBBBBBBBBBBBBBBBBB", "rooms-2@tuition.example"),
    )
    scopes: tuple[str, ...] = ALL_SCOPES
    starts_at: datetime | None = None
    seed: int | None = None
    per_second: Mapping[str, int] = field(default_factory=dict)


def zoom_time(at: datetime) -> str:
    """Zoom's way of writing an instant."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
