"""The `chaperone` command."""

import asyncio
import base64
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from service.app import Running, house_of, running, tokens_of, warn_in_demo
from service.audit.export_check import verify_export
from service.audit.exports import lines_of
from service.audit.notes import SigningKey, VerifierKey
from service.certificates import self_signed
from service.doctor import examine
from service.emulate import emulate
from service.errors import ChaperoneError, Misconfigured
from service.people_commands import export_people, import_people, list_columns
from service.policy.handbook import handbook as handbook_text
from service.policy.people import Role
from service.ports import SystemClock, Weight
from service.settings import PREFIX, Settings, load_organisation, load_settings
from service.store import migrate as schema
from service.web import api
from service.web.listing import listing
from service.web.logs import JsonFormatter
from service.web.server import runner

log = logging.getLogger("service")


@click.group()
def main() -> None:
    """Supervised video sessions: no meeting without consent, a second adult, and a parent."""


def _told(error: ChaperoneError) -> click.ClickException:
    return click.ClickException(error.sentence)


def _settings() -> Settings:
    try:
        return load_settings()
    except Misconfigured as error:
        raise _told(error) from None


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        asyncio.run(work())
    except ChaperoneError as error:
        raise _told(error) from None


def _log_to_stderr() -> None:
    # On the root, so that nothing of any library is logged in another form.
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


# --- running ------------------------------------------------------------------------------------


@main.command()
@click.option("--web-only", is_flag=True, help="No background work in this process.")
def serve(web_only: bool) -> None:
    """Answer requests and do the background work."""
    settings = _settings()
    _log_to_stderr()
    warn_in_demo(settings)
    _run(lambda: _serve(settings, with_rounds=not web_only))


async def _serve(settings: Settings, *, with_rounds: bool) -> None:
    async with running(settings, with_rounds=with_rounds) as started:
        await _listen(settings, started)
        await _asked_to_stop()


async def _listen(settings: Settings, started: Running) -> None:
    served = runner(started.app)
    await served.setup()
    await web.TCPSite(served, settings.listen_host, settings.listen_port).start()
    log.info("ready on %s:%d", settings.listen_host, settings.listen_port)


async def _asked_to_stop() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()


@main.command()
def reconcile() -> None:
    """Do the background work alone; any number beside `serve --web-only` on one PostgreSQL."""
    settings = _settings()
    _log_to_stderr()
    _run(lambda: _reconcile(settings))


async def _reconcile(settings: Settings) -> None:
    async with running(settings):
        log.info("reconciling")
        await _asked_to_stop()


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema and put its protections up. Safe to run again."""
    settings = _settings()
    house = house_of(settings, load_organisation(settings.organisation_file))
    _run(lambda: schema.migrate(settings.database_url, house))
    click.echo("The database is up to date.")


# --- keys and tokens ------------------------------------------------------------------------------


@main.command()
@click.argument("origin")
def keys(origin: str) -> None:
    """Print a fresh set of keys as environment variables. ORIGIN names the audit log for ever,
    like `log.example.org`. Keep the output outside the database and its backups."""

    def fresh() -> str:
        return base64.b64encode(os.urandom(32)).decode()

    try:
        log_key = SigningKey(origin, os.urandom(32)).to_text()
    except Misconfigured as error:
        raise _told(error) from None
    for name, value in {
        "SEALING_KEYS": f"1:{fresh()}",
        "CONTACT_KEY": fresh(),
        "LOG_KEY": log_key,
        "STATEMENT_KEY": fresh(),
        "TOKEN_KEYS": f"1:{fresh()}",
        "FORM_KEY": fresh(),
    }.items():
        click.echo(f"{PREFIX}{name}='{value}'")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", default=730, show_default=True, help="How long it is good for.")
def certificate(file: Path, days: int) -> None:
    """Make a private key with a self-signed certificate and put both into FILE (PEM).

    Microsoft seals for it what it tells us about calls (CHAPERONE_TEAMS__NOTIFICATION_FILES), and
    its certificate may be registered with the app (CHAPERONE_TEAMS__CERTIFICATE_FILE).
    """
    if file.exists():
        raise click.ClickException(f"{file} is there already; a key is never written over.")
    file.touch(mode=0o600)
    file.write_bytes(self_signed(SystemClock().now(), timedelta(days=days)))
    click.echo(f"{file} holds key and certificate. Keep it outside the database and its backups.")


@main.command()
@click.argument("subject")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role if role not in (Role.SYSTEM, Role.PARENT)]),
)
@click.option("--hours", default=8.0, show_default=True, help="How long it is good for.")
def token(subject: str, roles: tuple[str, ...], hours: float) -> None:
    """Mint a token for SUBJECT, the id of a member of staff or the name of a program."""
    settings = _settings()
    try:
        minted = tokens_of(settings, SystemClock()).mint(
            subject, [Role(role) for role in roles], timedelta(hours=hours)
        )
    except ChaperoneError as error:
        raise _told(error) from None
    click.echo(minted)


# --- checking, printing --------------------------------------------------------------------------


@main.command()
@click.argument("export", type=click.File("rb"))
@click.option("--key", help="The log's verifier key, got by another way than the export.")
def verify(export: Any, key: str | None) -> None:
    """Check an export of the audit log offline: every entry, the tree, and the signature."""
    try:
        trusted = VerifierKey.from_text(key) if key else None
        report = verify_export(lines_of(export), trusted)
    except ChaperoneError as error:
        raise _told(error) from None
    click.echo(f"{report.entries} entries, unaltered and in order, as signed by the log.")
    click.echo(f"{report.opened} opened, {report.erased} erased, {report.withheld} withheld.")
    if not report.key_is_trusted:
        click.echo("Checked with the key in the export itself. Name the key you trust with --key.")


MARKS = {Weight.STOPS: "STOPS ", Weight.WRONG: "WRONG ", Weight.LOOK: "look at"}


@main.command()
def doctor() -> None:
    """Look, without changing anything, whether every provider is set up as it must be.

    Ends with exit code 1 if anything stops meetings or makes them unsafe.
    """
    settings = _settings()
    found: list[Weight] = []

    async def work() -> None:
        for ward in await examine(settings):
            when = f" (first on {ward.peak.at:%d %B %Y, %H:%M} UTC)" if ward.peak.at else ""
            click.echo(
                f"{ward.provider}: {ward.accounts} host accounts on record;"
                f" {ward.peak.accounts} needed at the booked peak{when}."
            )
            for complaint in sorted(
                ward.complaints, key=lambda one: list(Weight).index(one.weight)
            ):
                found.append(complaint.weight)
                click.echo(f"  {MARKS[complaint.weight]:8}{complaint.sentence}")
            if not ward.complaints:
                click.echo("  Nothing to complain of.")

    _run(work)
    if {Weight.STOPS, Weight.WRONG} & set(found):
        sys.exit(1)


STALE = click.option("--check", type=click.Path(path_type=Path), help="Fail if this file is stale.")


@main.command()
@STALE
def handbook(check: Path | None) -> None:
    """Print the policy handbook."""
    _print_or_check(handbook_text(), check, "handbook")


@main.command()
@STALE
def routes(check: Path | None) -> None:
    """Print the list of the API's routes."""
    _print_or_check(listing(api.ROUTES), check, "routes")


def _print_or_check(text: str, check: Path | None, command: str) -> None:
    if check is None:
        click.echo(text, nl=False)
    elif not check.exists() or check.read_text("utf-8") != text:
        raise click.ClickException(f"{check} is stale. Run: chaperone {command} > {check}")


main.add_command(emulate)
main.add_command(import_people)
main.add_command(export_people)
main.add_command(list_columns)


if __name__ == "__main__":
    sys.exit(main(prog_name="chaperone"))
