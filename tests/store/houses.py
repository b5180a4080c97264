"""A store on the real tables, with fresh keys and a clock in hand."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.notes import SigningKey
from service.policy.people import system
from service.store import migrate
from service.store.house import House
from service.store.inspection import audit_log
from service.store.secrets import Keyring
from service.store.transactions import Store, open_store
from tests.builders import NOW, ORGANISATION
from tests.clock import HeldClock

SOMEONE = system("test")


@dataclass
class Stored:
    """A store, and what it was opened with."""

    store: Store
    house: House
    clock: HeldClock
    woken: list[frozenset[str]]

    async def do(self, request: Callable[..., Any], command: Any = None) -> Any:
        """Run one transaction; raises what it refuses with."""
        return await self.store.do(request, command, by=SOMEONE)

    async def read(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Run a reading function."""
        return await self.store.read(fn, *args)

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**by))


def a_house() -> House:
    """Fresh keys."""
    return House(
        organisation=ORGANISATION,
        base_url="http://127.0.0.1:8000",
        sealing=Keyring({"k1": os.urandom(32)}),
        contact_key=os.urandom(32),
        log_key=SigningKey("log.tuition.example", os.urandom(32)),
        statement_key=Ed25519PrivateKey.generate(),
    )


@asynccontextmanager
async def stored(url: str, house: House | None = None) -> AsyncIterator[Stored]:
    """A store on a migrated database; several may share one PostgreSQL."""
    house = house or a_house()
    await migrate.migrate(url)
    await migrate.check(url, mode="demo", origin=house.log_key.name, now=NOW)
    clock, woken = HeldClock(NOW), list[frozenset[str]]()
    store = await open_store(
        url,
        clock=clock,
        house=house,
        write_entries=audit_log.write_entries,
        write_refusal=audit_log.write_refusal,
        on_wake=woken.append,
    )
    try:
        yield Stored(store, house, clock, woken)
    finally:
        await store.close()
