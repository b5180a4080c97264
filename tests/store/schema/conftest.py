"""Migrated databases with a row in every table. Tests run in transactions that do not stay."""

import asyncio
import uuid
from typing import Any

import pytest

from service.store import migrate
from tests.store.schema.everything import fill
from tests.store.schema.raw import run


async def _prepare(url: str) -> None:
    await migrate.migrate(url)
    await run(url, fill, keep=True)


@pytest.fixture(scope="session")
def sqlite_filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a row in every table."""
    url = f"sqlite:///{tmp_path_factory.mktemp('schema') / 'chaperone.db'}"
    asyncio.run(_prepare(url))
    return url


@pytest.fixture(scope="session")
def postgres_filled(postgres_server: Any) -> str:
    """A database with a row in every table."""
    name = f"schema_{uuid.uuid4().hex}"
    postgres_server.psql(f"CREATE DATABASE {name}")
    url: str = postgres_server.get_uri(database=name)
    asyncio.run(_prepare(url))
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind with a row in every table; tests leave it as it is."""
    wanted = "sqlite_filled" if request.param == "sqlite" else "postgres_filled"
    url: str = request.getfixturevalue(wanted)
    return url
