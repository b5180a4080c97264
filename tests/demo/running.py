"""A demo started as a person starts it, and everything that came of it found again by a mark."""

import asyncio
import os
import sys
import uuid
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "DEMO_TEST_MARK"
FREE_PORTS = ("--port", "0", "--zoom-port", "0", "--teams-port", "0", "--mailbox-port", "0")
WITHIN_SECONDS = 240.0


@dataclass
class Demo:
    """One running demo. Its mark is in the environment of every process it starts."""

    process: Process
    mark: str
    folder: Path
    said: str = field(default="")

    def processes(self) -> set[int]:
        """Every living process that the demo has to do with, itself too."""
        found = set()
        for place in Path("/proc").iterdir():
            with suppress(OSError):
                if place.name.isdigit() and self.mark.encode() in (place / "environ").read_bytes():
                    found.add(int(place.name))
        return found

    async def until_said(self, words: str) -> None:
        """Listen until the demo has said these words."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            while words not in self.said:
                heard = await self.process.stdout.read(1024)
                assert heard, f"the demo ended before it said {words!r}:\n{self.said}"
                self.said += heard.decode()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while not holds():  # noqa: ASYNC110 - processes and folders send no event
                await asyncio.sleep(0.005)

    async def ended(self) -> int:
        """Listen to the end; the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            self.said += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@asynccontextmanager
async def demo(folder: Path, *options: str) -> AsyncIterator[Demo]:
    """`python -m demo` on free ports unless said otherwise; its folder is made in `folder`."""
    mark = uuid.uuid4().hex
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", *(FREE_PORTS if "--port" not in options else ()), *options),
        cwd=ROOT,
        env=os.environ | {MARK: mark, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        yield Demo(process, mark, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
