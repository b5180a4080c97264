"""The play's rooms at Zoom: personal links, a waiting room, and a call that can be ended from outside."""

from typing import Any, ClassVar

from demo.browser import Browser, Page
from demo.cast import Person
from demo.crew import DemoFailed
from demo.rooms import AtEmulator
from demo.stage import WAIT_SECONDS, came_through, must_say


class ZoomRooms(AtEmulator):
    """See `Rooms`."""

    WAITS: ClassVar[str] = "waiting room"
    ENTRIES: ClassVar[tuple[str, ...]] = ()

    async def show_made(self, meeting: Any) -> None:
        """See `Rooms.show_made`."""
        settings = meeting["settings"]
        safe = settings["waiting_room"] and not settings["join_before_host"]
        if not safe or not meeting["has_passcode"]:
            raise DemoFailed("The meeting at Zoom is not as safe as it must be.")
        teller = self.stage.teller
        teller.good("One meeting exists. What the emulator says of it:")
        teller.row("topic", f"{meeting['topic']} (a reference; no name, no subject)")
        teller.row("waiting room", _on(settings["waiting_room"]))
        teller.row("join before host", _on(settings["join_before_host"]))
        teller.row("passcode", "set" if meeting["has_passcode"] else "missing")
        teller.row("automatic recording", str(settings["auto_recording"]))
        teller.row("registration", "by hand" if settings["approval_type"] == 1 else "open")
        teller.row("personal ways in", f"{len(meeting['registrants'])}, sent to nobody")

    async def turn_away(self, meeting: Any) -> None:
        """See `Rooms.turn_away`."""
        page = await self.stage.browser().open(f"{self.url}/j/{meeting['id']}")
        must_say(page, 403, "registered participants only")
        self.stage.teller.refused(
            "Somebody who guessed the meeting's number is turned away by Zoom (403)."
        )

    async def follow(self, url: str, person: Person) -> Page:
        """See `Rooms.follow`."""
        return must_say(await self.stage.browser().open(url), 200, "Emulated Zoom")

    def tell_second_staff_in(self) -> None:
        """See `Rooms.tell_second_staff_in`."""
        self.stage.teller.good(
            "Let in with the start link, read afresh from the provider and stored nowhere."
        )

    def tell_live(self) -> None:
        """See `Rooms.tell_live`."""
        self.stage.teller.good(
            "Zoom's own word arrives, signed: the call has started, and the host account is in."
        )

    def tell_tutor_waits(self) -> None:
        """See `Rooms.tell_tutor_waits`."""
        self.stage.teller.good(
            "Let in by a personal link; sits in Zoom's waiting room until Sam admits him."
        )

    async def follow_home(self, browser: Browser, answer: Page) -> Page:
        """See `Rooms.follow_home`. The page leads on by itself."""
        away = came_through(answer, "Going in")
        return must_say(await browser.open(away.location), 200, self.WAITS)

    async def call_is_over(self, family_link: str) -> None:
        """See `Rooms.call_is_over`."""
        self.stage.teller.good(
            "Everybody is out. It is before the planned start: a room that was tried out early"
        )

    async def session_is_over(self, meeting: Any) -> None:
        """See `Rooms.session_is_over`."""
        await self.gone("the meeting to be removed at Zoom", WAIT_SECONDS)
        self.stage.teller.good(
            "The meeting is deleted at Zoom and confirmed gone; its links open nothing."
        )

    async def statements_are_in(self, meeting: Any) -> None:
        """See `Rooms.statements_are_in`. It is gone already."""

    def where_to_click(self) -> None:
        """See `Rooms.where_to_click`."""
        self.stage.teller.row(
            "Zoom emulator", f"{self.url}/control/state (rooms: go in by the door)"
        )


def _on(value: object) -> str:
    return "on" if value else "off"
