"""A real `chaperone serve` in a process of its own, to be killed without warning."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from service.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment variables they would come from."""
    assert settings.zoom is not None
    names = {
        "MODE": settings.mode.value,
        "DATABASE_URL": settings.database_url,
        "ORGANISATION_FILE": str(settings.organisation_file),
        "BASE_URL": settings.base_url,
        "LISTEN_PORT": str(settings.listen_port),
        "SEALING_KEYS": settings.sealing_keys.get_secret_value(),
        "CONTACT_KEY": settings.contact_key.get_secret_value(),
        "LOG_KEY": settings.log_key.get_secret_value(),
        "STATEMENT_KEY": settings.statement_key.get_secret_value(),
        "TOKEN_KEYS": settings.token_keys.get_secret_value(),
        "FORM_KEY": settings.form_key.get_secret_value(),
        "ZOOM__ACCOUNT_ID": settings.zoom.account_id,
        "ZOOM__CLIENT_ID": settings.zoom.client_id,
        "ZOOM__CLIENT_SECRET": settings.zoom.client_secret.get_secret_value(),
        "ZOOM__WEBHOOK_SECRET": settings.zoom.webhook_secret.get_secret_value(),
        "ZOOM__BASE_URL": settings.zoom.base_url,
        "ZOOM__TOKEN_URL": settings.zoom.token_url,
        "ZOOM__LINK_ORIGINS": f'["{settings.zoom.base_url}"]',
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {f"CHAPERONE_{name}": value for name, value in names.items()}


class Victim:
    """One process. `kill` is SIGKILL: nothing of it runs any more, not even a `finally`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(cls, settings: Settings, folder: Path) -> "Victim":
        """Start serving."""
        log = folder / "victim.log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "service",
                "serve",
                env=environment(settings),
                stdout=out,
                stderr=out,
                cwd=folder,
            )
        return cls(process, log)

    async def kill(self) -> None:
        """kill -9, and wait until the system has taken it away."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    def told(self) -> str:
        """What it logged."""
        return self._log.read_text("utf-8")
