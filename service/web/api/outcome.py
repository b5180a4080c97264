"""The one way a handler runs a command: as a transaction, by the person who asked."""

from collections.abc import Callable
from typing import Any, TypeVar

from service.store.idempotency import once
from service.store.transactions import Tx
from service.web.routes import Call

C = TypeVar("C")
R = TypeVar("R")
Made = TypeVar("Made", bound=str)


async def done(call: Call[Any, Any], request: Callable[[Tx, C], R], command: C) -> R:
    """Carry the command out; raises the error it was refused with."""
    return await call.deps.store.do(request, command, by=call.actor)


async def created(call: Call[Any, Any], request: Callable[[Tx, C], Made], command: C) -> str:
    """Carry out a command that makes something, once per `Idempotency-Key`; answers its id."""
    key = call.idempotency
    if key is None:
        return await done(call, request, command)
    return await done(call, once(request, key.scope, key.body_hash), command)
