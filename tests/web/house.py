"""A house that serves the toy table over real HTTP, on a clock held in the hand."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.policy.people import Role
from service.web.health import ReadyCheck
from service.web.limits import Limiter
from service.web.logs import JsonFormatter
from service.web.middleware import ErrorPage
from service.web.openid import OpenIdIssuer
from service.web.routes import Route, table
from service.web.server import Setup, build_app, runner
from service.web.sign_in import SignIn
from service.web.tokens import TokenKeys
from service.workflows.deps import Deps
from tests.web.toy import Shelf, toy_routes

START = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)
ISSUER = "https://tuition.example"
AUDIENCE = "chaperone"


@dataclass
class HandClock:
    """A clock that stands still until a test moves it."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


class Lines(logging.Handler):
    """Every log line as production would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@asynccontextmanager
async def listening() -> AsyncIterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(before)


@dataclass
class House:
    """A running service and a client that talks to it."""

    client: aiohttp.ClientSession
    url: str
    port: int
    keys: TokenKeys
    clock: HandClock
    shelf: Shelf
    routes: tuple[Route, ...]
    lines: Lines
    sign_in: SignIn

    def token(self, *roles: Role, subject: str = "staff_1", **more: Any) -> str:
        return self.keys.mint(subject, roles or (Role.COORDINATOR,), timedelta(hours=1), **more)

    def signed_in(self, *roles: Role, subject: str = "staff_1") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, subject=subject)}"}


def a_thing(**changes: object) -> dict[str, object]:
    return {"name": "globe", "count": 3, "starts_at": "2026-11-24T16:00:00Z"} | changes


def some_keys(clock: HandClock, **changes: Any) -> TokenKeys:
    one = Ed25519PrivateKey.generate()
    return TokenKeys(**{
        "issuer": ISSUER, "audience": AUDIENCE, "keys": {"k1": one}, "mint_with": "k1",
        "clock": clock, **changes,
    })  # fmt: skip


def toy_deps(clock: HandClock, base_url: str) -> Deps:
    """Only clock and address are looked at by the framework."""
    nothing = cast(Any, None)
    return Deps(
        **dict.fromkeys(Deps.__dataclass_fields__, nothing) | {"clock": clock, "base_url": base_url}
    )


@asynccontextmanager
async def a_house(
    *,
    base_url: str = "https://tuition.example",
    ready_checks: Sequence[ReadyCheck] = (),
    limiter: Callable[[HandClock], Limiter] | None = None,
    error_page: ErrorPage | None = None,
    extra_setup: Setup | None = None,
    others: Callable[[HandClock], Sequence[OpenIdIssuer]] = lambda clock: (),
) -> AsyncIterator[House]:
    clock, shelf = HandClock(), Shelf()
    keys, routes = some_keys(clock), table(toy_routes(shelf))
    sign_in = SignIn(keys, clock, others(clock))
    app = build_app(
        toy_deps(clock, base_url), routes, sign_in, ready_checks=ready_checks,
        limiter=limiter(clock) if limiter else None, error_page=error_page,
        extra_setup=extra_setup,
    )  # fmt: skip
    async with listening() as lines, serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession(url) as client:
            yield House(client, url, port, keys, clock, shelf, routes, lines, sign_in)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[int]:
    """The app on a free port of this machine."""
    serving = runner(app)
    await serving.setup()
    try:
        await web.TCPSite(serving, "127.0.0.1", 0).start()
        yield serving.addresses[0][1]
    finally:
        await serving.cleanup()
