"""What is promised when the disk fills up, or a commit fails or fails to tell us."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.errors import ChaperoneError, NotReady
from service.store.engine.sqlite_files import connect_file
from service.store.transactions import Done, Tx
from tests.store.faults import faulty, scribbles, together
from tests.store.toy import (
    SOMEONE,
    Count,
    HandClock,
    Open,
    Scribble,
    count,
    on_disk,
    open_counter,
    open_toy,
    scribble,
    value_of,
)

# --- full disk ----------------------------------------------------------------------------------


async def _fill(file: Path, clock: HandClock, sizes: list[int], spare_pages: int) -> list[Any]:
    driver = sqlite3.connect(file)
    pages = driver.execute("PRAGMA page_count").fetchone()[0] + spare_pages
    driver.close()

    def connect(path: Path) -> sqlite3.Connection:
        small = connect_file(path)
        small.execute(f"PRAGMA max_page_count={pages}")
        return small

    store = await open_toy(f"sqlite:///{file}", clock, connect=connect)
    answers = await together(store, scribbles(store, sizes))
    await store.close()
    return answers


async def test_a_full_disk_acknowledges_exactly_what_is_there(file: Path, clock: HandClock) -> None:
    sizes = [100, 9_000, 100, 500_000, 100, 9_000, 500_000, 100]
    answers = await _fill(file, clock, sizes, spare_pages=20)
    acknowledged = {answer.value for answer in answers if isinstance(answer, Done)}
    refused = [n for n, answer in enumerate(answers) if isinstance(answer, NotReady)]
    assert acknowledged == on_disk(file) == {"s0", "s1", "s2", "s4", "s5", "s7"}
    assert refused == [3, 6]
    assert {answers[n].code for n in refused} == {"not_ready"}


async def test_a_request_that_hides_a_full_disk_is_not_believed(
    file: Path, clock: HandClock
) -> None:
    def hide(tx: Tx, command: Scribble) -> str:
        try:
            return scribble(tx, command)
        except sa.exc.DBAPIError:
            return command.name

    def connect(path: Path) -> sqlite3.Connection:
        small = connect_file(path)
        small.execute("PRAGMA max_page_count=60")
        return small

    store = await open_toy(f"sqlite:///{file}", clock, connect=connect)
    jobs = [store.transact(hide, Scribble(f"s{n}", 40_000), by=SOMEONE) for n in range(10)]
    answers = await together(store, jobs)
    await store.close()
    acknowledged = {answer.value for answer in answers if isinstance(answer, Done)}
    assert acknowledged == on_disk(file)
    assert 0 < len(acknowledged) < 10


# --- a failing commit, in pairs -----------------------------------------------------------------


async def _count_ten(file: Path, clock: HandClock, script: list[str]) -> tuple[list[Any], int]:
    store = await open_toy(f"sqlite:///{file}", clock, connect=faulty(faults := []))
    await store.transact(open_counter, Open("a"), by=SOMEONE)
    faults.extend(["no", *script])  # "no" for the transaction that holds the batch back
    answers = await together(
        store, (store.transact(count, Count("a"), by=SOMEONE) for _ in "x" * 10)
    )
    await store.close()
    store = await open_toy(f"sqlite:///{file}", clock)
    value = await store.read(value_of, "a")
    await store.close()
    return answers, value


async def test_a_batch_whose_commit_failed_is_run_again_one_by_one(
    file: Path, clock: HandClock
) -> None:
    answers, value = await _count_ten(file, clock, ["before"])
    assert answers == [Done(n) for n in range(1, 11)]
    assert value == 10


async def test_a_batch_stored_without_our_being_told_is_not_run_again(
    file: Path, clock: HandClock
) -> None:
    answers, value = await _count_ten(file, clock, ["after"])
    assert answers == [Done(n) for n in range(1, 11)]
    assert value == 10


async def test_when_we_cannot_find_out_everyone_is_told_so(file: Path, clock: HandClock) -> None:
    answers, value = await _count_ten(file, clock, ["before", "before"])
    assert {answer.code for answer in answers} == {"commit_unsure"}
    assert value == 0


async def test_a_survivor_whose_own_commit_fails_is_told_that_nothing_changed(
    file: Path, clock: HandClock
) -> None:
    # batch, finding out, first survivor, finding out about it; the others then work.
    answers, value = await _count_ten(file, clock, ["before", "no", "before", "no"])
    assert isinstance(answers[0], NotReady)
    assert answers[0].code == "not_ready"
    assert answers[1:] == [Done(n) for n in range(1, 10)]
    assert value == 9


async def test_a_survivor_stored_without_our_being_told_is_stored_once(
    file: Path, clock: HandClock
) -> None:
    answers, value = await _count_ten(file, clock, ["before", "no", "after"])
    assert answers == [Done(n) for n in range(1, 11)]
    assert value == 10


@pytest.mark.parametrize("seed", range(25))
async def test_whatever_commits_do_no_answer_is_false(
    file: Path, clock: HandClock, seed: int
) -> None:
    faults = ["no", "no", "before", "after"]
    script = [faults[(seed * 7 + n * (seed % 5 + 3) + n * n) % 4] for n in range(20)]
    answers, value = await _count_ten(file, clock, script)
    done = [answer for answer in answers if isinstance(answer, Done)]
    unsure = [a for a in answers if isinstance(a, ChaperoneError) and a.code == "commit_unsure"]
    assert len(done) <= value <= len(done) + len(unsure)
    assert len({answer.value for answer in done}) == len(done)
