"""One house per test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.web.house import House, a_house


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with a_house() as one:
        yield one
