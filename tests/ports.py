"""Ports for what tests serve."""

import itertools
import os
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST = 20_000 + 2_000 * (WORKER % 6)
PORTS = (FIRST + place % 2_000 for place in itertools.count(os.getpid()))
"""Below those the system hands to outgoing connections, of this worker alone, and not begun where
another run of the tests is likely to be."""


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
