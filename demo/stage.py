"""What every act of the play needs: the running service, the people, the letters, and a voice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from demo.browser import Browser, Page
from demo.cast import Cast, Parent
from demo.crew import DemoFailed
from demo.mailbox import Mailbox
from demo.parts import Running
from demo.wording import Teller

WAIT_SECONDS = 20.0
R = TypeVar("R")


@dataclass
class Stage:
    """The stage. `session_id` is that of the session the play is about; `cast` are those on it."""

    running: Running
    cast: Cast
    mailbox: Mailbox
    teller: Teller
    http: aiohttp.ClientSession = field(repr=False)
    session_id: str = ""

    @property
    def session(self) -> str:
        """The address of the session in the JSON interface."""
        return f"/v1/sessions/{self.session_id}"

    def browser(self) -> Browser:
        """A fresh browser for one person."""
        return Browser(self.http, self.running.ports.service_url)

    async def until(
        self, what: str, look: Callable[[], Awaitable[R | None]], *, within: float = WAIT_SECONDS
    ) -> R:
        """Look again and again until something is there; `DemoFailed` if it never is."""
        try:
            async with asyncio.timeout(within):
                while (found := await look()) is None:
                    self.running.crew.must_live()
                    await asyncio.sleep(0.1)
                return found
        except TimeoutError:
            raise DemoFailed(f"Waited {within:.0f} s in vain for {what}.") from None

    async def until_state(self, wanted: str) -> Any:
        """Wait until the session is in a state."""

        async def look() -> Any:
            found = (await self.cast.coordinator.get(self.session)).body
            return found if found["state"] == wanted else None

        return await self.until(f"the session to be {wanted}", look)

    async def blockers(self) -> list[Any]:
        """What stands in the way of the session now."""
        reply = await self.cast.coordinator.get(f"{self.session}/clearance")
        return list(reply.body["blockers"])

    async def must_wait_for(self, *codes: str) -> None:
        """Tell what stands in the way now; `DemoFailed` unless it is exactly this."""
        found = await self.blockers()
        self.teller.blockers(found)
        if {one["code"] for one in found} != set(codes):
            raise DemoFailed(f"Expected the blockers {', '.join(codes) or 'none'}.")

    async def link_for(self, parent: Parent, subject: str) -> str:
        """The personal link in the letter that came for a parent."""
        letter = await self.mailbox.letter_to(parent.address, subject)
        if letter.link is None:
            raise DemoFailed(f"The letter {letter.subject!r} has no personal link.")
        return letter.link

    async def must_agree(self) -> None:
        """`DemoFailed` if statements and evidence differ, or if anything has raised an alert."""
        findings = (await self.cast.coordinator.get(f"{self.session}/statements")).body["findings"]
        if findings:
            raise DemoFailed(f"Statements that agree were found to differ: {findings}")
        alerts = (await self.cast.coordinator.get("/v1/alerts")).body["items"]
        if alerts:
            codes = [one["code"] for one in alerts]
            raise DemoFailed(f"A session without fault left alerts: {codes}")


def came_through(page: Page, what: str) -> Page:
    """The page, if the form on it was taken (it then leads on), else `DemoFailed`."""
    if page.status != 303:
        raise DemoFailed(f"{what} was answered {page.status}: {page.words[:400]}")
    return page


def must_say(page: Page, status: int, words: str) -> Page:
    """The page, if it is answered and worded as the story goes."""
    if page.status != status or words not in page.words:
        raise DemoFailed(f"Expected {status} and {words!r}; got {page.status}: {page.words[:400]}")
    return page
