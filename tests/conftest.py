"""What every test may use: real databases, and a scrubbed environment."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long one example takes says how busy the machine is, and nothing about the code.
settings.register_profile("chaperone", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chaperone")

# Files of tests need no disk: a power cut ends the test as well. Tests of a failing disk bring their
# own, and PostgreSQL has its durability off for the same reason.
IN_MEMORY = "/dev/shm"  # noqa: S108 - pytest makes a folder of its own in it
if Path(IN_MEMORY).is_dir() and os.access(IN_MEMORY, os.W_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", IN_MEMORY)

pytest_plugins = ["tests.databases", "tests.furnished"]

for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _no_settings_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come from the test alone."""
    for name in [name for name in os.environ if name.startswith("CHAPERONE_")]:
        monkeypatch.delenv(name)
