"""Our client on one side, an emulated tenant on the other, real HTTP between them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from integrations.teams.client import TeamsClient
from integrations.teams.signals import TeamsSignals
from tests.integrations.teams.client.parts import Tenant, client_of, emulating
from tests.integrations.teams.client.posts import source_of
from tests.integrations.teams.client.publisher import Publisher, publishing
from tests.integrations.teams.client.rooms import Watched, watched


@pytest.fixture
async def tenant() -> AsyncIterator[Tenant]:
    async with emulating() as found:
        yield found


@pytest.fixture
def client(tenant: Tenant) -> TeamsClient:
    return client_of(tenant)


@pytest.fixture
async def room(tenant: Tenant, client: TeamsClient) -> AsyncIterator[Watched]:
    async with watched(tenant, client) as found:
        yield found


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as found:
        yield found


@pytest.fixture
async def source(publisher: Publisher) -> AsyncIterator[TeamsSignals]:
    async with aiohttp.ClientSession() as session:
        yield source_of(session, publisher.origin)
