"""`python -m bench [NAME] [--full] [--json]`: a row per measure."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import click

from bench import (
    board,
    booking,
    booking_postgres,
    burst,
    machine,
    startup,
    table,
    tick,
    verify,
    watch,
    webhook,
)
from bench.measures import Row

Measure = Callable[[bool], Coroutine[Any, Any, list[Row]]]

MEASURES: dict[str, Measure] = {
    "fsync": machine.measure,
    "booking": booking.measure,
    "booking-postgres": booking_postgres.measure,
    "webhook": webhook.measure,
    "board": board.measure,
    "board-postgres": board.measure_on_postgres,
    "watch": watch.measure,
    "verify": verify.measure,
    "startup": startup.measure,
    "tick": tick.measure,
    "burst": burst.measure,
    "burst-postgres": burst.measure_on_postgres,
}


@click.command()
@click.argument("name", required=False, type=click.Choice(list(MEASURES)))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--full",
    is_flag=True,
    help="A million entries and sessions, a burst of 10,000.",
)
def main(name: str | None, as_json: bool, full: bool) -> None:
    """Measure everything, or NAME alone, each against its baseline in the same run."""
    wanted = {name: MEASURES[name]} if name else MEASURES
    rows: list[Row] = []
    for each, measure in wanted.items():
        click.echo(f"measuring {each} ...", err=True)
        rows += asyncio.run(measure(full))
    click.echo(table.as_json(rows) if as_json else table.as_text(rows))
    if any(row.met is False for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
