"""A deployment to measure: fresh keys, a migrated database, and servers in processes of their own."""

import asyncio
import base64
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.audit.notes import SigningKey
from service.settings import PREFIX, Settings, load_settings
from service.store import migrate

SERVE = (sys.executable, "-m", "service", "serve")
WEBHOOK_SECRET = "bench-webhook-secret"
NOBODY = "http://127.0.0.1:9"
"""Where the provider would be, for the measures that never get as far as calling it."""

ORGANISATION = """
name = "Bench Tuition"
zone = "{zone}"
domains = ["tuition.example"]

[contacts]
phone = "020 7946 0000"
safeguarding_lead = "020 7946 0001"
copies_to = "copies@tuition.example"

[hours]
"""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def a_key() -> str:
    """A fresh 32-byte key in base64."""
    return base64.b64encode(os.urandom(32)).decode()


def a_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Deployment:
    """Settings in a folder. They are put into this process's environment, for children too."""

    folder: Path
    settings: Settings

    @property
    def port(self) -> int:
        """Where `serve` listens."""
        return self.settings.listen_port


def midday_zone(now: datetime) -> str:
    """A zone in which it is about midday, so that the hours are open whenever this runs."""
    return f"Etc/GMT{now.astimezone(UTC).hour - 12:+d}"


async def deploy(
    folder: Path,
    database_url: str,
    *,
    zone: str = "Europe/London",
    more: Mapping[str, str] | None = None,
) -> Deployment:
    """Settings for one database, brought to the newest schema; `more` wins over the usual ones."""
    hours = "\n".join(f"{day} = {{opens = 08:00:00, closes = 20:00:00}}" for day in DAYS)
    organisation = folder / "organisation.toml"
    organisation.write_text(ORGANISATION.format(zone=zone) + hours, "utf-8")
    port = a_port()
    values = {
        "MODE": "demo",
        "DATABASE_URL": database_url,
        "ORGANISATION_FILE": str(organisation),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "LISTEN_PORT": str(port),
        "SEALING_KEYS": f"1:{a_key()}",
        "CONTACT_KEY": a_key(),
        "LOG_KEY": SigningKey("log.bench.example", os.urandom(32)).to_text(),
        "STATEMENT_KEY": a_key(),
        "TOKEN_KEYS": f"1:{a_key()}",
        "FORM_KEY": a_key(),
        "ZOOM__ACCOUNT_ID": "bench",
        "ZOOM__CLIENT_ID": "bench",
        "ZOOM__CLIENT_SECRET": "bench",
        "ZOOM__WEBHOOK_SECRET": WEBHOOK_SECRET,
        "ZOOM__BASE_URL": NOBODY,
        "ZOOM__TOKEN_URL": NOBODY,
        **(more or {}),
    }
    os.environ.update({f"{PREFIX}{name}": value for name, value in values.items()})
    await migrate.migrate(database_url)
    return Deployment(folder, load_settings())


def put_fresh(loaded: Path, used: Path) -> None:
    """A copy of a loaded database file in the place of a used one."""
    for suffix in ("-wal", "-shm"):
        Path(f"{used}{suffix}").unlink(missing_ok=True)
    shutil.copy(loaded, used)


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    pid: int
    port: int


@asynccontextmanager
async def serving(
    command: Sequence[str], port: int, path: str = "/healthz"
) -> AsyncIterator[Served]:
    """A server in a process of its own, once it answers 200 at `path`."""
    server = _started(command)
    try:
        await _answering(server, port, path)
        yield Served(server.pid, port)
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait, 30)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _answering(server: subprocess.Popen[bytes], port: int, path: str) -> None:
    for _ in range(3000):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode} before it was ready")
        if await _answers(port, path):
            return
        await asyncio.sleep(0.01)
    raise RuntimeError("the server did not become ready")


async def _answers(port: int, path: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
