"""Who looks at what, when, and what becomes of a look that came too late."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from service.store import work
from service.store.transactions import Tx
from service.store.work import Claim, ClaimDue, Settle
from tests.builders import NOW
from tests.store.houses import Stored, a_house, stored

KIND = "open_meetings"
LEASE = timedelta(seconds=60)
OVER = timedelta(microseconds=1)
"""A lease that is over before anyone could look, by the database's own clock."""


@dataclass(frozen=True)
class Put:
    """One thing for a reconciler."""

    subject_id: str
    due_at: datetime = NOW
    kind: str = KIND


def put(tx: Tx, command: Put) -> None:
    work.put(tx, command.subject_id, command.kind, command.due_at)


def begin(tx: Tx, command: Put) -> None:
    work.begin(tx, command.subject_id, command.kind, command.due_at)


def hurry(tx: Tx, subjects: tuple[str, ...]) -> None:
    work.hurry(tx, subjects)


def drop(tx: Tx, subject_id: str) -> None:
    work.drop(tx, subject_id)


def holds(tx: Tx, claim: Claim) -> bool:
    return work.holds(tx, claim)


async def claim(here: Stored, lease: timedelta = LEASE, limit: int = 10) -> tuple[Claim, ...]:
    found: tuple[Claim, ...] = await here.do(work.claim_due, ClaimDue(KIND, limit, lease))
    return found


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Stored]:
    async with stored(database_url) as opened:
        yield opened


@pytest.mark.parametrize("give", [put, begin], ids=["put", "begin"])
async def test_what_is_due_is_claimed_and_what_is_not_is_left(here: Stored, give: object) -> None:
    await here.do(give, Put("now"))  # type: ignore[arg-type]
    await here.do(give, Put("later", NOW + timedelta(seconds=1)))  # type: ignore[arg-type]
    await here.do(give, Put("other", kind="close_meetings"))  # type: ignore[arg-type]
    (one,) = await claim(here)
    assert (one.subject_id, one.kind, one.fence, one.tries) == ("now", KIND, 1, 1)
    here.later(seconds=1)
    assert [one.subject_id for one in await claim(here)] == ["later"]


async def test_the_longest_due_is_claimed_first_and_no_more_than_wanted(here: Stored) -> None:
    for minutes in (1, 3, 2):
        await here.do(put, Put(f"due_{minutes}", NOW - timedelta(minutes=minutes)))
    assert [one.subject_id for one in await claim(here, limit=2)] == ["due_3", "due_2"]
    assert [one.subject_id for one in await claim(here, limit=2)] == ["due_1"]


async def test_a_due_thing_wakes_its_reconciler_and_one_for_later_does_not(here: Stored) -> None:
    await here.do(put, Put("later", NOW + timedelta(seconds=1)))
    await asyncio.sleep(0)
    assert here.woken == []
    await here.do(put, Put("now"))
    await asyncio.sleep(0)
    assert here.woken == [frozenset({KIND})]
    await here.do(hurry, ("later",))
    await asyncio.sleep(0)
    assert here.woken == [frozenset({KIND})] * 2


async def test_while_the_lease_lasts_nobody_else_gets_it(here: Stored) -> None:
    await here.do(put, Put("one"))
    assert len(await claim(here)) == 1
    assert await claim(here) == ()


async def test_after_the_lease_another_takes_over_and_the_first_finds_itself_outdated(
    here: Stored,
) -> None:
    await here.do(put, Put("one"))
    (first,) = await claim(here, OVER)
    here.later(seconds=1)
    (second,) = await claim(here)
    assert (second.fence, second.tries) == (first.fence + 1, 2)
    assert not await here.do(holds, first)
    assert await here.do(holds, second)
    await here.do(work.settle, Settle(first, None))
    assert await here.do(holds, second)


async def test_a_settled_thing_comes_again_when_wanted(here: Stored) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    await here.do(work.settle, Settle(mine, NOW + timedelta(minutes=5)))
    assert await claim(here) == ()
    here.later(minutes=5)
    assert len(await claim(here)) == 1


async def test_a_thing_settled_for_good_never_comes_again(here: Stored) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    await here.do(work.settle, Settle(mine, None))
    here.later(days=365)
    assert await claim(here) == ()
    assert not await here.do(holds, mine)


@pytest.mark.parametrize("look_again", [None, NOW + timedelta(hours=1)], ids=["never", "later"])
async def test_a_hurry_during_a_lease_is_not_lost(
    here: Stored, look_again: datetime | None
) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    here.later(seconds=1)
    await here.do(hurry, ("one",))
    assert await claim(here) == ()  # the holder is still at it
    await here.do(work.settle, Settle(mine, look_again))
    (again,) = await claim(here)
    assert again.subject_id == "one"


async def test_a_hurry_at_the_very_instant_it_was_due_is_not_lost(here: Stored) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    await here.do(hurry, ("one",))
    await here.do(work.settle, Settle(mine, None))
    assert len(await claim(here)) == 1


async def test_a_hurry_brings_a_planned_look_forward(here: Stored) -> None:
    await here.do(put, Put("one", NOW + timedelta(hours=1)))
    await here.do(hurry, ("one", "unknown"))
    assert len(await claim(here)) == 1


async def test_a_hurry_does_not_push_an_overdue_look_behind_others(here: Stored) -> None:
    await here.do(put, Put("first", NOW - timedelta(minutes=5)))
    await here.do(put, Put("second", NOW - timedelta(minutes=1)))
    await here.do(hurry, ("first",))
    assert {one.subject_id for one in await claim(here)} == {"first", "second"}


async def test_handing_a_thing_on_takes_it_from_whoever_has_it(here: Stored) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    await here.do(put, Put("one", kind="close_meetings"))
    assert not await here.do(holds, mine)
    await here.do(work.settle, Settle(mine, None))
    taken = await here.do(work.claim_due, ClaimDue("close_meetings", 10, LEASE))
    assert [one.subject_id for one in taken] == ["one"]


async def test_a_dropped_thing_is_held_by_nobody(here: Stored) -> None:
    await here.do(put, Put("one"))
    (mine,) = await claim(here)
    await here.do(drop, "one")
    assert not await here.do(holds, mine)


async def test_claimers_at_the_same_time_never_share(here: Stored) -> None:
    for number in range(20):
        await here.do(put, Put(f"thing_{number}"))
    rounds = await asyncio.gather(*(claim(here, limit=3) for _ in range(8)))
    found = [one.subject_id for claims in rounds for one in claims]
    assert len(found) == len(set(found))
    left = await claim(here, limit=50)
    assert len(found) + len(left) == 20


@pytest.mark.postgres
async def test_two_replicas_never_share(postgres_url: str) -> None:
    house = a_house()
    async with stored(postgres_url, house) as one, stored(postgres_url, house) as other:
        for number in range(20):
            await one.do(put, Put(f"thing_{number}"))
        rounds = await asyncio.gather(
            *(claim(replica, limit=4) for replica in (one, other) for _ in range(4))
        )
        found = [mine.subject_id for claims in rounds for mine in claims]
        assert len(found) == len(set(found))
