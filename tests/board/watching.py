"""Somebody who looks at the board, and follows it as the script of the page does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from service.policy.people import Role, StaffId
from service.store.inspection import audit_log
from tests.pages.browsing import SAME, Browser
from tests.world import World

WITHIN_SECONDS = 10
"""How long a test waits for an event before it fails; what is measured is measured elsewhere."""


async def somebody(world: World, staff_id: StaffId, *roles: Role) -> Browser:
    """The browser of a signed-in member of staff."""
    browser = Browser(world.house.session)
    token = world.house.running.tokens.mint(staff_id, roles, timedelta(hours=1))
    page = await browser.post(world.house.base_url + "/staff/sign-in", {"token": [token]}, SAME)
    assert page.status == 303
    return browser


async def coordinator(world: World) -> Browser:
    """The coordinator's browser."""
    return await somebody(world, world.coordinator, Role.COORDINATOR)


async def lead(world: World) -> Browser:
    """The safeguarding lead's browser."""
    return await somebody(world, world.lead, Role.DSL)


@dataclass
class Event:
    """One server-sent event."""

    name: str
    data: dict[str, str]


@dataclass
class Line:
    """A connection to `/live/events`. `held` is what the page would show by now."""

    answer: aiohttp.ClientResponse
    held: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    async def next(self) -> Event | None:
        """The next event, None when the service has hung up."""
        name = ""
        async with asyncio.timeout(WITHIN_SECONDS):
            async for raw in self.answer.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return self._taken(Event(name, json.loads(line.removeprefix("data: "))))
        return None

    def _taken(self, event: Event) -> Event:
        self.heard.append(event.name)
        if event.name == "piece":
            self.held[event.data["key"]] = event.data["html"]
        elif event.name == "gone":
            self.held.pop(event.data["key"], None)
        return event

    async def until(self, name: str) -> Event:
        """The next event of that name."""
        while (event := await self.next()) is not None:
            if event.name == name:
                return event
        raise AssertionError(f"the service hung up before {name!r}; heard {self.heard}")

    async def shows(self, key: str, words: str) -> None:
        """Until a piece holds these words."""
        while words not in self.held.get(key, ""):
            assert await self.next() is not None, f"{words!r} never came to {key}"

    async def is_over(self) -> None:
        """Until the service has said that it is over, and hung up."""
        await self.until("over")
        assert await self.next() is None


@asynccontextmanager
async def following(browser: Browser, base_url: str, **headers: str) -> AsyncIterator[Line]:
    """Follow the board, from the whole of it on."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    async with browser.session.get(
        f"{base_url}/live/events", headers={"Cookie": cookie, **headers}
    ) as answer:
        assert answer.status == 200, await answer.text()
        line = Line(answer)
        await line.until("seen")
        yield line


def key_of(session_id: str) -> str:
    """The element of a room."""
    return f"room-{session_id}"


async def entries(world: World, kind: str) -> list[Any]:
    """What was recorded of a kind."""
    found: list[Any] = await world.house.read(audit_log.entries_after, 0, 10_000, kind)
    return found
