"""What an emulated Zoom account consists of, and the clock it lives by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.zoom.emulator.scopes import ALL_SCOPES

LICENSED = 2
BASIC = 1


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

    `per_second` limits calls by label (light, medium, heavy); `starts_at` stops the clock there; without a
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
