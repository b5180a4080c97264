"""A running house with a family, links to their pages, and a real Chromium without scripts."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from tests.harness import House, running
from tests.pages.browsing import Browser
from tests.stories.conftest import sqlite_url
from tests.world import World

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

__all__ = ["sqlite_url"]


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The whole service on an empty database."""
    async with running(sqlite_url, tmp_path, migrated=True) as one:
        yield one


@pytest_asyncio.fixture
async def world(house: House, furnished: World) -> World:
    """An organisation with staff and one family."""
    return replace(furnished, house=house)


@pytest.fixture
def browser(house: House) -> Browser:
    """Somebody's browser, with an empty jar."""
    return Browser(house.session)


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Chromium]:
    """A real Chromium; skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()
