"""Run as a process of its own: writes without end, and says each name once it is acknowledged."""

import asyncio
import os
import sys

from tests.store.toy import SOMEONE, HandClock, Scribble, open_toy, scribble


async def write_for_ever(path: str) -> None:
    """Sixteen callers at once, until killed."""
    store = await open_toy(f"sqlite:///{path}", HandClock())

    async def one(caller: int) -> None:
        number = 0
        while True:
            name = f"{caller}-{number}"
            await store.transact(scribble, Scribble(name, 300), by=SOMEONE)
            os.write(1, f"{name}\n".encode())
            number += 1

    await asyncio.gather(*(one(caller) for caller in range(16)))


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1]))
