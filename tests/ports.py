"""Ports for what tests serve."""

import fcntl
import functools
import itertools
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

FIRST = 20_000
AT_ONCE = 400
BLOCKS = 30
"""Below those the system hands to outgoing connections: a block for each process that runs tests."""

HELD: list[IO[str]] = []
"""The mark of this process's block; it is free again when the process ends, however that happens."""


def a_port() -> int:
    """A port that is free now and that nobody else will take."""
    for port in itertools.islice(_ports(), AT_ONCE):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


@functools.cache
def _ports() -> Iterator[int]:
    """The ports of this process's own block, round and round."""
    marks = Path(tempfile.gettempdir()) / "chaperone-test-ports"
    marks.mkdir(exist_ok=True)
    for block in range(BLOCKS):
        mark = (marks / str(block)).open("w")
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mark.close()
            continue
        HELD.append(mark)
        first = FIRST + block * AT_ONCE
        return itertools.cycle(range(first, first + AT_ONCE))
    raise AssertionError("too many processes run tests")
