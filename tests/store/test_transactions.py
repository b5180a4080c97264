"""What a transaction promises, on both databases alike."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.errors import Conflict, Misconfigured, NotReady
from service.store import outcomes
from service.store.transactions import Done, Refused, Store, Tx, database_now
from tests.store.toy import (
    COUNTERS,
    HOUSE,
    SOMEONE,
    Count,
    HandClock,
    Heard,
    Open,
    Scribble,
    count,
    count_and_refuse,
    open_counter,
    open_toy,
    said,
    scribble,
    scribbled,
    stumble,
    value_of,
)


async def test_a_change_is_stored_with_its_entry(store: Store) -> None:
    assert await store.transact(count, Count("a"), by=SOMEONE) == Done(1)
    assert await store.read(value_of, "a") == 1
    assert await store.read(said) == ["opened a", "counted 1"]


async def test_a_refusal_stores_its_entry_and_nothing_else(store: Store) -> None:
    answer = await store.transact(count_and_refuse, Count("a"), by=SOMEONE)
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, Conflict)
    assert await store.read(value_of, "a") == 0
    assert await store.read(said) == ["opened a", "refused Count conflict"]


async def test_whoever_names_no_refusal_hears_of_it_as_an_error(store: Store) -> None:
    assert await store.do(count, Count("a"), by=SOMEONE) == 1
    with pytest.raises(Conflict):
        await store.do(count_and_refuse, Count("a"), by=SOMEONE)
    assert await store.read(value_of, "a") == 1
    assert await store.read(said) == ["opened a", "counted 1", "refused Count conflict"]


async def test_a_bug_is_raised_and_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await store.transact(stumble, Scribble("x"), by=SOMEONE)
    assert await store.read(scribbled) == set()
    assert await store.read(said) == ["opened a"]


async def test_a_bug_hurts_only_itself_among_many(store: Store) -> None:
    jobs = [
        store.transact(stumble if n % 3 == 0 else scribble, Scribble(f"s{n}"), by=SOMEONE)
        for n in range(30)
    ]
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(a, ZeroDivisionError) for a in answers] == [n % 3 == 0 for n in range(30)]
    assert await store.read(scribbled) == {f"s{n}" for n in range(30) if n % 3}


async def test_32_at_once_lose_no_count_under_the_lock(store: Store) -> None:
    jobs = [store.transact(count, Count("a"), by=SOMEONE) for _ in range(32)]
    answers = await asyncio.gather(*jobs)
    assert sorted(a.value for a in answers if isinstance(a, Done)) == list(range(1, 33))
    assert await store.read(value_of, "a") == 32


async def test_two_who_lock_in_opposite_order_of_need_both_finish(store: Store) -> None:
    await store.transact(open_counter, Open("b"), by=SOMEONE)

    def both(tx: Tx, names: tuple[str, str]) -> None:
        tx.lock(COUNTERS, names)
        for name in names:
            mine = COUNTERS.c.id == name
            tx.conn.execute(sa.update(COUNTERS).where(mine).values(value=COUNTERS.c.value + 1))
        tx.record("both")

    pairs = [("a", "b"), ("b", "a")] * 10
    await asyncio.gather(*(store.transact(both, pair, by=SOMEONE) for pair in pairs))
    assert await store.read(value_of, "a") == await store.read(value_of, "b") == 20


# --- what an attempt is given -------------------------------------------------------------------


async def test_an_attempt_is_given_the_time_of_the_clock(store: Store, clock: HandClock) -> None:
    def when(tx: Tx, _command: None) -> datetime:
        return tx.now

    before = await store.transact(when, None, by=SOMEONE)
    clock.pass_by(timedelta(hours=1))
    after = await store.transact(when, None, by=SOMEONE)
    assert before == Done(clock.moment - timedelta(hours=1))
    assert after == Done(clock.moment)


async def test_functions_are_given_the_house(store: Store) -> None:
    def who(tx: Tx, _command: None) -> object:
        return tx.house

    assert await store.transact(who, None, by=SOMEONE) == Done(HOUSE)
    assert await store.read(lambda reader: reader.house) is HOUSE


async def test_leases_are_given_an_aware_utc_time(store: Store) -> None:
    def when(tx: Tx, _command: None) -> datetime:
        return database_now(tx)

    answer = await store.transact(when, None, by=SOMEONE)
    assert isinstance(answer, Done)
    assert answer.value.tzinfo is UTC


async def test_ids_and_salts_are_never_the_same_twice(store: Store) -> None:
    def draw(tx: Tx, _command: None) -> tuple[str, bytes]:
        return tx.new_id("ses"), tx.salt()

    answers = await asyncio.gather(*(store.transact(draw, None, by=SOMEONE) for _ in range(20)))
    drawn = [a.value for a in answers if isinstance(a, Done)]
    assert len({i for i, _ in drawn}) == len({s for _, s in drawn}) == 20
    assert all(i.startswith("ses_") and len(s) == 32 for i, s in drawn)


async def test_a_kept_tx_is_dead_afterwards(store: Store) -> None:
    kept: list[Tx] = []

    def keep(tx: Tx, _command: None) -> None:
        kept.append(tx)

    await store.transact(keep, None, by=SOMEONE)
    with pytest.raises(outcomes.TxOver):
        _ = kept[0].conn


# --- telling others -----------------------------------------------------------------------------


async def test_reconcilers_are_woken_after_a_commit_only(store: Store, heard: Heard) -> None:
    def wake(tx: Tx, command: Count) -> int:
        tx.wake("open_meetings")
        return count(tx, command)

    def wake_and_refuse(tx: Tx, command: Count) -> int:
        tx.wake("lapse")
        return count_and_refuse(tx, command)

    await store.transact(wake_and_refuse, Count("a"), by=SOMEONE)
    await store.transact(wake, Count("a"), by=SOMEONE)
    await asyncio.sleep(0)
    assert heard.wakes == [frozenset({"open_meetings"})]


async def test_changes_tick_upwards_for_what_is_recorded(store: Store) -> None:
    follower = store.changes()
    await store.transact(scribble, Scribble("silent"), by=SOMEONE)
    await store.transact(count, Count("a"), by=SOMEONE)
    first = await anext(follower)
    await store.transact(count, Count("a"), by=SOMEONE)
    await store.transact(count_and_refuse, Count("a"), by=SOMEONE)
    second = await anext(follower)
    assert second == first + 2
    await store.close()
    with pytest.raises(StopAsyncIteration):
        await anext(follower)


async def test_a_closed_store_is_not_ready(store: Store) -> None:
    await store.close()
    with pytest.raises(NotReady):
        await store.transact(count, Count("a"), by=SOMEONE)
    with pytest.raises(NotReady):
        await store.read(value_of, "a")


async def test_an_unknown_kind_of_database_is_refused(clock: HandClock) -> None:
    with pytest.raises(Misconfigured):
        await open_toy("mysql://localhost/x", clock)
