"""The door and the room: staff first, then the family, each let in alone; then the call ends."""

import asyncio
from datetime import UTC, datetime, timedelta

from demo.before import CHECK_IN_WINDOW
from demo.browser import Browser, Page
from demo.cast import Person, must
from demo.crew import DemoFailed
from demo.rooms import Rooms
from demo.stage import Stage, came_through, must_say

SECOND_STAFF_WAIT = "The second member of staff is not in the room."


async def doors_open(stage: Stage) -> None:
    """Nobody goes in before the doors open."""
    teller, tutor = stage.teller, stage.cast.tutor
    teller.step("The doors open 20 minutes before the start, for everybody")
    starts_at = datetime.fromisoformat(
        (await tutor.get(stage.session)).body["starts_at"].replace("Z", "+00:00")
    )
    wait = (starts_at - CHECK_IN_WINDOW - datetime.now(UTC)) / timedelta(seconds=1)
    if wait > 1:
        early = must(await tutor.call("POST", f"{stage.session}/door"), "The door, too early", 409)
        teller.refused(f"{tutor.says}, is too early: {early.detail}")
    if wait > 0:
        with teller.busy(f"waiting {wait:.0f} s for the doors"):
            await asyncio.sleep(wait + 0.2)
    teller.good("Open.")


async def family_waits(stage: Stage) -> Browser:
    """The parent says that she is there, tries to go in, and is told for whom she waits."""
    teller, parent = stage.teller, stage.cast.family.parent
    teller.step(f"{parent.first_name} says on her page: I am here")
    browser = stage.browser()
    link = await stage.link_for(parent, "promise")
    page = await browser.open(link)
    if not page.has("do", "unpledge"):
        raise DemoFailed("Her page does not know of her promise.")
    filled = {"agree": "yes", "pin": parent.pin}
    if page.has("do", "here"):  # else she said both at once
        came_through(await browser.send(page, page.form("do", "here"), **filled), "I am here")
    teller.good("Noted: she is with Robin, and agrees to today's purpose.")
    must_say(await browser.open(link), 200, SECOND_STAFF_WAIT)
    teller.refused(f'The door stays shut: "{SECOND_STAFF_WAIT}" It names a role, and nobody.')
    return browser


async def staff_go_in(stage: Stage, rooms: Rooms) -> Page:
    """Second staff starts the room; the tutor waits to be admitted."""
    teller, cast = stage.teller, stage.cast
    teller.step(f"{cast.second.says}, is first through the door")
    host = await _through_the_door(stage, rooms, cast.second)
    rooms.tell_second_staff_in()
    await stage.until_state("live")
    rooms.tell_live()
    teller.step(f"{cast.tutor.says}, comes to the door")
    must_say(await _through_the_door(stage, rooms, cast.tutor), 200, rooms.WAITS)
    rooms.tell_tutor_waits()
    await _admit(stage, host)
    return host


async def family_goes_in(stage: Stage, rooms: Rooms, browser: Browser, host: Page) -> Page:
    """Now the family's door opens; Sam admits them by the code the door shows."""
    teller, family = stage.teller, stage.cast.family
    teller.step(f"Now the door opens for {family.parent.first_name} and {family.child}")
    link = await stage.link_for(family.parent, "promise")

    async def look() -> Page | None:
        page = await browser.open(link)
        return page if "Go in" in page.words else None

    page = await stage.until("the family's door to open", look)
    filled = {"pin": family.parent.pin} if "pin" in page.form("do", "enter").names else {}
    answer = await browser.send(page, page.form("do", "enter"), **filled)
    room = await rooms.follow_home(browser, answer)
    teller.good("Their way in leaves the service only now, in this one answer.")
    door = (await stage.cast.second.get(f"{stage.session}/door")).body
    codes = ", ".join(f"{one['door_code']} ({one['place']})" for one in door.get("let_in", ()))
    if codes:
        teller.say(f"Sam's door lists who was let in, by code: {codes}.")
    await _admit(stage, host)
    must_say(await browser.open(room.url), 200, "You are in the meeting")
    teller.good("Admitted. In the room: second staff, tutor, and the household.")
    return room


async def sighting(stage: Stage) -> None:
    """Second staff notes that the child's adult was seen."""
    second, teller = stage.cast.second, stage.teller
    teller.step(f"{second.says}, sees Robin's mother and notes it")
    body = {"child_id": stage.cast.family.child_id, "result": "seen"}
    await second.post(f"{stage.session}/sightings", body)
    teller.good("Noted: from now on the session counts as supervised.")


async def call_ends(stage: Stage, rooms: Rooms, host: Page, room: Page) -> None:
    """Second staff ends the call for everybody, the lead the session."""
    teller, family = stage.teller, stage.cast.family
    teller.step(f"After the lesson {stage.cast.second.says}, ends the call for all")
    browser = stage.browser()
    page = await browser.open(host.url)
    await browser.send(page, page.form_to("/end"))
    must_say(await browser.open(room.url), 200, "no longer in this meeting")
    await rooms.call_is_over(await stage.link_for(family.parent, "promise"))
    teller.say("could be started again, so the session itself goes on.")
    reason = {"reason": "The play is shorter than a lesson."}
    await stage.cast.lead.post(f"{stage.session}/end", reason)
    await stage.until_state("ended")
    teller.good(f"{stage.cast.lead.says}, ends the session, with a reason that stays on record.")


async def _through_the_door(stage: Stage, rooms: Rooms, person: Person) -> Page:
    reply = await person.post(f"{stage.session}/door")
    return await rooms.follow(reply.body["url"], person)


async def _admit(stage: Stage, host: Page) -> None:
    """As the one who holds the room, admit whoever waits outside."""
    browser = stage.browser()
    page = await browser.open(host.url)
    await browser.send(page, page.form_to("/admit"))
