"""The play's rooms at Teams: one link for all, accounts and codes, and a call nobody ends from outside."""

import re
from typing import Any, ClassVar

from demo.browser import Browser, Page
from demo.cast import Person
from demo.crew import DemoFailed
from demo.rooms import AtEmulator
from demo.stage import must_say

CODE = re.compile(r"type this and nothing else: (\S+)")
REPORT_WITHIN_SECONDS = 200.0
"""The report is first looked for two minutes after a session."""

SAFE = {
    "allowedLobbyAdmitters": "organizerAndCoOrganizers",
    "allowedPresenters": "roleIsPresenter",
    "allowRecording": False,
    "recordAutomatically": False,
    "allowMeetingChat": "disabled",
}


class TeamsRooms(AtEmulator):
    """See `Rooms`."""

    WAITS: ClassVar[str] = "Someone will let you in shortly"
    ENTRIES: ClassVar[tuple[str, ...]] = ("attendance.read",)

    async def show_made(self, meeting: Any) -> None:
        """See `Rooms.show_made`."""
        roles = {one["role"]: one["upn"] for one in meeting["attendees"]}
        settings, cast = meeting["settings"], self.stage.cast
        scope = settings["lobbyBypassSettings"]["scope"]
        safe = all(settings[name] == wanted for name, wanted in SAFE.items())
        if not safe or scope != "organizer" or not meeting["has_passcode"]:
            raise DemoFailed("The meeting at Teams is not as safe as it must be.")
        if roles != {"coorganizer": cast.second.account, "presenter": cast.tutor.account}:
            raise DemoFailed(f"The wrong people have a part in the meeting: {roles}")
        teller = self.stage.teller
        teller.good("One meeting exists. What the emulator says of it:")
        teller.row("subject", f"{meeting['subject']} (a reference; no name, no subject)")
        teller.row("skips the lobby", f"{scope} (nobody signs into it), and the co-organiser")
        teller.row("may admit", settings["allowedLobbyAdmitters"])
        teller.row("co-organiser", f"{roles['coorganizer']} (second staff, nobody else)")
        teller.row("presenter", f"{roles['presenter']} (the tutor; waits in the lobby)")
        teller.row("passcode", "required")
        teller.row("recording", "not allowed")
        teller.row("chat", settings["allowMeetingChat"])
        teller.row("way in", "one link for all, sent to nobody")
        await self._must_be_watched(meeting)
        teller.row("calls", "told to Chaperone, sealed for its own key")

    async def turn_away(self, meeting: Any) -> None:
        """See `Rooms.turn_away`."""
        browser = self.stage.browser()
        page = await browser.open(f"{self.url}/meet")
        guessed = {"join_meeting_id": meeting["join_meeting_id"], "name": "Somebody"}
        page = await browser.send(page, page.form_to("/join"), **guessed)
        must_say(page, 403, "The passcode is wrong.")
        self.stage.teller.refused(
            "Somebody who guessed the meeting's number is turned away by Teams (403): no passcode."
        )

    async def follow(self, url: str, person: Person) -> Page:
        """See `Rooms.follow`. The emulator has no sign-in: who one is stands in the address."""
        page = await self.stage.browser().open(f"{url}&as={person.account}")
        return must_say(page, 200, "Emulated Teams")

    def tell_second_staff_in(self) -> None:
        """See `Rooms.tell_second_staff_in`."""
        self.stage.teller.good(
            "Let in by the link that all share, signed in with an account of their own, which alone "
            "holds the room."
        )

    def tell_live(self) -> None:
        """See `Rooms.tell_live`."""
        self.stage.teller.good(
            "Teams' own word arrives, sealed: the call has started, and Sam's account is in."
        )

    def tell_tutor_waits(self) -> None:
        """See `Rooms.tell_tutor_waits`."""
        self.stage.teller.good(
            "Let in by the same link, signed in too; sits in the lobby under his account's name until "
            "Sam admits him."
        )

    async def follow_home(self, browser: Browser, answer: Page) -> Page:
        """See `Rooms.follow_home`. The page shows a link and the name to go in under."""
        must_say(answer, 200, "type this and nothing else")
        code = CODE.search(answer.words)
        if code is None:
            raise DemoFailed("The page shows no code to type as a name.")
        self.stage.teller.good(
            f"The link is the same for all, so her page shows a code to type as a name: {code[1]}."
        )
        await self._must_be_on_the_list(code[1])
        page = must_say(await browser.open(answer.link("Open the room")), 200, "Your name")
        room = await browser.send(page, page.form_to("/join"), name=code[1])
        return must_say(await browser.open(room.location), 200, self.WAITS)

    async def call_is_over(self, family_link: str) -> None:
        """See `Rooms.call_is_over`. The family's door says so: second staff are not in the room."""
        teller, stage = self.stage.teller, self.stage
        teller.say("Teams lets nobody end a call from outside: Sam did it inside the room.")
        async with stage.http.post(f"{self.url}/control/webhooks/flush"):
            pass  # answered once Chaperone has been told everything

        async def look() -> bool | None:
            page = await stage.browser().open(family_link)
            return True if "is not in the room." in page.words else None

        await stage.until("Chaperone to notice that the call is over", look)
        teller.good("Chaperone has noticed. It is before the planned start: a room tried out early")

    async def session_is_over(self, meeting: Any) -> None:
        """See `Rooms.session_is_over`."""

        async def look() -> bool | None:
            found = (await self._again(meeting))["settings"]
            return True if found["allowedPresenters"] == "organizer" else None

        await self.stage.until("the room to be tightened at Teams", look)
        self.stage.teller.good("The room is tightened: nobody but Sam could speak or admit there.")
        self.stage.teller.say(
            "The meeting stays for now: Teams forgets its attendance report with it."
        )

    async def statements_are_in(self, meeting: Any) -> None:
        """See `Rooms.statements_are_in`."""
        stage, teller = self.stage, self.stage.teller
        teller.step("Chaperone collects Teams' attendance report, and deletes the meeting")
        with teller.busy("waiting: it is first looked for two minutes after the session"):
            await self.gone("the meeting to be deleted at Teams", REPORT_WITHIN_SECONDS)
        teller.good("The report is on record. The meeting is deleted at Teams and confirmed gone.")
        await stage.must_agree()
        teller.good("It contradicts no statement.")
        await self._must_be_watched(meeting)
        teller.good(
            "The link is burned. Teams would open the room by it for weeks, so it is never used "
            "again, and Chaperone goes on watching it."
        )

    def where_to_click(self) -> None:
        """See `Rooms.where_to_click`."""
        teller = self.stage.teller
        teller.row("Teams emulator", f"{self.url}/control/state (rooms: go in by the door)")
        teller.row("signing in at Teams", "add &as=uma@tuition.example to Uma's link,")
        teller.row("", "    &as=tilda@tuition.example to Tilda's; a family types its code")
        teller.row("who has only a number", f"{self.url}/meet (and needs the passcode)")

    # --- looking ----------------------------------------------------------------------------------

    async def _again(self, meeting: Any) -> Any:
        """The meeting as it is now, deleted or not."""
        held = (await self.state())["meetings"]
        return next(one for one in held if one["id"] == meeting["id"])

    async def _must_be_on_the_list(self, code: str) -> None:
        door = (await self.stage.cast.second.get(f"{self.stage.session}/door")).body
        if {"place": "household", "door_code": code} not in door["let_in"]:
            raise DemoFailed("The code on her page is none that Sam's door shows.")

    async def _must_be_watched(self, meeting: Any) -> None:
        watches = (await self.state())["subscriptions"]
        own = [one for one in watches if one["meeting"] == meeting["id"]]
        if not own or not own[0]["encryptionCertificateId"]:
            raise DemoFailed("Nobody watches the calls of the meeting at Teams, sealed.")
