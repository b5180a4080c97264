"""Ports for what tests serve."""

import itertools
import os
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = itertools.cycle(range(20_000 + 2_000 * (WORKER % 6), 22_000 + 2_000 * (WORKER % 6)))
"""Below those the system hands to outgoing connections, and of this worker alone."""


def a_port() -> int:
    """A port that is free now and that nobody else will take."""
    for port in PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
