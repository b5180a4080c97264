"""Webhook intake: ours against a bare aiohttp handler with the same HMAC and one insert.

Ours looks for the meeting, stores the signal and its audit entry under a pseudonym of its own, and
answers after the commit; the baseline checks the signature, stores one row, commits, and answers.
Nobody's meeting is meant, so nothing follows from the signals: intake alone is measured.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.booking import CLIENTS, ROUNDS
from bench.deployment import SERVE, WEBHOOK_SECRET, Deployment, deploy, put_fresh, serving
from bench.load import Load, post, send
from bench.measures import Row, at_least, median
from bench.organisation import stored

WARM_UP = 128
MEASURED = 640
BASELINE = (sys.executable, "-m", "bench.baseline_webhook")


def signals(first: int, count: int) -> list[bytes]:
    """Signed notes that somebody left a call; each is another one."""
    return [_signal(number) for number in range(first, first + count)]


def _signal(number: int) -> bytes:
    left_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = {"user_id": str(number), "registrant_id": f"reg{number}", "leave_time": left_at}
    event = {
        "event": "meeting.participant_left",
        "event_ts": int(time.time() * 1000),
        "payload": {"object": {"id": "91234567890", "uuid": f"u{number}==", "participant": who}},
    }
    body, stamp = json.dumps(event).encode(), str(int(time.time()))
    signature = hmac.new(
        WEBHOOK_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
    ).hexdigest()
    signed = {"x_zm_request_timestamp": stamp, "x_zm_signature": f"v0={signature}"}
    return post("/hooks/zoom", body, **signed)


async def measure(_full: bool) -> list[Row]:
    """Throughput, alternating."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        used, loaded = folder / "bench.db", folder / "loaded.db"
        deployment = await deploy(folder, f"sqlite:///{used}")
        async with stored(deployment.settings):
            pass
        await asyncio.to_thread(put_fresh, used, loaded)
        pairs = []
        for _ in range(ROUNDS):
            put_fresh(loaded, used)
            bare = ("--database", str(folder / "bare.db"), "--port", str(deployment.port))
            ours = await _run(deployment, SERVE)
            pairs.append((ours, await _run(deployment, (*BASELINE, *bare))))
    ratio = median([ours.per_second / theirs.per_second for ours, theirs in pairs])
    ours, theirs = pairs[-1]
    return [
        Row(
            "webhook",
            f"{ours.per_second:.0f}/s p99 {ours.ms(0.99):.0f} ms",
            f"{theirs.per_second:.0f}/s p99 {theirs.ms(0.99):.0f} ms",
            **at_least(0.5, ratio),  # type: ignore[arg-type]
            notes=(f"processor time each: {ours.cpu_ms:.1f} ms to {theirs.cpu_ms:.1f} ms",),
        )
    ]


async def _run(deployment: Deployment, command: tuple[str, ...]) -> Load:
    async with serving(command, deployment.port) as server:
        await send(server, signals(0, WARM_UP), CLIENTS, 204)
        return await send(server, signals(WARM_UP, MEASURED), CLIENTS, 204)
