"""The play: one session from booking to inspection, in the order in which it happens."""

import asyncio
import time

from demo import after, before, during
from demo.cast import Person, sign_in
from demo.rooms import Rooms
from demo.stage import Stage
from demo.teams import TeamsRooms
from demo.zoom import ZoomRooms


async def play(stage: Stage) -> Person:
    """Play every act; answers the inspector. `DemoFailed` at the first answer that is not as told."""
    began, rooms = time.monotonic(), rooms_of(stage)
    stage.teller.heading("One session, from booking to inspection")
    await before.duty(stage)
    await before.book(stage, rooms)
    await before.consent(stage)
    await before.cover(stage)
    await before.pledge(stage)
    meeting = await before.opened(stage, rooms)
    _, inspector = await asyncio.gather(during.doors_open(stage), _inspector(stage))
    browser = await during.family_waits(stage)
    host = await during.staff_go_in(stage, rooms)
    room = await during.family_goes_in(stage, rooms, browser, host)
    await during.sighting(stage)
    await during.call_ends(stage, rooms, host, room)
    await rooms.session_is_over(meeting)
    await after.statements(stage)
    await rooms.statements_are_in(meeting)
    entries = await after.story(stage, inspector, rooms.ENTRIES)
    key = await after.proof(stage, inspector, entries)
    await after.export(stage, inspector, key)
    seconds = time.monotonic() - began
    stage.teller.heading(f"The play is over: every answer was as told ({seconds:.0f} s)")
    return inspector


def rooms_of(stage: Stage) -> Rooms:
    """The rooms at the provider that is played on."""
    return TeamsRooms(stage) if stage.running.emulator.name == "teams" else ZoomRooms(stage)


async def _inspector(stage: Stage) -> Person:
    """Signed in while the others wait for the doors: minting a token takes a second or two."""
    return await sign_in(stage.running, stage.http, "inspector-demo", "the inspector", "inspector")
