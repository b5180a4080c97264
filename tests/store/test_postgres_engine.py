"""PostgreSQL: clashes, locks, and several replicas on one database."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from service.errors import NotReady
from service.store.outcomes import ChangeWithoutEntry
from service.store.transactions import Done, Reader, Refused, Store, Tx
from tests.store.toy import (
    COUNTERS,
    SOMEONE,
    Count,
    HandClock,
    Open,
    Scribble,
    count,
    count_and_refuse,
    open_counter,
    open_toy,
    said,
    scribble,
    value_of,
)

pytestmark = pytest.mark.postgres


# --- clashes ------------------------------------------------------------------------------------


async def test_a_deadlock_is_run_again_until_both_are_done(plain: Store) -> None:
    for name in ("a", "b"):
        await plain.transact(open_counter, Open(name), by=SOMEONE)

    def one_by_one(tx: Tx, names: tuple[str, str]) -> None:
        for name in names:  # in the caller's order, which is what deadlocks are made of
            tx.lock(COUNTERS, [name])
            mine = COUNTERS.c.id == name
            tx.conn.execute(sa.update(COUNTERS).where(mine).values(value=COUNTERS.c.value + 1))
            tx.conn.execute(sa.select(sa.func.pg_sleep(0.01)))
        tx.record("both")

    pairs = [("a", "b"), ("b", "a")]
    answers = await asyncio.gather(*(plain.transact(one_by_one, p, by=SOMEONE) for p in pairs))
    assert answers == [Done(None), Done(None)]
    assert await plain.read(value_of, "a") == await plain.read(value_of, "b") == 2


async def test_a_repeated_attempt_starts_afresh(plain: Store) -> None:
    seen: list[tuple[str, bytes]] = []

    def clash_twice(tx: Tx, _command: None) -> int:
        seen.append((tx.new_id("x"), tx.salt()))
        tx.record("tried")
        if len(seen) < 3:
            tx.conn.execute(sa.select(sa.func.clash()))
        return len(seen)

    await _install_clash(plain)
    assert await plain.transact(clash_twice, None, by=SOMEONE) == Done(3)
    assert len(set(seen)) == 3
    assert await plain.read(said) == ["tried"]


async def test_one_who_always_clashes_is_told_that_nothing_changed(plain: Store) -> None:
    def clash(tx: Tx, command: Scribble) -> None:
        scribble(tx, command)
        tx.conn.execute(sa.select(sa.func.clash()))

    await _install_clash(plain)
    with pytest.raises(NotReady, match="Nothing was changed"):
        await plain.transact(clash, Scribble("x"), by=SOMEONE)
    assert await plain.transact(scribble, Scribble("x"), by=SOMEONE) == Done("x")


async def _install_clash(store: Store) -> None:
    engine: Any = store._engine
    async with engine._engine.begin() as conn:
        await conn.exec_driver_sql(
            "CREATE FUNCTION clash() RETURNS void LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
        )


async def test_a_refusal_lets_go_of_its_locks(plain: Store) -> None:
    await plain.transact(open_counter, Open("a"), by=SOMEONE)
    answers = await asyncio.gather(
        *(plain.transact(count_and_refuse, Count("a"), by=SOMEONE) for _ in range(20))
    )
    assert all(isinstance(answer, Refused) for answer in answers)
    assert await plain.transact(count, Count("a"), by=SOMEONE) == Done(1)


# --- reading ------------------------------------------------------------------------------------


async def test_a_read_keeps_its_view_while_others_write(plain: Store, toy_url: str) -> None:
    await plain.transact(open_counter, Open("a"), by=SOMEONE)
    looked, written = asyncio.Event(), asyncio.Event()

    def look_twice(reader: Reader) -> tuple[int, int]:
        first = value_of(reader, "a")
        looked.set()
        for _ in range(1000):
            reader.conn.execute(sa.select(sa.func.pg_sleep(0.001)))
            if written.is_set():
                break
        return first, value_of(reader, "a")

    reading = asyncio.ensure_future(plain.read(look_twice))
    await looked.wait()
    await plain.transact(count, Count("a"), by=SOMEONE)
    written.set()
    assert await reading == (0, 0)
    assert await plain.read(value_of, "a") == 1


# --- rules ---------------------------------------------------------------------------------------


async def test_a_change_hidden_in_a_query_needs_an_entry_too(plain: Store) -> None:
    def hide(tx: Tx, _command: None) -> None:
        changed = sa.update(COUNTERS).values(value=9).returning(COUNTERS.c.id).cte("changed")
        tx.conn.execute(sa.select(changed)).all()

    await plain.transact(open_counter, Open("a"), by=SOMEONE)
    with pytest.raises(ChangeWithoutEntry):
        await plain.transact(hide, None, by=SOMEONE)
    assert await plain.read(value_of, "a") == 0


# --- replicas -----------------------------------------------------------------------------------


async def test_replicas_lose_no_count_between_them(
    plain: Store, toy_url: str, clock: HandClock
) -> None:
    await plain.transact(open_counter, Open("a"), by=SOMEONE)
    other = await open_toy(toy_url, clock)
    stores = [plain, other] * 16
    await asyncio.gather(*(store.transact(count, Count("a"), by=SOMEONE) for store in stores))
    assert await plain.read(value_of, "a") == 32
    await other.close()


async def test_a_replica_hears_that_another_recorded_something(
    plain: Store, toy_url: str, clock: HandClock
) -> None:
    other = await open_toy(toy_url, clock)
    heard = asyncio.ensure_future(anext(other.changes()))
    number = 0
    while not heard.done():  # the first may be sent before the other listens
        number += 1
        await plain.transact(open_counter, Open(f"a{number}"), by=SOMEONE)
        await asyncio.sleep(0.005)
    assert heard.result() >= 1
    await other.close()
