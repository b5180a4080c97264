"""kill -9 at each point around the create call, then a restart on the same database (pitfall 44)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from integrations.sms.emulator import Gateway
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.settings import Settings
from service.store import migrate
from service.store.meetings import meetings
from service.store.sessions import sessions
from service.store.tables import MeetingStage
from tests.clock import HeldClock
from tests.crash.victim import Victim
from tests.deployment import settings_for
from tests.gateway import Telephones
from tests.harness import House, serving
from tests.invariants import check_everything
from tests.mailbox import Mailbox
from tests.ports import a_port
from tests.rooms import Emulated, Rooms, emulator
from tests.world import a_clear_session, a_world

POINTS = [
    ("read_user", "hang_before", 1),
    ("read_settings", "hang_before", 1),
    ("create_meeting", "hang_before", 1),
    ("create_meeting", "hang_after", 1),
    ("read_meeting", "hang_before", 1),
    ("add_registrant", "hang_before", 1),
    ("add_registrant", "hang_after", 1),
    ("add_registrant", "hang_after", 2),
]
"""Where the victim stands still when it is killed: before the effect, or after it and untold."""


@asynccontextmanager
async def restarted(
    settings: Settings, clock: HeldClock, emulated: Emulated
) -> AsyncIterator[House]:
    """The service on the same database, with the same keys, under a held clock."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        serving(settings, clock) as started,
    ):
        rooms, phones = Rooms(session, emulated), Telephones(Gateway(""), "")
        yield House(started, settings, clock, session, rooms, Mailbox(), phones)


async def reached(zoom: Rooms, call: str, times: int) -> None:
    """The victim stands at the call. Polls, because it lives in another process."""
    for _ in range(1500):
        if len(await zoom.calls(call)) >= times:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the service never came to {call}")


async def given_a_clear_session(house: House) -> SessionId:
    world = await a_world(house)
    starts_at = house.clock.now().replace(microsecond=0) + timedelta(minutes=20)
    return await a_clear_session(world, starts_at=starts_at)


async def when_time_passes(house: House, minutes: int) -> None:
    for _ in range(minutes * 2):
        await house.settle()
        await house.advance(seconds=30)
    await house.settle()


async def then_there_is_one_meeting(house: House, session_id: SessionId) -> None:
    session = await house.read(sessions.get, session_id)
    assert session.state is SessionState.OPEN
    recorded = [
        meeting.provider_id
        for meeting in await house.read(meetings.of_session, session_id)
        if meeting.stage is MeetingStage.OPEN
    ]
    assert [meeting["id"] for meeting in await house.rooms.meetings()] == recorded
    assert len(recorded) == 1


@pytest.mark.pitfall(44)
@pytest.mark.parametrize(("call", "kind", "times"), POINTS)
async def test_a_killed_opening_ends_with_exactly_one_meeting(
    database_url: str, tmp_path: Path, call: str, kind: str, times: int
) -> None:
    await _kill_and_restart(database_url, tmp_path, call, kind, times, listing_delay=0)


@pytest.mark.pitfall(44)
async def test_a_lost_meeting_that_is_listed_late_is_removed_and_replaced(
    database_url: str, tmp_path: Path
) -> None:
    await _kill_and_restart(
        database_url, tmp_path, "create_meeting", "hang_after", 1, listing_delay=8 * 60
    )


async def _kill_and_restart(
    database_url: str, tmp_path: Path, call: str, kind: str, times: int, *, listing_delay: int
) -> None:
    # The victim lives by the real clock, so the session is today, at whatever hour that is.
    clock = HeldClock(datetime.now(UTC))
    port = a_port()
    async with emulator("zoom", "", None) as emulated:
        settings = _open_all_day(settings_for(database_url, tmp_path, port, emulated, 1))
        await migrate.migrate(database_url)
        async with restarted(settings, clock, emulated) as house:
            session_id = await given_a_clear_session(house)
            await house.rooms.control("POST", "options", {"listing_delay_seconds": listing_delay})
            await house.rooms.fault(call, kind, skip=times - 1)
        async with aiohttp.ClientSession() as session:
            zoom = Rooms(session, emulated)
            victim = await Victim.start(settings, tmp_path)
            try:
                await reached(zoom, call, times)
            finally:
                await victim.kill()
            await zoom.control("DELETE", "faults")
        clock.set(datetime.now(UTC) + timedelta(seconds=61))
        async with restarted(settings, clock, emulated) as house:
            await house.advance(seconds=0)
            await when_time_passes(house, minutes=4 if not listing_delay else 12)
            await then_there_is_one_meeting(house, session_id)
            await check_everything(house)


def _open_all_day(settings: Settings) -> Settings:
    """Every hour of every day is permitted, and the zone is UTC."""
    text = settings.organisation_file.read_text("utf-8")
    head = text.split("[hours]")[0].replace("Europe/London", "UTC")
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hours = "\n".join(f"{day} = {{opens = 00:00:00, closes = 23:59:59}}" for day in days)
    settings.organisation_file.write_text(f"{head}[hours]\n{hours}\n", "utf-8")
    return settings
