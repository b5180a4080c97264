"""What every test may use: real databases, and a scrubbed environment."""

import os

import pytest

pytest_plugins = ["tests.databases"]

for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _no_settings_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come from the test alone."""
    for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
        monkeypatch.delenv(name)
