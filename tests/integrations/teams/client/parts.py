"""Our side of the wire: the client's parts, and a hook that really listens."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from tenacity import wait_none

from integrations.http import Limits
from integrations.teams.client import TeamsClient
from integrations.teams.credentials import ClientSecret
from integrations.teams.emulator.server import create_emulator
from integrations.teams.emulator.settings import EmulatedUser, EmulatorSettings
from integrations.teams.signals import TeamsSignals
from integrations.teams.watcher import TeamsWatcher
from service.errors import ChaperoneError, NotReady
from service.ports import Challenge, Heard, MeetingPlan, Posted
from tests.builders import ENDS, NOW, STARTS
from tests.clock import HeldClock
from tests.integrations.teams.client.keys import LONG_AGO, encryption_key

HOST = "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a01"
OTHER_HOST = "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a02"
TUTOR = EmulatedUser("2a2a2a2a-0000-4000-8000-000000000001", "tina.tutor@tuition.example")
SECOND = EmulatedUser("2a2a2a2a-0000-4000-8000-000000000002", "sam.second@tuition.example")
REFERENCE = "K7Q2XMRT9A"
STATE_KEY = b"client-state-key-of-32-bytes-now"
SETTINGS = EmulatorSettings(
    organisers=(
        EmulatedUser(HOST, "rooms-1@tuition.example", policy_granted_at=LONG_AGO),
        EmulatedUser(OTHER_HOST, "rooms-2@tuition.example"),
    ),
    users=(TUTOR, SECOND),
    any_upn_of=(),
    starts_at=NOW,
    seed=1,
)
TENANT, CLIENT = SETTINGS.tenant_id, SETTINGS.client_id
TOKEN_LIVES = timedelta(seconds=SETTINGS.options.token_seconds)
# A busy machine takes a while for an answer; faults that hang wait this long.
QUICK = Limits(total_for=2.0, connect_for=2.0, attempts=3, pause=wait_none())


# --- the tenant -----------------------------------------------------------------------------------


@dataclass
class Tenant:
    """An emulated tenant behind real HTTP, with its strings, and the clock both sides live by."""

    origin: str
    session: aiohttp.ClientSession
    clock: HeldClock = field(default_factory=lambda: HeldClock(NOW))

    async def do(self, path: str, /, **body: object) -> dict[str, Any]:
        async with self.session.post(f"{self.origin}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def see(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.origin}/control/{path}") as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def break_next(self, call: str, kind: str, **more: object) -> None:
        await self.do("faults", call=call, kind=kind, **more)

    async def mend(self) -> None:
        async with self.session.delete(f"{self.origin}/control/faults") as answer:
            assert answer.status == 200

    async def meetings(self) -> list[dict[str, Any]]:
        return list((await self.see("state"))["meetings"])

    async def subscriptions(self) -> list[dict[str, Any]]:
        return list((await self.see("state"))["subscriptions"])

    async def calls(self, name: str) -> list[dict[str, Any]]:
        return [call for call in (await self.see("calls"))["calls"] if call["name"] == name]

    async def pass_time(self, by: timedelta) -> None:
        """Both sides' clocks go on together."""
        self.clock.advance(by)
        await self.do("clock", advance_seconds=by.total_seconds())

    async def opens(self, url: str, name: str = "", **more: object) -> dict[str, Any]:
        """Somebody opens the join link: by name, or signed in (`as_`)."""
        signed_in = {"as": more.pop("as_")} if "as_" in more else {}
        return await self.do("people/open", url=url, name=name, **signed_in, **more)

    async def person_does(self, person: str, what: str, **more: object) -> dict[str, Any]:
        return await self.do(f"people/{person}/{what}", **more)

    async def flush(self) -> None:
        await self.do("webhooks/flush")


@asynccontextmanager
async def emulating(settings: EmulatorSettings = SETTINGS) -> AsyncIterator[Tenant]:
    async with (
        TestServer(create_emulator(settings)) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Tenant(str(server.make_url("")).rstrip("/"), session)


def client_of(tenant: Tenant, **changes: Any) -> TeamsClient:
    wanted: dict[str, Any] = {
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "credential": ClientSecret(SecretStr(SETTINGS.client_secret)),
        "clock": tenant.clock,
        "graph_url": tenant.origin,
        "login_url": tenant.origin,
        "limits": QUICK,
        **changes,
    }
    return TeamsClient(tenant.session, **wanted)


def plan(**changes: Any) -> MeetingPlan:
    wanted = {
        "reference": REFERENCE,
        "host_account": HOST,
        "starts_at": STARTS,
        "ends_at": ENDS,
        "tutor_account": SecretStr(TUTOR.upn),
        "second_staff_account": SecretStr(SECOND.upn),
        **changes,
    }
    return MeetingPlan(**wanted)


# --- the hook -------------------------------------------------------------------------------------


@dataclass
class Hook:
    """A listening address that reads what comes as the service would, and keeps what it heard."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    refused: list[ChaperoneError] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def signals(self) -> list[Any]:
        return [signal for heard in self.heard for signal in heard.signals]

    @property
    def notices(self) -> list[Any]:
        return [notice for heard in self.heard for notice in heard.notices]


def signals_of(client: TeamsClient, tenant: Tenant, *keys: str) -> TeamsSignals:
    return TeamsSignals(
        tenant.session,
        client.calls,
        tenant_id=TENANT,
        client_id=CLIENT,
        client_state_key=STATE_KEY,
        certificates=tuple(encryption_key(name) for name in keys or ("key-1",)),
        login_url=tenant.origin,
    )


def watcher_of(client: TeamsClient, tenant: Tenant, hook: Hook, *keys: str) -> TeamsWatcher:
    return TeamsWatcher(
        client.calls,
        hook_url=hook.url,
        client_state_key=STATE_KEY,
        certificates=tuple(encryption_key(name) for name in keys or ("key-1",)),
        clock=tenant.clock,
    )


@asynccontextmanager
async def listening(source: TeamsSignals, tenant: Tenant) -> AsyncIterator[Hook]:
    hook = Hook()

    async def receive(request: web.Request) -> web.Response:
        posted = Posted(dict(request.headers), dict(request.query), await request.read())
        hook.bodies.append(posted.body)
        try:
            found = await source.read(posted, tenant.clock.now())
        except ChaperoneError as error:
            hook.refused.append(error)
            return web.Response(status=503 if isinstance(error, NotReady) else 202)
        if isinstance(found, Challenge):
            return web.Response(text=found.answer, content_type=found.content_type)
        hook.heard.append(found)
        return web.Response(status=503 if found.again else 202)

    app = web.Application()
    app.router.add_post("/hooks/teams", receive)
    async with TestServer(app) as server:
        hook.url = str(server.make_url("/hooks/teams"))
        yield hook


def posted(body: object, **query: str) -> Posted:
    return Posted({}, query, json.dumps(body).encode())
