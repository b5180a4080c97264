"""Zoom's API called by hand, from the published facts alone: nothing here is of our client."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from tests.integrations.zoom.conftest import HOST, Emulated

BASIC = {"Authorization": aiohttp.encode_basic_auth("demo-client", "demo-client-secret")}
GRANT = {"grant_type": "account_credentials", "account_id": "demo-account"}


async def token_of(zoom: Emulated) -> dict[str, str]:
    """The headers of a fresh sign-in."""
    async with zoom.session.post(f"{zoom.origin}/oauth/token", data=GRANT, headers=BASIC) as answer:
        value = (await answer.json())["access_token"]
    return {"Authorization": f"Bearer {value}", "Accept": "application/json"}


async def call(
    zoom: Emulated, method: str, path: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    """One call; the path goes out byte for byte."""
    url = URL(f"{zoom.origin}/v2{path}", encoded=True)
    headers = await token_of(zoom)
    async with zoom.session.request(method, url, headers=headers, json=body) as answer:
        text = await answer.read()
        return answer.status, json.loads(text) if text else {}


async def make(zoom: Emulated, **body: object) -> dict[str, Any]:
    """A meeting of the first host."""
    status, made = await call(zoom, "POST", f"/users/{HOST}/meetings", body)
    assert status == 201, made
    return made


async def register(zoom: Emulated, meeting: dict[str, Any], name: str) -> dict[str, Any]:
    """An approved registrant of a meeting."""
    body = {"email": f"{name}@door.invalid", "first_name": name, "auto_approve": True}
    status, made = await call(zoom, "POST", f"/meetings/{meeting['id']}/registrants", body)
    assert status == 201, made
    return made


def encoded(uuid: str) -> str:
    """A uuid in a path: twice encoded if it starts with a slash or holds two."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


@dataclass
class Heard:
    """A listener that keeps every event as it came."""

    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        """Take it, whatever it is."""
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(status=204)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events in the order they came."""
        return [json.loads(body) for body in self.bodies]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [one["event"] for one in self.events]

    def last(self, name: str) -> dict[str, Any]:
        """The newest event of a kind."""
        found: dict[str, Any] = [one for one in self.events if one["event"] == name][-1]
        return found


@asynccontextmanager
async def listening(zoom: Emulated) -> AsyncIterator[Heard]:
    """A real listener that the emulator sends to."""
    heard = Heard()
    app = web.Application()
    app.router.add_post("/hooks", heard.hear)
    async with TestServer(app) as server:
        await zoom.do("webhooks", url=str(server.make_url("/hooks")))
        yield heard


OPEN: dict[str, Any] = {"waiting_room": False, "approval_type": 2, "join_before_host": False}


async def running(zoom: Emulated, **settings: Any) -> dict[str, Any]:
    """A meeting with its host inside and no waiting room."""
    made = await make(zoom, password="aB3xK9mQ2z", settings={**OPEN, **settings})
    await zoom.do("people/open", url=made["start_url"])
    return made


async def flushed(zoom: Emulated, heard: Heard) -> list[str]:
    """The names of all that came, once everything due has been sent."""
    await zoom.do("webhooks/flush")
    return heard.names


def part(event: dict[str, Any]) -> dict[str, Any]:
    """What an event is about."""
    found: dict[str, Any] = event["payload"]["object"]
    return found
