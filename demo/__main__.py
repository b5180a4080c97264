"""`make demo`: plays one session from booking to inspection, then stays up to be clicked through."""

import argparse
import asyncio
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from demo.cast import gather_cast
from demo.crew import DemoFailed, crew_of
from demo.emulators import EMULATORS, Emulator
from demo.invitation import invite
from demo.mailbox import mailbox_open
from demo.parts import Ports, choose_port, set_up
from demo.play import play
from demo.stage import Stage
from demo.wording import Teller

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Stop:
    """Turns the first Ctrl-C, `kill` or closed terminal into a cancelled task."""

    signal_number: int = 0

    def listen(self, task: asyncio.Task[int]) -> None:
        """From now on. A second one does not hurry the cleaning up, which takes seconds."""

        def stop(number: int) -> None:
            if not self.signal_number:
                self.signal_number = number
                task.cancel()

        for number in STOPS:
            asyncio.get_running_loop().add_signal_handler(number, stop, number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end after the play")
    parser.add_argument(
        "--keep", action="store_true", help="keep the folder with database and logs"
    )
    parser.add_argument("--provider", choices=EMULATORS, default="zoom", help="where meetings are")
    emulators = ((f"{one.name}-", one.port) for one in EMULATORS.values())
    for name, port in (("", 8000), *emulators, ("mailbox-", 8025)):
        parser.add_argument(f"--{name}port", type=int, default=port, help="0 for any that is free")
    return parser.parse_args()


def _ports(options: argparse.Namespace, emulator: Emulator) -> Ports:
    wanted, option = getattr(options, f"{emulator.name}_port"), f"--{emulator.name}-port"
    return Ports(
        choose_port(options.port, "--port", "the service"),
        choose_port(wanted, option, f"the {emulator.says} emulator"),
        choose_port(options.mailbox_port, "--mailbox-port", "the mailbox"),
    )


@contextmanager
def _folder(keep: bool, teller: Teller) -> Iterator[Path]:
    if keep:
        folder = Path(tempfile.mkdtemp(prefix="chaperone-demo-"))
        try:
            yield folder
        finally:
            teller.say(f"Kept: {folder}")
        return
    with tempfile.TemporaryDirectory(prefix="chaperone-demo-", ignore_cleanup_errors=True) as name:
        yield Path(name)


async def _demo(options: argparse.Namespace, teller: Teller) -> None:
    emulator = EMULATORS[options.provider]
    ports = _ports(options, emulator)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_folder(options.keep, teller))
        crew = await stack.enter_async_context(crew_of(folder, keep=options.keep))
        mailbox = await stack.enter_async_context(mailbox_open(ports.mailbox))
        http = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        running = await set_up(crew, ports, emulator, folder, mailbox.smtp_port, teller)
        try:
            with teller.busy("signing everybody in (chaperone token)"):
                cast = await gather_cast(running, http)
            await _tell(Stage(running, cast, mailbox, teller, http), stay_up=not options.exit)
        except aiohttp.ClientError:
            await asyncio.sleep(0.5)  # a part that died is noticed a moment later
            crew.must_live()
            raise


async def _tell(stage: Stage, *, stay_up: bool) -> None:
    inspector = await play(stage)
    if stay_up:
        await invite(stage, inspector)
        await _until_a_part_ends(stage)


async def _until_a_part_ends(stage: Stage) -> None:
    while True:
        stage.running.crew.must_live()
        await asyncio.sleep(1)


async def _run(options: argparse.Namespace, teller: Teller) -> int:
    stop = Stop()
    task = asyncio.ensure_future(_guarded(options, teller))
    stop.listen(task)
    try:
        return await task
    except asyncio.CancelledError:
        teller.heading("Stopped; nothing is left running")
        return 0 if teller.invited else 128 + stop.signal_number


async def _guarded(options: argparse.Namespace, teller: Teller) -> int:
    try:
        await _demo(options, teller)
    except (DemoFailed, aiohttp.ClientError) as error:
        teller.failed(str(error) or type(error).__name__)
        return 1
    except Exception:  # an answer of another shape than the story expects shows as anything
        teller.failed(f"an answer was not in the form the story expects.\n{traceback.format_exc()}")
        return 1
    return 0


def main() -> int:
    """The exit code: 0 if the story went as told, 1 if anything answered otherwise."""
    options = _options()
    teller = Teller()
    teller.banner(EMULATORS[options.provider].says)
    return asyncio.run(_run(options, teller))


if __name__ == "__main__":
    sys.exit(main())
