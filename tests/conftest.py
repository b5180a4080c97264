"""What every test may use: real databases, and a scrubbed environment."""

import os

import pytest
from hypothesis import settings

# How long one example takes says how busy the machine is, and nothing about the code.
settings.register_profile("chaperone", deadline=None)
settings.load_profile("chaperone")

pytest_plugins = ["tests.databases"]

for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _no_settings_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come from the test alone."""
    for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
        monkeypatch.delenv(name)
