"""A small organisation on a running service, as stories have it, and a real Chromium."""

from tests.pages.conftest import chromium
from tests.stories.conftest import postgres_url, provider, sqlite_url, world

__all__ = ["chromium", "postgres_url", "provider", "sqlite_url", "world"]
