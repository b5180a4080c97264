"""What children said that they want (pitfall 8)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.consent import Wish
from service.policy.people import ChildId
from service.store.tables import WishRow, table_of
from service.store.transactions import Reader, Tx

WISHES = table_of(WishRow)


@dataclass(frozen=True)
class Heard:
    """A child's wish, and who heard it when."""

    wish: Wish
    by: str
    at: datetime


def append(tx: Tx, child_id: ChildId, position: int, heard: Heard) -> str:
    """Append a child's wish; answers its id."""
    wish_id = tx.new_id("wish")
    tx.conn.execute(
        WISHES.insert().values(
            id=wish_id,
            child_id=child_id,
            position=position,
            wish=heard.wish.value,
            recorded_by=heard.by,
            at=heard.at,
        )
    )
    return wish_id


def last_heard(reader: Tx | Reader, child_id: ChildId) -> Heard | None:
    """The newest wish of a child, with who heard it; None if it has said none."""
    query = (
        sa.select(WISHES)
        .where(WISHES.c.child_id == child_id)
        .order_by(WISHES.c.position.desc())
        .limit(1)
    )
    row = reader.conn.execute(query).one_or_none()
    return None if row is None else Heard(Wish(row.wish), row.recorded_by, row.at)


def newest(reader: Tx | Reader, ids: tuple[ChildId, ...]) -> dict[ChildId, Wish]:
    """The newest wish of each child that has said one."""
    query = sa.select(WISHES).where(WISHES.c.child_id.in_(ids)).order_by(WISHES.c.position)
    return {ChildId(row.child_id): Wish(row.wish) for row in reader.conn.execute(query)}
