"""The demo as a newcomer runs it: the story is told to its end, and nothing is left behind."""

import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.parts import NEEDS_OF_A_DAY, demo_zone
from tests.demo.running import Demo, demo

pytestmark = pytest.mark.xdist_group("demo")
"""A group is begun first and stays together: these wait more than they work, and never at the end."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")

STORY = (
    "DEMONSTRATION",
    "Zoom is an EMULATOR",
    "In the way: 3",
    "second_staff_missing",
    "consent_missing",
    "pledge_missing",
    "No meeting is made.",
    "Nothing stands in the way any more.",
    "One meeting exists.",
    "The second member of staff is not in the room.",
    "Admitted.",
    "the session is closed",
    "unaltered and in order",
    "The payload is not what was recorded.",
    "every answer was as told",
)

TEAMS_STORY = (
    "DEMONSTRATION",
    "Teams is an EMULATOR",
    "Teams holds no meeting",
    "One meeting exists.",
    "skips the lobby            organizer",
    "passcode                   required",
    "told to Chaperone, sealed",
    "turned away by Teams",
    "The second member of staff is not in the room.",
    "a code to type as a name",
    "Admitted.",
    "Chaperone has noticed.",
    "The room is tightened",
    "the session is closed",
    "The report is on record.",
    "goes on watching it",
    "every answer was as told",
)
TEAMS_WAITS = "two minutes after the session"


def left_in(folder: Path) -> list[Path]:
    """What the demo has left in the place where its folder was."""
    return list(folder.iterdir())


async def told(running: Demo, story: tuple[str, ...]) -> None:
    """The demo comes to its end by itself, has told this in this order, and leaves nothing."""
    code = await running.ended()
    assert code == 0, running.said
    places = [running.said.find(words) for words in story]
    assert -1 not in places, story[places.index(-1)]
    assert places == sorted(places), "the story is told in its order"
    await running.until(lambda: not running.processes())
    assert left_in(running.folder) == []


@needs_proc
async def test_each_play_goes_as_told_and_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    # The others play while Teams waits for its report, or the tests would take minutes more.
    teams, zoom, beside = (tmp_path / name for name in ("teams", "zoom", "beside"))
    for folder in (teams, zoom, beside):
        folder.mkdir()
    async with demo(teams, "--provider", "teams", "--exit") as waiting:
        await waiting.until_said(TEAMS_WAITS)
        async with demo(zoom, "--exit") as running:
            await told(running, STORY)
        await it_stays_up_until_ctrl_c(beside)
        await told(waiting, TEAMS_STORY)


async def it_stays_up_until_ctrl_c(folder: Path) -> None:
    """After the play the demo offers every way to go on, and ends when told to."""
    async with demo(folder) as running:
        await running.until_said("Press Ctrl-C")
        for offered in ("/p/", "/docs", "/staff/sign-in", "SECOND=", "INSPECTOR=", "curl "):
            assert offered in running.said
        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 0
        await running.until(lambda: not running.processes())


@needs_proc
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_ended_in_the_middle_it_leaves_no_process_and_no_folder(
    tmp_path: Path, ending: signal.Signals
) -> None:
    async with demo(tmp_path) as running:
        await running.until_said("starting the service")
        await running.until(lambda: len(running.processes()) >= 4)
        running.process.send_signal(ending)
        code = await running.ended()
        assert code == (-9 if ending is signal.SIGKILL else 128 + ending)
        await running.until(lambda: not running.processes())
        await running.until(lambda: not left_in(tmp_path))


async def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with demo(tmp_path, "--port", str(port), "--exit") as running:
            assert await running.ended() == 1
    assert f"Port {port}" in running.said
    assert "--port" in running.said


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 - given UTC below
def test_the_demo_never_runs_into_midnight(instant: datetime) -> None:
    now = instant.replace(tzinfo=UTC)
    local = now.astimezone(ZoneInfo(demo_zone(now)))
    later = (now + NEEDS_OF_A_DAY - timedelta(seconds=1)).astimezone(local.tzinfo)
    assert local.date() == later.date()
