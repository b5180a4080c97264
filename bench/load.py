"""Sends prepared requests over many connections at once, from this process, and times each answer.

The bytes are prepared before and the answers are barely read, so that the caller takes little of the
machine from the server.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.deployment import Served
from bench.machine import cpu_seconds
from bench.measures import percentile

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What a server did with a batch of requests."""

    seconds: float
    latencies: tuple[float, ...]
    cpu_seconds: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """The server's processor time for each answer: hardly moved by whoever else is busy here."""
        return self.cpu_seconds / len(self.latencies) * 1000

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def ms(self, share: float) -> float:
        """A percentile of the latencies, in milliseconds."""
        return percentile(self.latencies, share) * 1000


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A POST as bytes on the wire."""
    named = {"Host": "bench", "Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def send(server: Served, requests: Sequence[bytes], clients: int, status: int) -> Load:
    """Send every request once; `RuntimeError` for any answer with another status."""
    left, port = iter(requests), server.port
    used = cpu_seconds(server.pid)
    begun = time.perf_counter()
    parts = await asyncio.gather(*(_client(port, left, status) for _ in range(clients)))
    seconds = time.perf_counter() - begun
    latencies = tuple(taken for part in parts for taken in part)
    return Load(seconds, latencies, cpu_seconds(server.pid) - used)


async def _client(port: int, left: Iterator[bytes], status: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies = []
    for request in left:
        begun = time.perf_counter()
        writer.write(request)
        await _read_answer(reader, status)
        latencies.append(time.perf_counter() - begun)
    writer.close()
    return latencies


async def _read_answer(reader: asyncio.StreamReader, status: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    if not head.startswith(b"HTTP/1.1 %d" % status):
        raise RuntimeError(f"unexpected answer: {head[:60]!r} {body[:500]!r}")
