"""The baseline: the booking request written by hand, aiohttp and raw SQL, nothing between them.

It runs on a database of our own schema, triggers included, and leaves the same rows in the same
tables: the session, who is taken for it, the family's link, message and copy, work for the
reconcilers, and every audit entry with its leaf. It makes the same checks in SQL and reads what the
blockers in the answer are worked out from, each thing once. Tokens are verified as ours are, once,
and then known. What it leaves out is what the product is for: rules in one place, fences against
half-done work, retries, documented errors.

One connection, BEGIN IMMEDIATE, WAL, synchronous=FULL, one commit per request. `--thread` runs the
SQL in one writing thread; without it, in the event loop.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click
import jwt
from aiohttp import web

from bench.baseline_sql import Bookings, Refused
from service.app import tokens_of
from service.ports import SystemClock
from service.settings import load_settings
from service.store.secrets import Keyring


def application(
    bookings: Bookings, verify: Callable[[str], Any], *, thread: bool
) -> web.Application:
    """The one route."""
    writer = ThreadPoolExecutor(1) if thread else None

    async def book(request: web.Request) -> web.Response:
        try:
            actor = verify(request.headers["Authorization"].removeprefix("Bearer "))
            told = json.loads(await request.read())
            if writer is None:
                answer = bookings.book(told, actor.subject)
            else:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(writer, bookings.book, told, actor.subject)
        except (Refused, KeyError, ValueError, TypeError, jwt.InvalidTokenError):
            return web.json_response({"code": "invalid"}, status=422)
        except sqlite3.IntegrityError:
            return web.json_response({"code": "taken"}, status=409)
        return web.json_response(answer, status=201)

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application()
    app.router.add_post("/v1/sessions", book)
    app.router.add_get("/healthz", alive)
    return app


@click.command()
@click.option("--database", required=True)
@click.option("--port", type=int, required=True)
@click.option("--thread", is_flag=True)
def main(database: str, port: int, thread: bool) -> None:
    """Serve the baseline; keys come from the deployment's environment."""
    settings = load_settings()
    keyring = Keyring.from_text(settings.sealing_keys.get_secret_value())
    bookings = Bookings(database, keyring, settings.base_url)
    verify = tokens_of(settings, SystemClock()).verify
    app = application(bookings, verify, thread=thread)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
