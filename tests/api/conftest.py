"""A running service with a small organisation in it, and a look at everything that is stored."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from tests.harness import House, running
from tests.stories.conftest import sqlite_url
from tests.world import World

__all__ = ["sqlite_url"]


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite_url, tmp_path, migrated=True) as one:
        yield one


@pytest_asyncio.fixture
async def world(house: House, furnished: World) -> World:
    return replace(furnished, house=house)
