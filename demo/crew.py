"""The processes of the demo: started beside each other, and all gone when the demo is."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_COMMAND_SECONDS = 60.0
STOPS_WITHIN_SECONDS = 5.0
LINES_OF_LOG = 15


class DemoFailed(Exception):
    """The demo cannot go on; says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Part:
    """One process that runs as long as the demo."""

    name: str
    process: Process
    log: Path

    def must_live(self) -> None:
        """`DemoFailed` with the end of its log if it has ended by itself."""
        if self.process.returncode is not None:
            lines = self.log.read_text("utf-8", "replace").splitlines()[-LINES_OF_LOG:]
            told = "\n".join(lines)
            raise DemoFailed(f"{self.name} ended by itself. The end of its log:\n{told}")


class Crew:
    """Starts processes, all in the group of the guard, so that none outlives the demo."""

    def __init__(self, keeper: Process, folder: Path) -> None:
        self._keeper = keeper
        self._folder = folder
        self._parts: list[Part] = []

    async def start(self, name: str, *command: str, env: Mapping[str, str]) -> Part:
        """Start `chaperone COMMAND` to run on; its output goes to a log in the demo's folder."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            process = await self._spawn(command, env, output.fileno(), output.fileno())
        part = Part(name, process, log)
        self._parts.append(part)
        return part

    async def run(self, *command: str, env: Mapping[str, str]) -> Outcome:
        """Run `chaperone COMMAND` to its end."""
        process = await self._spawn(command, env, PIPE, PIPE)
        try:
            async with asyncio.timeout(LONGEST_COMMAND_SECONDS):
                out, err = await process.communicate()
        except TimeoutError:
            raise DemoFailed(f"chaperone {command[0]} took too long.") from None
        finally:
            await _ended(process)
        return Outcome(process.returncode or 0, out.decode(), err.decode())

    async def must_run(self, *command: str, env: Mapping[str, str]) -> str:
        """Run `chaperone COMMAND`; answers what it printed, or `DemoFailed`."""
        outcome = await self.run(*command, env=env)
        if outcome.code != 0:
            raise DemoFailed(f"chaperone {command[0]} failed:\n{outcome.err or outcome.out}")
        return outcome.out

    def must_live(self) -> None:
        """`DemoFailed` if any part has ended by itself."""
        for part in self._parts:
            part.must_live()

    async def stop(self) -> None:
        """Stop every part."""
        await asyncio.gather(*(_ended(part.process) for part in self._parts))

    async def _spawn(
        self, command: tuple[str, ...], env: Mapping[str, str], out: int, err: int
    ) -> Process:
        # Not in the terminal's group: Ctrl-C reaches the demo alone, which then stops everything.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "service", *command),
            stdin=DEVNULL,
            stdout=out,
            stderr=err,
            env=dict(env),
            cwd=ROOT,
            process_group=self._keeper.pid,
        )


async def _ended(process: Process) -> None:
    """Ask a process to stop, and kill it if it does not."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOPS_WITHIN_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def crew_of(folder: Path, *, keep: bool) -> AsyncIterator[Crew]:
    """A crew with a guard, which takes everything down, the folder too, if the demo is killed."""
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(ROOT / "demo" / "guard.py")),
        *(() if keep else (str(folder),)),
        stdin=PIPE,
        process_group=0,
    )
    crew = Crew(keeper, folder)
    try:
        yield crew
    finally:
        await crew.stop()
        await keeper.communicate(b"done")
