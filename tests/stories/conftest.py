"""A small organisation on a running service, on each database in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness import running
from tests.world import World, a_world


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    """Where the meetings are: Zoom, unless a story is told of another (`on_both_providers`)."""
    return str(getattr(request, "param", "zoom"))


@pytest.fixture
async def world(database_url: str, tmp_path: Path, provider: str) -> AsyncIterator[World]:
    """Everything an organisation needs before its first session."""
    async with running(database_url, tmp_path, provider=provider) as house:
        yield await a_world(house)
