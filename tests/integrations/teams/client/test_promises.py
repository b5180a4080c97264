"""How long a watch is promised to speak: as long as the token lives that it was last asked under."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.builders import NOW
from tests.integrations.teams.client.parts import (
    REFERENCE,
    TOKEN_LIVES,
    Hook,
    Tenant,
    client_of,
    watcher_of,
)
from tests.integrations.teams.client.rooms import Watched


async def speaks_until(tenant: Tenant) -> datetime:
    """When the one watch falls silent, by the provider's own account."""
    (watch,) = await tenant.subscriptions()
    return datetime.fromisoformat(watch["authorised_until"])


async def test_a_watch_promises_no_more_than_the_token_it_was_made_under(
    room: Watched, tenant: Tenant
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert watch.expires_at == NOW + TOKEN_LIVES == await speaks_until(tenant)


async def test_renewing_under_the_same_token_promises_nothing_longer(
    room: Watched, tenant: Tenant
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(minutes=5))
    renewed = await room.watcher.renew(watch.watch_id)
    assert renewed == watch
    assert renewed.expires_at == await speaks_until(tenant)


async def test_renewing_under_a_new_token_promises_its_life(room: Watched, tenant: Tenant) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(minutes=30))
    renewed = await room.watcher.renew(watch.watch_id)
    assert renewed.expires_at == tenant.clock.now() + TOKEN_LIVES == await speaks_until(tenant)


async def test_where_a_token_was_refused_the_one_that_served_counts(
    room: Watched, tenant: Tenant
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(minutes=5))
    await tenant.break_next("update_subscription", "unauthorised")
    renewed = await room.watcher.renew(watch.watch_id)
    assert renewed.expires_at == tenant.clock.now() + TOKEN_LIVES == await speaks_until(tenant)


async def test_a_watch_that_was_taken_over_promises_the_newer_tokens_life(
    room: Watched, tenant: Tenant
) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(minutes=30))
    again = await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert again.expires_at == tenant.clock.now() + TOKEN_LIVES == await speaks_until(tenant)


@asynccontextmanager
async def granting(lasting: timedelta) -> AsyncIterator[str]:
    """A Graph that lets a watch of the account live this long, whatever was asked for."""

    async def none(request: web.Request) -> web.Response:
        return web.json_response({"value": []})

    async def make(request: web.Request) -> web.Response:
        until = (NOW + lasting).isoformat()
        return web.json_response({"id": "s1", "expirationDateTime": until}, status=201)

    app = web.Application()
    app.router.add_get("/v1.0/subscriptions", none)
    app.router.add_post("/v1.0/subscriptions", make)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize(
    ("granted", "promised"),
    [
        (timedelta(minutes=45), timedelta(minutes=45)),
        (TOKEN_LIVES, TOKEN_LIVES),
        (timedelta(minutes=4200), TOKEN_LIVES),
    ],
)
async def test_the_sooner_of_the_watchs_end_and_the_tokens_counts(
    tenant: Tenant, granted: timedelta, promised: timedelta
) -> None:
    async with granting(granted) as origin:
        watcher = watcher_of(client_of(tenant, graph_url=origin), tenant, Hook(url="https://x"))
        assert (await watcher.watch_account()).expires_at == NOW + promised
