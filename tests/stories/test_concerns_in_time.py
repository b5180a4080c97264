"""Concerns and the clock: one that nobody takes up grows louder, and an open one keeps its records."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.policy.people import Role
from service.store import work
from service.store.concerns import concerns, record_holds
from service.store.transactions import Reader
from service.workflows.families.merging import MergeChild, merge_child
from tests import invariants
from tests.api.people import lead, second, tutor
from tests.deployment import ORGANISATION
from tests.harness import running
from tests.stories.concerns import WORDS, alerted, chair, numbers, raised, step
from tests.stories.steps import a_live_session, on_sqlite
from tests.world import World, a_family, a_world, book

NIGHT = datetime(2026, 11, 28, 2, 10, tzinfo=UTC)
"""A Saturday, when everything else is closed."""


# --- until somebody takes it up ---------------------------------------------------------------------------


async def test_at_night_a_severe_concern_that_nobody_takes_up_grows_louder(world: World) -> None:
    await world.house.until(NIGHT)
    mine = await raised(tutor(world), severity="danger", kind="disclosure")
    await world.house.advance(minutes=14)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_of_danger"]
    assert await numbers(chair(world)) == []

    await world.house.advance(minutes=1)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_of_danger", "concern_unacknowledged"]
    assert await numbers(chair(world)) == ["1"], "it is open to the independent contact too"
    assert await alerted(world.house.api(Role.COORDINATOR, subject=world.coordinator)) == []

    assert (await step(chair(world), mine, "acknowledge")).ok
    assert await alerted(lead(world)) == []
    await world.house.advance(minutes=45)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_undecided"]
    assert (await step(lead(world), mine, "decisions", words="Police called at 3.")).ok
    assert await alerted(lead(world)) == []
    await invariants.check_everything(world.house)
    assert not await world.house.read(work.is_there, mine["concern_id"])


async def test_at_night_leads_are_written_to_at_once_and_the_contact_of_what_they_let_lie(
    sqlite_url: str, tmp_path: Any
) -> None:
    mailed = ORGANISATION.replace("[hours]", 'independent_mail = "chair@trust.example"\n[hours]')
    async with running(sqlite_url, tmp_path, migrated=True, organised=mailed) as house:
        world = await a_world(house)
        await house.until(NIGHT)
        mine = await raised(tutor(world), severity="serious")
        await house.settle()
        (letter,) = house.letters("lea@tuition.example", "Somebody has raised a concern.")
        assert f"/staff/concerns/{mine['concern_id']}" in letter.text
        assert WORDS not in letter.text
        assert house.letters("cora@tuition.example", "concern") == []
        assert house.letters("copies@tuition.example", "concern") == []
        assert house.letters("chair@trust.example") == []
        await house.advance(minutes=120)
        await house.settle()
        (late,) = house.letters("chair@trust.example")
        assert "Nobody has taken up a concern in time." in late.subject
        await raised(tutor(world), about=["lead"])
        await house.settle()
        assert len(house.letters("chair@trust.example")) == 2
        assert len(house.letters("lea@tuition.example", "concern")) == 2, (
            "hers, and that it is late"
        )
        await invariants.check_everything(house)


# --- records that stay -------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(67)
async def test_an_open_concern_keeps_the_session_and_everybody_in_it(world: World) -> None:
    session_id = await a_live_session(world)
    other = await book(world, starts_at=world.house.clock.now() + timedelta(days=1))
    held = (session_id, world.family.child, world.tutor, world.second, world.family.father)
    assert not await _any_held(world, *held)
    mine = await raised(second(world), session_id=session_id, about=["adult_at_home"])
    twin = (await a_family(world.house, "rivers", world.coordinator)).child
    merge = MergeChild(world.family.child, twin, "one child entered twice")
    await world.house.do(merge_child, merge, world.actor(world.lead, Role.DSL))
    held = (*held, twin)
    assert await _all_held(world, *held), "whoever answers for a merged record as well"
    assert not await _any_held(world, other)
    await step(lead(world), mine, "close", outcome="no_action", words="A cousin on a visit.")
    assert await _all_held(world, *held)
    await world.house.advance(days=365 * 15)
    assert await _all_held(world, *held), "the child would be 24"
    await world.house.advance(days=365)
    assert not await _any_held(world, *held)
    assert await world.house.read(concerns.get, mine["concern_id"]), "the concern itself stays"


async def _held(world: World, *subjects: str) -> list[bool]:
    def asked(reader: Reader) -> list[bool]:
        return [record_holds.is_held(reader, one) for one in subjects]

    found: list[bool] = await world.house.read(asked)
    return found


async def _all_held(world: World, *subjects: str) -> bool:
    return all(await _held(world, *subjects))


async def _any_held(world: World, *subjects: str) -> bool:
    return any(await _held(world, *subjects))
