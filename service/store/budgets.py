"""What this window's calls have taken of a provider's published limits, over all replicas."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from service.ports import Draw
from service.store.tables import BudgetRow, table_of
from service.store.transactions import Tx

BUDGETS = table_of(BudgetRow)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPEND = (
    BUDGETS.update()
    .where(
        BUDGETS.c.name == sa.bindparam("wanted"),
        BUDGETS.c.window_index == sa.bindparam("now_in"),
        BUDGETS.c.spent < sa.bindparam("most"),
    )
    .values(spent=BUDGETS.c.spent + 1)
)
_RENEW = (
    BUDGETS.update()
    .where(
        BUDGETS.c.name == sa.bindparam("wanted"), BUDGETS.c.window_index < sa.bindparam("now_in")
    )
    .values(window_index=sa.bindparam("now_in"), spent=1)
)


_GIVE_BACK = (
    BUDGETS.update()
    .where(BUDGETS.c.name == sa.bindparam("wanted"))
    .values(spent=BUDGETS.c.spent - 1)
)


@dataclass(frozen=True)
class Spend:
    """One call's parts in several limits: all are taken, or none."""

    draws: tuple[Draw, ...]
    for_safety: bool


def spend(tx: Tx, command: Spend) -> datetime | None:
    """Take one of each budget; answers when to come again if one of them has none left."""
    for taken, draw in enumerate(command.draws):
        come_again_at = _take(tx, draw, for_safety=command.for_safety)
        if come_again_at is not None:
            for earlier in command.draws[:taken]:
                tx.conn.execute(_GIVE_BACK, {"wanted": earlier.name})
            return come_again_at
    return None


def _take(tx: Tx, draw: Draw, *, for_safety: bool) -> datetime | None:
    """One statement decides, so that two replicas can never take the same last one."""
    window = (tx.now - _EPOCH) // draw.per
    most = draw.limit if for_safety else draw.limit - draw.reserve
    wanted = {"wanted": draw.name, "now_in": window}
    if tx.conn.execute(_SPEND, {**wanted, "most": most}).rowcount:
        return None
    if tx.conn.execute(_RENEW, wanted).rowcount:
        return None
    row = {"name": draw.name, "window_index": window, "spent": 1}
    if tx.try_write(BUDGETS.insert(), row) is None:
        return None
    # Somebody made the row at the same moment, or the window is spent.
    if tx.conn.execute(_SPEND, {**wanted, "most": most}).rowcount:
        return None
    return _EPOCH + (window + 1) * draw.per
