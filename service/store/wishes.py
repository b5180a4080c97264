"""What children said that they want (pitfall 8)."""

import sqlalchemy as sa

from service.policy.consent import Wish
from service.policy.people import ChildId
from service.store.tables import WishRow, table_of
from service.store.transactions import Reader, Tx

WISHES = table_of(WishRow)


def append(tx: Tx, child_id: ChildId, position: int, wish: Wish) -> str:
    """Append a child's wish, as the person who acts heard it; answers its id."""
    wish_id = tx.new_id("wish")
    tx.conn.execute(
        WISHES.insert().values(
            id=wish_id,
            child_id=child_id,
            position=position,
            wish=wish.value,
            recorded_by=tx.by.subject,
            at=tx.now,
        )
    )
    return wish_id


def newest(reader: Tx | Reader, ids: tuple[ChildId, ...]) -> dict[ChildId, Wish]:
    """The newest wish of each child that has said one."""
    query = sa.select(WISHES).where(WISHES.c.child_id.in_(ids)).order_by(WISHES.c.position)
    return {ChildId(row.child_id): Wish(row.wish) for row in reader.conn.execute(query)}
