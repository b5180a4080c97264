"""Puts the demo together: keys, database, emulator, mailbox, the service, and the sample people."""

import asyncio
import json
import os
import re
import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from demo.crew import Crew, DemoFailed
from demo.emulators import Emulator
from demo.wording import Teller

HERE = Path(__file__).parent
HOME_ZONE = "Europe/London"
DATES_AS_OF = date(2026, 11, 1)
"""The day as of which the dates in `people.json` were written."""

ANY_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
READY_WITHIN_SECONDS = 30.0
NEEDS_OF_A_DAY = timedelta(hours=2, minutes=30)
"""How much of the local day the demo wants ahead of it: two sessions, and time to click."""


@dataclass(frozen=True)
class Ports:
    """Where the parts listen on this machine."""

    service: int
    provider: int
    mailbox: int

    @property
    def service_url(self) -> str:
        """The service."""
        return f"http://127.0.0.1:{self.service}"

    @property
    def provider_url(self) -> str:
        """The provider's emulator."""
        return f"http://127.0.0.1:{self.provider}"

    @property
    def mailbox_url(self) -> str:
        """The page with the letters."""
        return f"http://127.0.0.1:{self.mailbox}"


def choose_port(wanted: int, option: str, what: str) -> int:
    """The wanted port if it is free, a free one if 0 is wanted; `DemoFailed` names a taken one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise DemoFailed(
                f"Port {wanted}, wanted for {what}, is taken. Stop what uses it, or choose another "
                f"with {option} (0 for any that is free)."
            ) from None
        port: int = probe.getsockname()[1]
        return port


def demo_zone(now: datetime) -> str:
    """The zone the sample organisation lives in: London, unless midnight is near there.

    A session must begin and end on one local day (POL-23), and the demo is played at any time of day.
    Late in the evening the organisation therefore lives where it is about noon, in one of the zones of
    fixed offset. (Their names have the sign the other way round: Etc/GMT-5 is five hours ahead.)
    """
    local = now.astimezone(ZoneInfo(HOME_ZONE))
    if (local + NEEDS_OF_A_DAY).date() == local.date():
        return HOME_ZONE
    ahead = 12 - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def write_samples(folder: Path, now: datetime, provider: str) -> Mapping[str, Path]:
    """Copy the sample data to the demo's folder, made fit for today and for one provider."""
    organisation = folder / "organisation.toml"
    text = (HERE / "organisation.toml").read_text("utf-8")
    organisation.write_text(text.replace(f'"{HOME_ZONE}"', f'"{demo_zone(now)}"'), "utf-8")
    people = folder / "people.json"
    known = json.loads(_moved((HERE / "people.json").read_text("utf-8"), now.date()))
    known["hosts"] = [host for host in known["hosts"] if host["provider"] == provider]
    people.write_text(json.dumps(known, indent=2), "utf-8")
    return {"organisation": organisation, "people": people}


def _moved(people: str, today: date) -> str:
    """The same people with every date as long ago, or as far ahead, as when they were written."""
    by = today - DATES_AS_OF
    return ANY_DATE.sub(lambda found: (date.fromisoformat(found[0]) + by).isoformat(), people)


def environment(
    ports: Ports, emulator: Emulator, folder: Path, keys: str, smtp_port: int
) -> dict[str, str]:
    """The service's settings, and nothing of any other Chaperone in this shell."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHAPERONE_")}
    made = dict(line.split("=", 1) for line in shlex.split(keys))
    return (
        clean
        | made
        | {
            "CHAPERONE_MODE": "demo",
            "CHAPERONE_DATABASE_URL": f"sqlite:///{folder / 'chaperone.db'}",
            "CHAPERONE_ORGANISATION_FILE": str(folder / "organisation.toml"),
            "CHAPERONE_BASE_URL": ports.service_url,
            "CHAPERONE_LISTEN_PORT": str(ports.service),
            "CHAPERONE_MAIL__HOST": "127.0.0.1",
            "CHAPERONE_MAIL__PORT": str(smtp_port),
            "CHAPERONE_MAIL__SENDER": "sessions@tuition.example",
            "CHAPERONE_MAIL__SECURITY": "none",
        }
        | emulator.settings(ports.provider_url, folder)
    )


@dataclass(frozen=True)
class Running:
    """Everything is up and the sample people are in."""

    ports: Ports
    emulator: Emulator
    crew: Crew
    env: Mapping[str, str]
    folder: Path
    admin_token: str = field(repr=False)


async def set_up(
    crew: Crew, ports: Ports, emulator: Emulator, folder: Path, smtp_port: int, teller: Teller
) -> Running:
    """Start everything and load the sample organisation, the way real data is loaded."""
    teller.heading("Setting up")
    samples = write_samples(folder, datetime.now(UTC), emulator.name)
    with teller.busy(f"making keys; starting the {emulator.says} emulator on {ports.provider_url}"):
        keys = await _emulate(crew, ports, emulator, folder)
    env = environment(ports, emulator, folder, keys, smtp_port)
    with teller.busy("making the database"):
        await crew.must_run("migrate", env=env)
        await _answers(crew, f"{ports.provider_url}/control/state")
    with teller.busy(f"starting the service on {ports.service_url}"):
        await crew.start("service", "serve", env=env)
        admin = await token(crew, env, "demo-admin", "admin", "coordinator")
        await _answers(crew, f"{ports.service_url}/readyz")
    with teller.busy("bringing in the sample organisation (chaperone import demo/people.json)"):
        await crew.must_run("import", str(samples["people"]), env=env | {"CHAPERONE_TOKEN": admin})
    teller.good(f"Up. Watch the letters come in: {ports.mailbox_url}")
    return Running(ports, emulator, crew, env, folder, admin)


async def _emulate(crew: Crew, ports: Ports, emulator: Emulator, folder: Path) -> str:
    """Start the emulator and make keys meanwhile; answers those that go into the environment."""
    demo = os.environ | {"CHAPERONE_MODE": "demo"}
    hook_url = f"{ports.service_url}/hooks/{emulator.name}"
    command = emulator.command(ports.provider, hook_url)
    await crew.start(emulator.name, *command, env=demo)
    if emulator.certificate:
        await crew.must_run("certificate", str(folder / emulator.certificate), env=demo)
    return await crew.must_run("keys", "log.tuition.example", env=demo)


async def token(crew: Crew, env: Mapping[str, str], subject: str, *roles: str) -> str:
    """A token as `chaperone token` mints it."""
    options = [part for role in roles for part in ("--role", role)]
    return (await crew.must_run("token", subject, *options, env=env)).strip()


async def _answers(crew: Crew, url: str) -> None:
    """Wait until an address answers 200."""
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS), aiohttp.ClientSession() as session:
            while not await _is_ready(session, url):
                crew.must_live()
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoFailed(f"{url} did not answer within {READY_WITHIN_SECONDS:.0f} s.") from None


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
