"""The rules a request function is held to, and the names of constraints that say no."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from service.store import outcomes
from service.store.transactions import Done, Reader, Store, Tx
from tests.store.toy import (
    COUNTERS,
    ENTRIES,
    NOTES,
    SCRATCH,
    SOMEONE,
    STRAY,
    Count,
    Scribble,
    count,
    said,
    scribble,
    scribbled,
    value_of,
)


def _no_entry(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.update(COUNTERS).values(value=9))


def _stray(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.insert(STRAY).values(id="x"))


def _text(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.text("UPDATE counters SET value = 9"))


def _driver_text(tx: Tx, _command: None) -> None:
    tx.conn.exec_driver_sql("UPDATE counters SET value = 9")


def _schema(tx: Tx, _command: None) -> None:
    STRAY.drop(tx.conn)


def _commit(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.insert(SCRATCH).values(id="half"))
    tx.conn.commit()


def _roll_back(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.select(COUNTERS)).all()
    tx.conn.rollback()


def _open_savepoint(tx: Tx, _command: None) -> None:
    tx.conn.begin_nested()
    tx.conn.execute(sa.insert(SCRATCH).values(id="half"))


def _wrong_order(tx: Tx, _command: None) -> None:
    tx.lock(NOTES, ["x"])
    tx.lock(COUNTERS, ["a"])


def _no_order(tx: Tx, _command: None) -> None:
    tx.lock(SCRATCH, ["x"])


def _swallow(tx: Tx, _command: None) -> None:
    tx.conn.execute(sa.insert(SCRATCH).values(id="half"))
    try:
        tx.conn.execute(sa.insert(SCRATCH).values(id="half"))
    except sa.exc.IntegrityError:
        return


def _swallow_and_go_on(tx: Tx, _command: None) -> None:
    _swallow(tx, None)
    tx.conn.execute(sa.insert(SCRATCH).values(id="other"))


@pytest.mark.parametrize(
    ("request_function", "bug"),
    [
        (_no_entry, outcomes.ChangeWithoutEntry),
        (_stray, outcomes.UnlistedTable),
        (_text, outcomes.UncheckedStatement),
        (_driver_text, outcomes.UncheckedStatement),
        (_schema, outcomes.UncheckedStatement),
        (_commit, outcomes.OwnTransactionControl),
        (_roll_back, outcomes.OwnTransactionControl),
        (_open_savepoint, outcomes.OwnTransactionControl),
        (_wrong_order, outcomes.OutOfOrderLock),
        (_no_order, outcomes.OutOfOrderLock),
        (_swallow, outcomes.WorkAfterFailure),
        (_swallow_and_go_on, outcomes.WorkAfterFailure),
    ],
)
async def test_a_broken_rule_is_a_bug_and_nothing_is_stored(
    store: Store, request_function: Callable[[Tx, None], None], bug: type[Exception]
) -> None:
    with pytest.raises(bug):
        await store.transact(request_function, None, by=SOMEONE)
    assert await store.read(value_of, "a") == 0
    assert await store.read(scribbled) == set()
    assert await store.transact(count, Count("a"), by=SOMEONE) == Done(1)


async def test_plumbing_needs_no_entry(store: Store) -> None:
    assert await store.transact(scribble, Scribble("free"), by=SOMEONE) == Done("free")


async def test_a_reader_cannot_write(store: Store) -> None:
    def write(reader: Reader) -> None:
        reader.conn.execute(sa.insert(SCRATCH).values(id="x"))

    with pytest.raises(sa.exc.DBAPIError):
        await store.read(write)
    assert await store.read(scribbled) == set()


# --- constraints say their names ----------------------------------------------------------------


def _page(counter: str | None, page: int) -> Callable[[Tx, None], str | None]:
    def write(tx: Tx, _command: None) -> str | None:
        tx.record("tried")
        row = {"id": tx.new_id("not"), "counter": counter, "page": page, "text": ""}
        return tx.try_write(sa.insert(NOTES), row)

    return write


def _below_nought(tx: Tx, _command: None) -> str | None:
    tx.record("tried")
    return tx.try_write(sa.update(COUNTERS).values(value=-1))


def _rewrite(tx: Tx, _command: None) -> str | None:
    return tx.try_write(sa.update(ENTRIES).values(said="nothing"))


async def test_a_violated_constraint_gives_its_name_and_the_rest_goes_on(store: Store) -> None:
    attempts = [
        (_page("a", 1), None),
        (_page("a", 1), "uq_notes_page"),
        (_page("nobody", 2), "fk_notes_counter"),
        (_page(None, 3), "nn_notes_counter"),
        (_below_nought, "ck_counters_value"),
    ]
    for write, name in attempts:
        assert await store.transact(write, None, by=SOMEONE) == Done(name)
    assert (await store.read(said)).count("tried") == len(attempts)


async def test_a_trigger_gives_its_name(store: Store) -> None:
    def rewrite(tx: Tx, command: None) -> str | None:
        tx.record("tried")
        return _rewrite(tx, command)

    assert await store.transact(rewrite, None, by=SOMEONE) == Done("tr_entries_frozen")
