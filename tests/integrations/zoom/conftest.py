"""Our client on one side, an emulated account on the other, real HTTP between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from tenacity import wait_none

from integrations.http import Limits
from integrations.zoom.client import ZoomClient
from integrations.zoom.emulator.server import create_emulator
from integrations.zoom.emulator.settings import EmulatorSettings
from integrations.zoom.limits import FOR_MEETINGS, FOR_REPORTS
from service.ports import Complaint, MeetingHandle, MeetingPlan
from tests.builders import ENDS, NOW, STARTS

HOST = "rooms-1@tuition.example"
OTHER_HOST = "rooms-2@tuition.example"
REFERENCE = "K7Q2XMABCD"
NEEDED = [one.scope for one in (*FOR_MEETINGS, *FOR_REPORTS)]
SEES_ACCOUNT = "account:read:settings:admin"
SEES_LOCKS = "account:read:lock_settings:admin"
WELL_SET: dict[str, Any] = {
    "in_meeting": {"waiting_room": True, "private_chat": False, "breakout_room": False},
    "recording": {
        "auto_recording": "none",
        "local_recording": False,
        "cloud_recording": False,
    },
    "schedule_meeting": {"join_before_host": False},
}
# A busy machine may take its time over a call; only who waits for silence must not wait for long.
QUICK = Limits(attempts=3, pause=wait_none())
IMPATIENT = replace(QUICK, total_for=0.4, connect_for=0.4)


@dataclass
class HandClock:
    """A clock moved by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Emulated:
    """The emulator's strings, pulled over HTTP."""

    origin: str
    session: aiohttp.ClientSession
    clock: HandClock = field(default_factory=HandClock)

    async def do(self, path: str, /, **body: object) -> dict[str, Any]:
        async with self.session.post(f"{self.origin}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def tried(self, path: str, /, **body: object) -> int:
        async with self.session.post(f"{self.origin}/control/{path}", json=body) as answer:
            return answer.status

    async def see(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.origin}/control/{path}") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def break_next(self, call: str, kind: str, **more: object) -> None:
        await self.do("faults", call=call, kind=kind, **more)

    async def meetings(self) -> list[dict[str, Any]]:
        return list((await self.see("state"))["meetings"])

    async def calls(self, name: str) -> list[dict[str, Any]]:
        return [call for call in (await self.see("calls"))["calls"] if call["name"] == name]

    async def pass_time(self, by: timedelta) -> None:
        """Both sides' clocks go on together."""
        self.clock.at += by
        await self.do("clock", advance_seconds=by.total_seconds())


def plan(**changes: Any) -> MeetingPlan:
    wanted = {
        "reference": REFERENCE,
        "host_account": HOST,
        "starts_at": STARTS,
        "ends_at": ENDS,
        "tutor_account": SecretStr("tutor@tuition.example"),
        "second_staff_account": SecretStr("second@tuition.example"),
        **changes,
    }
    return MeetingPlan(**wanted)


def client_of(emulated: Emulated, **changes: Any) -> ZoomClient:
    wanted: dict[str, Any] = {
        "account_id": "demo-account",
        "client_id": "demo-client",
        "client_secret": SecretStr("demo-client-secret"),
        "clock": emulated.clock,
        "base_url": emulated.origin,
        "token_url": f"{emulated.origin}/oauth/token",
        "link_origins": (emulated.origin,),
        "limits": QUICK,
        **changes,
    }
    return ZoomClient(emulated.session, **wanted)


@asynccontextmanager
async def emulating(settings: EmulatorSettings) -> AsyncIterator[Emulated]:
    async with (
        TestServer(create_emulator(settings)) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Emulated(str(server.make_url("")).rstrip("/"), session)


@pytest.fixture
async def zoom() -> AsyncIterator[Emulated]:
    async with emulating(EmulatorSettings(starts_at=NOW, seed=1)) as emulated:
        yield emulated


@pytest.fixture
def client(zoom: Emulated, request: pytest.FixtureRequest) -> ZoomClient:
    """Impatient where the test's `kind` of fault is one that hangs."""
    chosen = getattr(request.node, "callspec", None)
    hangs = chosen is not None and str(chosen.params.get("kind")).startswith("hang")
    return client_of(zoom, limits=IMPATIENT if hangs else QUICK)


def handle_of(meeting: dict[str, Any]) -> MeetingHandle:
    return MeetingHandle(HOST, str(meeting["id"]))


# --- an account about which there is nothing to say ----------------------------------------------


@pytest.fixture
async def well_set(zoom: Emulated) -> Emulated:
    """An account about which there is nothing to say."""
    for host in (HOST, OTHER_HOST):
        await zoom.do(f"hosts/{host}", user_settings=WELL_SET)
    await zoom.do("options", scopes=[*NEEDED, SEES_ACCOUNT, SEES_LOCKS])
    shown = {"other_options": {"show_one_user_meeting_on_dashboard": True}}
    await zoom.do("account", settings=shown)
    return zoom


async def found(client: ZoomClient, *accounts: str) -> dict[str, Complaint]:
    complaints = await client.checkup().check(accounts or (HOST, OTHER_HOST))
    return {one.code: one for one in complaints}
