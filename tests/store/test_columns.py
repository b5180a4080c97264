"""Times in the database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from service.store.columns import UtcDateTime
from service.store.transactions import Reader, Store, Tx
from tests.store.toy import (
    ENTRIES,
    SOMEONE,
)


async def test_a_time_comes_back_as_it_went_in_utc(store: Store) -> None:
    instant = datetime(2026, 3, 29, 3, 0, 0, 7, tzinfo=timezone(timedelta(hours=1)))

    def echo(reader: Reader) -> datetime:
        kind = UtcDateTime()
        column = sa.cast(sa.bindparam("at", instant, type_=kind), kind)
        moment: datetime = reader.conn.execute(sa.select(column)).scalar_one()
        return moment

    moment = await store.read(echo)
    assert moment == instant
    assert moment.tzinfo is UTC


async def test_a_naive_time_is_refused(store: Store) -> None:
    def write(tx: Tx, _command: None) -> None:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        tx.record("x")
        tx.conn.execute(sa.insert(ENTRIES).values(id="x", said="", recorded_at=naive))

    with pytest.raises(sa.exc.StatementError):
        await store.transact(write, None, by=SOMEONE)


def test_on_sqlite_the_order_of_texts_is_the_order_of_times() -> None:
    dialect = sa.create_engine("sqlite://").dialect
    early = datetime(999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    moments = [
        early,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    ]
    texts = [UtcDateTime().process_bind_param(moment, dialect) for moment in moments]
    assert texts == sorted(texts)
    assert texts[1] == "2026-01-01T00:00:00.000000Z"
