"""`chaperone emulate`: stand-ins for the providers, as programs of their own."""

import os

import click

from integrations.teams.emulator.server import run as run_teams_emulator
from integrations.teams.emulator.settings import EmulatorSettings as TeamsEmulatorSettings
from integrations.zoom.emulator.server import run as run_zoom_emulator
from integrations.zoom.emulator.settings import EmulatorSettings as ZoomEmulatorSettings
from service.settings import PREFIX, Mode


@click.group()
def emulate() -> None:
    """Stand-ins for the providers, for demos and tests. Refused in production."""
    mode = os.environ.get(f"{PREFIX}MODE", "")
    if mode != Mode.DEMO.value:
        raise click.ClickException(f"Emulators run only with {PREFIX}MODE=demo.")


@emulate.command()
@click.option("--port", default=8081, show_default=True)
@click.option("--webhook-url", default="", help="Where to send webhooks.")
def zoom(port: int, webhook_url: str) -> None:
    """A Zoom account with two licensed hosts and nothing in it."""
    click.echo("This is a Zoom EMULATOR. No real meeting comes of it.", err=True)
    public = f"http://127.0.0.1:{port}"
    run_zoom_emulator(ZoomEmulatorSettings(webhook_url=webhook_url, public_url=public), port=port)


@emulate.command()
@click.option("--port", default=8082, show_default=True)
def teams(port: int) -> None:
    """A Microsoft 365 tenant with two organisers and nothing in it."""
    click.echo("This is a Teams EMULATOR. No real meeting comes of it.", err=True)
    public = f"http://127.0.0.1:{port}"
    run_teams_emulator(TeamsEmulatorSettings(public_url=public, links_open_here=True), port=port)
