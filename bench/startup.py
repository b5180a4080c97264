"""From starting `chaperone serve` to ready, and what it holds in memory while idle."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.deployment import SERVE, deploy, serving
from bench.machine import cpu_seconds, memory
from bench.measures import Row, median

STARTS = 3
IDLE_SECONDS = 3


async def measure(_full: bool) -> list[Row]:
    """The middle one of a few starts."""
    seconds, worked, megabytes = [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        deployment = await deploy(folder, f"sqlite:///{folder / 'bench.db'}")
        for _ in range(STARTS):
            begun = time.perf_counter()
            async with serving(SERVE, deployment.port, "/readyz") as server:
                seconds.append(time.perf_counter() - begun)
                worked.append(cpu_seconds(server.pid))
                await asyncio.sleep(IDLE_SECONDS)
                megabytes.append(memory(server.pid))
    took, held = median(seconds), max(megabytes)
    return [
        Row(
            "start-up to ready",
            f"{took:.2f} s",
            target="<= 2 s",
            met=took <= 2,
            notes=(f"of it processor time {median(worked):.2f} s",),
        ),
        Row("idle memory", f"{held:.0f} MB", target="<= 150 MB", met=held <= 150),
    ]
