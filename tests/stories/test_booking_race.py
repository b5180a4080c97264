"""Thirty-two people book one tutor for overlapping times at once: exactly one gets the tutor."""

import asyncio
from datetime import timedelta
from pathlib import Path

from service.policy.people import Role
from service.store.sessions.engagements import ENGAGEMENTS
from tests.harness import Reply, running
from tests.invariants import check_everything
from tests.world import a_family, a_world

CLIENTS = 32


async def test_exactly_one_of_many_overlapping_bookings_wins(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path, migrated=True) as house:
        world = await a_world(house)
        families = [
            await a_family(house, f"family{number}", world.coordinator) for number in range(CLIENTS)
        ]
        starts = house.clock.now() + timedelta(hours=2)
        api = house.api(Role.COORDINATOR, subject=world.coordinator)

        async def book(number: int) -> Reply:
            begins = starts + timedelta(minutes=number)
            return await api.post(
                "/v1/sessions",
                {
                    "tutor_id": world.tutor,
                    "children": [families[number].child],
                    "starts_at": begins.isoformat(),
                    "ends_at": (begins + timedelta(minutes=45)).isoformat(),
                    "purpose": "Fractions",
                    "provider": "zoom",
                },
            )

        replies = await asyncio.gather(*(book(number) for number in range(CLIENTS)))
        won = [reply for reply in replies if reply.status == 201]
        lost = [reply for reply in replies if reply.status == 409]
        assert (len(won), len(lost)) == (1, CLIENTS - 1), [reply.text for reply in replies[:3]]
        assert {reply.fields.get("tutor_id") for reply in lost} == {"taken"}

        def taken(reader: object) -> int:
            rows = reader.conn.execute(ENGAGEMENTS.select())  # type: ignore[attr-defined]
            return sum(row.taken_as == "tutor" for row in rows)

        assert await house.read(taken) == 1
        await check_everything(house)
