"""What an Idempotency-Key made, so that a repeated request gets the same thing, not a second one."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa

from service.errors import Conflict
from service.store.tables import IdempotencyRow, table_of
from service.store.transactions import Tx

KEYS = table_of(IdempotencyRow)
KEPT_FOR = timedelta(hours=24)

C = TypeVar("C")
Made = TypeVar("Made", bound=str)


class KeyReused(Conflict):
    """The same Idempotency-Key came with a different request."""

    code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was used for a different request."


def once(request: Callable[[Tx, C], Made], scope: str, body_hash: str) -> Callable[[Tx, C], str]:
    """The request function, made to run once per key: repeats answer the id it made."""

    def request_once(tx: Tx, command: C) -> str:
        mine = KEYS.c.scope == scope
        tx.conn.execute(KEYS.delete().where(mine, KEYS.c.at <= tx.now - KEPT_FOR))
        # Claimed first: a second request with the key waits here until the first has its answer.
        claim = {"scope": scope, "body_hash": body_hash, "resource_id": "", "at": tx.now}
        if tx.try_write(KEYS.insert().values(claim)) is not None:
            row = tx.conn.execute(sa.select(KEYS).where(mine)).one()
            if row.body_hash != body_hash:
                raise KeyReused
            return str(row.resource_id)
        made = request(tx, command)
        tx.conn.execute(KEYS.update().where(mine).values(resource_id=made))
        return made

    return request_once


def forget_old(tx: Tx, _command: None) -> int:
    """Drop keys that are older than a day; answers how many."""
    return tx.conn.execute(KEYS.delete().where(KEYS.c.at <= tx.now - KEPT_FOR)).rowcount
