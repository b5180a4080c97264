"""Who asks, what they send, and what is stored afterwards."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.policy.people import Role
from service.store.tables import SessionRow
from service.store.transactions import RECORD, Reader
from tests.harness import Api, House
from tests.world import World

TRAIL = frozenset({"entries", "link_uses"})
"""Refusals, readings and uses of links are recorded; the rest is what a request may have changed."""


def _rows(reader: Reader) -> dict[str, list[str]]:
    assert SessionRow.metadata is SQLModel.metadata
    return {
        name: sorted(repr(tuple(row)) for row in reader.conn.execute(sa.select(table)))
        for name, table in SQLModel.metadata.tables.items()
        if table.info.get("kind") == RECORD and name not in TRAIL
    }


async def stored(house: House) -> dict[str, list[str]]:
    """Every row of every table of records, the trail and the uses of links apart."""
    found: dict[str, list[str]] = await house.read(_rows)
    return found


def _kinds(reader: Reader) -> list[str]:
    entries = SQLModel.metadata.tables["entries"]
    return list(reader.conn.execute(sa.select(entries.c.kind).order_by(entries.c.id)).scalars())


async def recorded(house: House) -> list[str]:
    """The kinds of all entries, in order."""
    kinds: list[str] = await house.read(_kinds)
    return kinds


def coordinator(world: World) -> Api:
    return world.house.api(Role.COORDINATOR, subject=world.coordinator)


def lead(world: World) -> Api:
    return world.house.api(Role.DSL, subject=world.lead)


def tutor(world: World) -> Api:
    return world.house.api(Role.TUTOR, subject=world.tutor)


def second(world: World) -> Api:
    return world.house.api(Role.SECOND_STAFF, subject=world.second)


def machine(world: World) -> Api:
    return world.house.api(Role.MACHINE, subject="booking-platform")


def inspector(world: World) -> Api:
    return world.house.api(Role.INSPECTOR, subject="inspector_1")


def a_booking(world: World, **changes: Any) -> dict[str, Any]:
    """A lesson in two hours."""
    starts_at = world.house.clock.now() + timedelta(hours=2)
    body = {
        "tutor_id": world.tutor,
        "children": [world.family.child],
        "starts_at": starts_at.isoformat(),
        "duration_minutes": 45,
        "purpose": "Fractions",
    }
    body |= changes
    return {name: value for name, value in body.items() if value is not None}


def a_word(world: World, **changes: Any) -> dict[str, Any]:
    """A yes that was said on the telephone."""
    return {
        "child_id": world.family.child,
        "giver_id": world.family.mother,
        "purpose": "take_part",
        "kind": "given",
        "route": "phone",
        "evidence": "number on file",
        "policy_version": "v3",
        "present_adults": [world.family.mother],
        "child_agrees": True,
    } | changes


def a_promise(world: World, **changes: Any) -> dict[str, Any]:
    """A promise that was made on the telephone."""
    return {
        "child_id": world.family.child,
        "adult_id": world.family.mother,
        "terms": 1,
        "mode": "in_the_room",
        "route": "phone",
        "evidence": "number on file",
    } | changes


def here(world: World, **changes: Any) -> dict[str, Any]:
    """ "I am here", said on the telephone."""
    word = a_promise(world, **changes)
    del word["mode"]
    return {"family": word}
