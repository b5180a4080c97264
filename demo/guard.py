"""Outlives the demo by a moment and takes down what it started, however the demo ended.

Runs as a process of its own and leads the process group that every part of the demo is started in, so
there is no instant at which a part is unknown to it. When its input ends without `done`, the demo is
gone, even by `kill -9`: the whole group is ended and the demo's folder (the argument) is removed.
"""

import os
import shutil
import signal
import sys
import time

PATIENCE_SECONDS = 3.0
"""Between asking the parts to stop and killing them."""


def main() -> None:
    """Wait for the end of the input, then clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.read().strip() == "done":
        return
    os.killpg(0, signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
