"""The emulated providers, as tests run them and pull their strings."""

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from integrations.teams.emulator import server as teams
from integrations.teams.emulator.settings import EmulatorSettings as TeamsEmulatorSettings
from integrations.zoom.emulator import server as zoom
from integrations.zoom.emulator.settings import EmulatorSettings as ZoomEmulatorSettings
from service.certificates import self_signed
from service.outside_settings import TeamsSettings, ZoomSettings
from tests.ports import a_port

WEBHOOK_SECRET = "emulator-webhook-secret"
HOST_ACCOUNTS = {
    "zoom": ("hostAAAAAAAAAAAAAAAAAA", "hostBBBBBBBBBBBBBBBBBB"),
    "teams": tuple(one.user_id for one in TeamsEmulatorSettings().organisers),
}


@dataclass(frozen=True)
class Emulated:
    """A running emulator."""

    provider: str
    url: str


def a_key() -> str:
    """A fresh 32-byte key in base64."""
    return base64.b64encode(os.urandom(32)).decode()


# --- settings of a service that uses it ---------------------------------------------------------------


def zoom_settings(url: str) -> ZoomSettings:
    """The emulated Zoom account."""
    return ZoomSettings(
        account_id="demo-account",
        client_id="demo-client",
        client_secret=SecretStr("demo-client-secret"),
        webhook_secret=SecretStr(WEBHOOK_SECRET),
        base_url=url,
        token_url=f"{url}/oauth/token",
        link_origins=(url,),
    )


def teams_settings(url: str, folder: Path) -> TeamsSettings:
    """The emulated Microsoft 365 tenant."""
    known = TeamsEmulatorSettings()
    file = folder / "n1.pem"
    file.write_bytes(_key_and_certificate())
    return TeamsSettings(
        tenant_id=known.tenant_id,
        client_id=known.client_id,
        client_secret=SecretStr(known.client_secret),
        notification_files=(file,),
        watch_key=SecretStr(a_key()),
        graph_url=url,
        login_url=url,
        link_origins=(url,),
    )


@cache
def _key_and_certificate() -> bytes:
    return self_signed(datetime.now(UTC) - timedelta(days=2000), timedelta(days=5000))


# --- running and controlling one ------------------------------------------------------------------------


@asynccontextmanager
async def emulator(
    provider: str, webhook_url: str, now: datetime | None
) -> AsyncIterator[Emulated]:
    """An emulator on a port of its own. `now` None: it lives by the real clock."""
    port = a_port()
    url = f"http://127.0.0.1:{port}"
    served = web.AppRunner(_app(provider, url, webhook_url, now), access_log=None)
    await served.setup()
    await web.TCPSite(served, "127.0.0.1", port).start()
    try:
        yield Emulated(provider, url)
    finally:
        await served.cleanup()


def _app(provider: str, url: str, webhook_url: str, now: datetime | None) -> web.Application:
    if provider == "teams":
        return teams.create_emulator(
            TeamsEmulatorSettings(public_url=url, links_open_here=True, starts_at=now)
        )
    return zoom.create_emulator(
        ZoomEmulatorSettings(
            webhook_url=webhook_url, webhook_secret=WEBHOOK_SECRET, public_url=url, starts_at=now
        )
    )


class Rooms:
    """The emulator's control side, over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, emulated: Emulated) -> None:
        self.provider = emulated.provider
        self.url = emulated.url
        self._session = session

    @property
    def host_accounts(self) -> tuple[str, ...]:
        """The organisation's accounts at this provider."""
        return HOST_ACCOUNTS[self.provider]

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control API; fails the test if the emulator refuses."""
        async with self._session.request(
            method, f"{self.url}/control/{path}", json=body
        ) as response:
            text = await response.text()
            assert response.status < 400, f"emulator: {response.status} {text[:300]}"
            return await response.json(content_type=None) if text else None

    async def state(self) -> Any:
        """Everything the emulator holds."""
        return await self.control("GET", "state")

    async def meetings(self) -> list[Any]:
        """The meetings that exist."""
        return [one for one in (await self.state())["meetings"] if not one.get("deleted")]

    async def made(self) -> list[tuple[str, str]]:
        """Our reference and the provider's id of every meeting that exists."""
        named = "subject" if self.provider == "teams" else "topic"
        return [(one[named], str(one["id"])) for one in await self.meetings()]

    def reference_in(self, call: Any) -> str:
        """Our reference in the body of a create call."""
        body = json.loads(call["body"])
        return str(body["subject" if self.provider == "teams" else "topic"])

    async def calls(self, name: str | None = None) -> list[Any]:
        """The API calls that were made."""
        calls = (await self.control("GET", "calls"))["calls"]
        return [call for call in calls if name is None or call["name"] == name]

    async def fault(self, call: str, kind: str, **more: Any) -> None:
        """Order a fault for the next such call."""
        await self.control("POST", "faults", {"call": call, "kind": kind, **more})

    async def follow(self, url: str, name: str = "", account: str = "") -> Any:
        """Open a way in as a person would, signed in if told an account; answers who they are now."""
        signed_in = {"as": account} if account and self.provider == "teams" else {}
        return await self.control("POST", "people/open", {"url": url, "name": name, **signed_in})

    async def act(self, person: str, act: str, **more: Any) -> Any:
        """Have a person do, or have done to them, something."""
        return await self.control("POST", f"people/{person}/{act}", more or {})
