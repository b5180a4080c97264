"""The whole service over real HTTP: real database, emulated provider, mail server, and a held clock.

Reconcilers do not tick by themselves here: `settle` goes round until nothing is due, so a test says
when time passes and when work is done.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiosmtpd.controller import Controller

from service import app as service_app
from service.policy.people import Actor, Role
from service.reconcilers.schedule import RECONCILERS
from service.settings import Settings
from service.store import migrate
from service.web.server import runner
from tests.clock import HeldClock
from tests.deployment import ORGANISATION, settings_for
from tests.gateway import Telephones, telephones
from tests.mailbox import Letter, Mailbox
from tests.ports import a_port
from tests.rooms import Rooms, emulator

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday afternoon, inside the permitted hours."""


@dataclass
class Reply:
    """What the service answered."""

    status: int
    body: Any
    headers: Any
    text: str

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status < 300

    @property
    def etag(self) -> str:
        """The version to name in `If-Match`."""
        return str(self.headers["ETag"])

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Problem codes by field."""
        return {item["field"]: item["code"] for item in self.body.get("fields", [])}


class Api:
    """Calls the service as one person."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str | None) -> None:
        self._session = session
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, method: str, path: str, json: Any = None, **more: Any) -> Reply:
        """One request; never follows a redirect."""
        headers = {**self._headers, **more.pop("headers", {})}
        async with self._session.request(
            method,
            f"{self._base_url}{path}",
            json=json,
            headers=headers,
            allow_redirects=False,
            **more,
        ) as response:
            text = await response.text()
            in_json = text[:1] in ("{", "[") and response.content_type != "application/x-ndjson"
            body = await response.json(content_type=None) if in_json else None
            return Reply(response.status, body, response.headers, text)

    async def get(self, path: str, **more: Any) -> Reply:
        """GET."""
        return await self.call("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> Reply:
        """POST."""
        return await self.call("POST", path, json, **more)

    async def put(self, path: str, json: Any = None, **more: Any) -> Reply:
        """PUT."""
        return await self.call("PUT", path, json, **more)

    async def delete(self, path: str, json: Any = None, **more: Any) -> Reply:
        """DELETE."""
        return await self.call("DELETE", path, json, **more)


@dataclass
class House:
    """A running service and everything round it."""

    running: service_app.Running
    settings: Settings
    clock: HeldClock
    session: aiohttp.ClientSession
    rooms: Rooms
    mailbox: Mailbox
    telephones: Telephones
    others: tuple[Rooms, ...] = ()
    service: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def base_url(self) -> str:
        """Where the service answers."""
        return self.settings.base_url

    @property
    def deps(self) -> Any:
        """The service's parts."""
        return self.running.deps

    def api(self, *roles: Role, subject: str = "staff_nobody") -> Api:
        """A client signed in with these roles; with none, not signed in."""
        if not roles:
            return Api(self.session, self.base_url, None)
        token = self.running.tokens.mint(subject, roles, timedelta(hours=1))
        return Api(self.session, self.base_url, token)

    async def do(self, request: Any, command: Any, by: Actor | None = None, *roles: Role) -> Any:
        """Run a workflow directly; raises what it refuses with."""
        actor = by or Actor("staff_admin", frozenset(roles or {Role.ADMIN, Role.COORDINATOR}))
        return await self.deps.store.do(request, command, by=actor)

    async def read(self, fn: Any, *args: Any) -> Any:
        """Run a reading function."""
        return await self.deps.store.read(fn, *args)

    async def reorganise(self, organised: str) -> None:
        """Stop the service and start it with another `organisation.toml`."""
        self.settings.organisation_file.write_text(organised, "utf-8")
        await self.restart()

    async def restart(self, *, with_rounds: bool = False) -> None:
        """Stop the service and start it, with ticks of its own if asked for."""
        await self.service.aclose()
        started = serving(self.settings, self.clock, with_rounds=with_rounds)
        self.running = await self.service.enter_async_context(started)

    async def has_gone_round(self) -> None:
        """Until the first round of every reconciler is over: they all begin at once."""
        async with asyncio.timeout(30):
            while not (await self.api().get("/readyz")).ok:
                pass

    async def _everywhere(self, path: str, body: Any = None) -> None:
        """One call of the control API of every provider."""
        for rooms in (self.rooms, *self.others):
            await rooms.control("POST", path, body)

    async def settle(self) -> None:
        """Go round every reconciler, and deliver webhooks, until nothing is due."""
        for _ in range(20):
            await self._everywhere("webhooks/flush")
            reports = [await reconciler.run(self.deps) for reconciler in RECONCILERS]
            if not any(report.looked_at for report in reports):
                await self._everywhere("webhooks/flush")
                return
        raise AssertionError("the reconcilers never came to rest")

    async def advance(self, **by: float) -> None:
        """Let time pass here and at the provider; nothing is done meanwhile."""
        self.clock.advance(timedelta(**by))
        await self._everywhere("clock", {"set": self.clock.now().isoformat()})

    async def until(self, instant: datetime) -> None:
        """Let time pass up to an instant."""
        await self.advance(seconds=(instant - self.clock.now()).total_seconds())

    def letters(self, to: str, subject: str = "") -> list[Letter]:
        """The letters that arrived for somebody."""
        return [
            letter
            for letter in self.mailbox.letters
            if letter.to == to and subject in letter.subject
        ]


@asynccontextmanager
async def running(
    database_url: str,
    folder: Path,
    *,
    now: datetime = NOW,
    provider: str = "zoom",
    migrated: bool = False,
    organised: str = ORGANISATION,
    also: str | None = None,
) -> AsyncIterator[House]:
    """The service on an empty database, with an emulated provider and a mail server.

    `migrated`: the database is empty, but has our schema already. `also`: a second provider.
    """
    port = a_port()
    mailbox = Mailbox()
    carrier = Controller(mailbox, hostname="127.0.0.1", port=a_port())
    carrier.start()
    clock = HeldClock(now)
    try:
        async with AsyncExitStack() as stack:
            hooks = f"http://127.0.0.1:{port}/hooks"
            emulated, *more = [
                await stack.enter_async_context(emulator(name, f"{hooks}/{name}", now))
                for name in (provider, also)
                if name is not None
            ]
            jar = aiohttp.DummyCookieJar()
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            phones = await stack.enter_async_context(telephones())
            settings = settings_for(
                database_url,
                folder,
                port,
                emulated,
                carrier.port,
                organised,
                also=more[0] if more else None,
                sms=phones.settings,
            )
            if not migrated:
                await migrate.migrate(database_url)
            service = await stack.enter_async_context(AsyncExitStack())
            started = await service.enter_async_context(serving(settings, clock))
            rooms = Rooms(session, emulated)
            others = tuple(Rooms(session, one) for one in more)
            yield House(started, settings, clock, session, rooms, mailbox, phones, others, service)
    finally:
        carrier.stop()


@asynccontextmanager
async def serving(
    settings: Settings, clock: HeldClock, *, with_rounds: bool = False
) -> AsyncIterator[service_app.Running]:
    """The service on its port, without ticks of its own unless asked for."""
    async with service_app.running(settings, clock, with_rounds=with_rounds) as started:
        served = runner(started.app)
        await served.setup()
        await web.TCPSite(served, "127.0.0.1", settings.listen_port).start()
        try:
            yield started
        finally:
            await served.cleanup()
