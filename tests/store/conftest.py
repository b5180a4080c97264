"""A store on toy tables, on each database in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.store.transactions import Store
from tests.store.toy import SOMEONE, HandClock, Heard, Open, open_counter, open_toy, prepare


@pytest.fixture
def clock() -> HandClock:
    """Half an hour before British clocks go forward."""
    return HandClock()


@pytest.fixture
def heard() -> Heard:
    """Collects what the store says."""
    return Heard()


@pytest.fixture
async def store(database_url: str, clock: HandClock, heard: Heard) -> AsyncIterator[Store]:
    """A store with one counter, "a"."""
    await prepare(database_url)
    opened = await open_toy(database_url, clock, heard)
    await opened.transact(open_counter, Open("a"), by=SOMEONE)
    yield opened
    await opened.close()


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A file with the toy tables."""
    path = tmp_path / "toy.db"
    await prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
async def toy_url(postgres_url: str) -> str:
    """A database with the toy tables."""
    await prepare(postgres_url)
    return postgres_url


@pytest.fixture
async def plain(toy_url: str, clock: HandClock) -> AsyncIterator[Store]:
    """A store straight on the server."""
    store = await open_toy(toy_url, clock)
    yield store
    await store.close()
