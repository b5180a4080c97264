"""What this machine can do, to read the other figures by."""

import os
import tempfile
import time
from pathlib import Path

from bench.measures import Row, percentile

WRITES = 300


def fsync_seconds(folder: Path) -> list[float]:
    """How long each of many small durable writes took."""
    taken = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(WRITES):
            file.write(b"x" * 4096)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return taken


async def measure(_full: bool) -> list[Row]:
    """The price of one durable write, which every commit pays."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        taken = fsync_seconds(Path(name))
    p50, p99 = (percentile(taken, share) * 1000 for share in (0.5, 0.99))
    note = f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f} at the start"
    return [Row("fsync", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", notes=(note,))]


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, its own and the system's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int | str, name: str = "VmRSS") -> float:
    """Resident memory of a process in MB; `VmHWM` is its peak."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
