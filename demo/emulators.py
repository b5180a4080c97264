"""The emulated providers: how each is started, and the settings of a service that uses it."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Emulator:
    """One provider's emulator. `command` starts it on a port and has it tell a hook about calls.

    `certificate` is the name of the file with the key that the provider seals for, if it does.
    """

    name: str
    says: str
    port: int
    command: Callable[[int, str], tuple[str, ...]]
    settings: Callable[[str, Path], dict[str, str]]
    certificate: str = ""


def _zoom_command(port: int, hook_url: str) -> tuple[str, ...]:
    return ("emulate", "zoom", "--port", str(port), "--webhook-url", hook_url)


def _zoom_settings(url: str, _folder: Path) -> dict[str, str]:
    return {
        "CHAPERONE_ZOOM__ACCOUNT_ID": "demo-account",
        "CHAPERONE_ZOOM__CLIENT_ID": "demo-client",
        "CHAPERONE_ZOOM__CLIENT_SECRET": "demo-client-secret",
        "CHAPERONE_ZOOM__WEBHOOK_SECRET": "demo-webhook-secret",
        "CHAPERONE_ZOOM__BASE_URL": url,
        "CHAPERONE_ZOOM__TOKEN_URL": f"{url}/oauth/token",
        "CHAPERONE_ZOOM__LINK_ORIGINS": json.dumps([url]),
    }


CERTIFICATE = "notifications.pem"


def _teams_command(port: int, _hook_url: str) -> tuple[str, ...]:
    # Graph learns the hook's address from the service, meeting by meeting.
    return ("emulate", "teams", "--port", str(port))


def _teams_settings(url: str, folder: Path) -> dict[str, str]:
    return {
        "CHAPERONE_TEAMS__TENANT_ID": "7c1e3b52-4a0d-4f5e-9d57-0c2f1d6a8b11",
        "CHAPERONE_TEAMS__CLIENT_ID": "b3f2a6c4-0d1e-4c55-8f27-5a9be1c70d22",
        "CHAPERONE_TEAMS__CLIENT_SECRET": "demo~client.secret",
        "CHAPERONE_TEAMS__NOTIFICATION_FILES": json.dumps([str(folder / CERTIFICATE)]),
        "CHAPERONE_TEAMS__WATCH_KEY": base64.b64encode(os.urandom(32)).decode(),
        "CHAPERONE_TEAMS__GRAPH_URL": url,
        "CHAPERONE_TEAMS__LOGIN_URL": url,
        "CHAPERONE_TEAMS__LINK_ORIGINS": json.dumps([url]),
    }


EMULATORS = {
    one.name: one
    for one in (
        Emulator("zoom", "Zoom", 8081, _zoom_command, _zoom_settings),
        Emulator("teams", "Teams", 8082, _teams_command, _teams_settings, CERTIFICATE),
    )
}
