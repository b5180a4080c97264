"""`chaperone import` and `chaperone export-people`: lists of people in and out of the service."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import click

from service.errors import ChaperoneError
from service.people_file import bring_in
from service.people_lists import Call, Wish, bring_in_list, write_out
from service.settings import PREFIX, load_settings
from service.web.api.import_columns import People, described

TOKEN = click.option("--token", envvar="CHAPERONE_TOKEN", required=True, help="Your own token.")
URL = click.option(
    "--url",
    envvar=f"{PREFIX}BASE_URL",
    help="Where the service answers. Else this machine's settings say it.",
)
EXPORTED = (People.FAMILIES, People.STAFF)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--go", is_flag=True, help="Bring the lists in. Without it they are checked only.")
@click.option("--accept-doubts", is_flag=True, help="You have looked at the lines in doubt.")
@TOKEN
@URL
def import_people(file: Path, go: bool, accept_doubts: bool, token: str, url: str | None) -> None:
    """Bring in one list of people (FILE.csv) through the running service: staff, families or consents.

    One list at a time, staff first and consents last: a line may name only people who are on record,
    so a list can be checked once those before it are in. It is checked whole, line by line, before any
    of it is brought in. Repeatable: what is there already, by its external id, is brought up to date or
    left as it is. A FILE.json, made by a program, holds everything from policies to PINs and is brought
    in at once.
    """
    asyncio.run(_told(_bring_in(file, Wish(go, accept_doubts), token, url)))


async def _told(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except ChaperoneError as error:
        raise click.ClickException(error.sentence) from None


def _address(url: str | None) -> str:
    """Where the service answers. Whoever works in an office has its address, and none of its keys."""
    return (url or load_settings().base_url).rstrip("/")


async def _bring_in(file: Path, wish: Wish, token: str, url: str | None) -> None:
    base_url = _address(url)
    async with aiohttp.ClientSession() as session:
        if file.suffix.lower() == ".json":
            count = await bring_in(file, base_url, token, progress=click.echo)
            click.echo(f"{count} records are in.")
        else:
            await bring_in_list(Call(session, base_url, token), file, wish, click.echo)


@click.command("export-people")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@TOKEN
@URL
def export_people(folder: Path, token: str, url: str | None) -> None:
    """Write families.csv and staff.csv into FOLDER, to be kept safe or brought in again.

    They hold names and addresses: keep them as you keep the register. No PIN, link, device,
    consent or wish is in them. Flags and restrictions are, for the safeguarding lead alone. Every
    page that is read is noted in the audit log.
    """
    asyncio.run(_told(_write_out(folder, token, url)))


async def _write_out(folder: Path, token: str, url: str | None) -> None:
    base_url = _address(url)
    async with aiohttp.ClientSession() as session:
        for people in EXPORTED:
            file = folder / f"{people.value}.csv"
            count = await write_out(Call(session, base_url, token), people, file)
            click.echo(f"{file.name}: {count} lines.")


@click.command("columns")
def list_columns() -> None:
    """Print the columns of the lists that `import` takes."""
    click.echo(described(), nl=False)
