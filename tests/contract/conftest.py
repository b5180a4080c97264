"""The same organisation that the stories are told in, on each provider and database in turn."""

from tests.stories.conftest import (
    postgres_url,
    provider,
    sqlite_url,
    world,
)

__all__ = ["postgres_url", "provider", "sqlite_url", "world"]
