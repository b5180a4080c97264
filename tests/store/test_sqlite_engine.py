"""SQLite: one process per file, one writer, readers beside it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.errors import Misconfigured, NotReady
from service.store.engine.sqlite_files import connect_file
from service.store.transactions import Done, Reader, StoreBug, Tx
from tests.store.faults import scribbles, together
from tests.store.toy import (
    METADATA,
    SOMEONE,
    Count,
    HandClock,
    Open,
    Scribble,
    count,
    on_disk,
    open_counter,
    open_toy,
    prepare,
    scribble,
    scribbled,
    value_of,
)

ROOT = Path(__file__).parents[2]


# --- another process ----------------------------------------------------------------------------


async def test_a_second_process_on_one_file_is_refused(file: Path, clock: HandClock) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)
    with pytest.raises(Misconfigured):
        await open_toy(f"sqlite:///{file}", clock)
    await store.close()
    again = await open_toy(f"sqlite:///{file}", clock)
    await again.close()


async def test_a_file_without_tables_is_refused_and_let_go(
    tmp_path: Path, clock: HandClock
) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    with pytest.raises(Misconfigured, match="migrate"):
        await open_toy(url, clock)
    await prepare(url)
    store = await open_toy(url, clock)
    await store.close()


async def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(Misconfigured):
        await open_toy(f"sqlite:///{tmp_path / 'nowhere' / 'toy.db'}", clock)


async def test_a_file_that_someone_else_writes_to_is_not_ready(
    file: Path, clock: HandClock
) -> None:
    def impatient(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)

    store = await open_toy(f"sqlite:///{file}", clock, connect=impatient)
    rival = sqlite3.connect(file, isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotReady):
        await store.transact(scribble, Scribble("x"), by=SOMEONE)
    rival.execute("ROLLBACK")
    rival.close()
    assert await store.transact(scribble, Scribble("x"), by=SOMEONE) == Done("x")
    await store.close()


async def test_what_was_acknowledged_before_kill_9_is_there(file: Path, clock: HandClock) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.writing_process", str(file),
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout is not None
    acknowledged = [await writer.stdout.readline() for _ in range(400)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    names = {line.decode().strip() for line in acknowledged if line.endswith(b"\n")}
    assert len(names) >= 400
    store = await open_toy(f"sqlite:///{file}", clock)
    assert names <= await store.read(scribbled)
    await store.close()


# --- beside one another -------------------------------------------------------------------------


async def test_reads_run_beside_a_long_write(file: Path, clock: HandClock) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)
    await store.transact(open_counter, Open("a"), by=SOMEONE)
    written, release = threading.Event(), threading.Event()

    def slow(tx: Tx, command: Count) -> int:
        value = count(tx, command)
        written.set()
        release.wait(5)
        return value

    writing = asyncio.ensure_future(store.transact(slow, Count("a"), by=SOMEONE))
    await asyncio.to_thread(written.wait, 5)
    values = await asyncio.gather(*(store.read(value_of, "a") for _ in range(10)))
    assert values == [0] * 10
    assert not writing.done()
    release.set()
    assert await writing == Done(1)
    assert await store.read(value_of, "a") == 1
    await store.close()


async def test_waiting_transactions_share_one_commit(file: Path, clock: HandClock) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)

    def marks(reader: Reader) -> str:
        return str(
            reader.conn.execute(sa.select(METADATA.tables["store_batches"].c.batch)).scalar()
        )

    seen: set[str] = set()

    async def one(n: int) -> None:
        await store.transact(scribble, Scribble(f"s{n}"), by=SOMEONE)
        seen.add(await store.read(marks))

    await together(store, (one(n) for n in range(30)))
    await store.close()
    assert len(on_disk(file)) == 30
    assert len(seen) == 1


async def test_a_caller_who_gave_up_before_its_turn_is_passed_over(
    file: Path, clock: HandClock
) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)

    async def give_up() -> None:
        gone = asyncio.ensure_future(store.transact(scribble, Scribble("gone"), by=SOMEONE))
        await asyncio.sleep(0)
        gone.cancel()

    await together(store, [store.transact(scribble, Scribble("kept"), by=SOMEONE), give_up()])
    await store.close()
    assert on_disk(file) == {"kept"}


async def test_closing_finishes_what_waits(file: Path, clock: HandClock) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)
    waiting = [asyncio.ensure_future(job) for job in scribbles(store, [10] * 100)]
    await asyncio.sleep(0)
    await store.close()
    assert all(isinstance(answer, Done) for answer in await asyncio.gather(*waiting))
    assert len(on_disk(file)) == 100


async def test_a_mistake_in_a_reading_function_is_raised_as_it_is(
    file: Path, clock: HandClock
) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)
    with pytest.raises(sa.exc.NoResultFound):
        await store.read(partial(value_of, name="nobody"))
    assert await store.read(scribbled) == set()
    await store.close()


async def test_a_request_that_leaves_the_house_hurts_only_itself(
    file: Path, clock: HandClock
) -> None:
    def leave(_tx: Tx, _command: None) -> None:
        raise KeyboardInterrupt

    store = await open_toy(f"sqlite:///{file}", clock)
    with pytest.raises(StoreBug, match="KeyboardInterrupt"):
        await store.transact(leave, None, by=SOMEONE)
    assert await store.transact(scribble, Scribble("y"), by=SOMEONE) == Done("y")
    await store.close()


async def test_a_read_keeps_its_view_while_others_write(file: Path, clock: HandClock) -> None:
    store = await open_toy(f"sqlite:///{file}", clock)
    await store.transact(open_counter, Open("a"), by=SOMEONE)
    loop = asyncio.get_running_loop()

    def look_twice(reader: Reader) -> tuple[int, int]:
        first = value_of(reader, "a")
        writing = store.transact(count, Count("a"), by=SOMEONE)
        asyncio.run_coroutine_threadsafe(writing, loop).result(5)
        return first, value_of(reader, "a")

    assert await store.read(look_twice) == (0, 0)
    assert await store.read(value_of, "a") == 1
    await store.close()


async def test_the_writing_connection_has_the_settings_our_promises_rest_on(
    file: Path, clock: HandClock
) -> None:
    opened: list[sqlite3.Connection] = []

    def keep(path: Path) -> sqlite3.Connection:
        opened.append(connect_file(path))
        return opened[-1]

    store = await open_toy(f"sqlite:///{file}", clock, connect=keep)
    settings = {
        name: opened[0].execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
    }
    await store.close()
    full = 2
    assert settings == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "recursive_triggers": 1
    }  # fmt: skip
