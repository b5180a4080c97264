"""A provider's published limits: shared by all replicas, with a part kept for safety."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from service.errors import ProviderBusy
from service.ports import Draw
from service.store.budgets import Spend, spend
from service.workflows.meetings.budgets import SharedBudget
from tests.builders import NOW
from tests.store.houses import Stored, a_house, stored

A_DAY = timedelta(days=1)
TEN_A_DAY = Draw("zoom:host:h1", 10, A_DAY, reserve=2)
THREE_A_SECOND = Draw("zoom:light", 3, timedelta(seconds=1))
TOMORROW = (NOW + A_DAY).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Stored]:
    async with stored(database_url) as opened:
        yield opened


async def take(here: Stored, *draws: Draw, for_safety: bool = False) -> datetime | None:
    found: datetime | None = await here.do(spend, Spend(draws, for_safety))
    return found


async def test_a_limit_is_never_passed_and_says_when_it_opens_again(here: Stored) -> None:
    assert [await take(here, TEN_A_DAY) for _ in range(8)] == [None] * 8
    assert await take(here, TEN_A_DAY) == TOMORROW


@pytest.mark.pitfall(43)
async def test_what_is_kept_for_safety_is_there_when_all_else_is_spent(here: Stored) -> None:
    for _ in range(9):
        await take(here, TEN_A_DAY)
    assert await take(here, TEN_A_DAY) == TOMORROW
    assert [await take(here, TEN_A_DAY, for_safety=True) for _ in range(2)] == [None, None]
    assert await take(here, TEN_A_DAY, for_safety=True) == TOMORROW


async def test_a_new_window_starts_at_nothing(here: Stored) -> None:
    for _ in range(9):
        await take(here, TEN_A_DAY)
    here.clock.advance(TOMORROW - here.clock.now())
    assert await take(here, TEN_A_DAY) is None


async def test_a_call_that_one_limit_refuses_costs_nothing_of_the_others(here: Stored) -> None:
    for _ in range(3):
        assert await take(here, TEN_A_DAY, THREE_A_SECOND) is None
    for _ in range(4):
        assert await take(here, TEN_A_DAY, THREE_A_SECOND) is not None
    left = [await take(here, TEN_A_DAY) for _ in range(6)]
    assert left == [None] * 5 + [TOMORROW]


@pytest.mark.postgres
async def test_two_replicas_share_one_budget(postgres_url: str) -> None:
    house = a_house()
    async with stored(postgres_url, house) as one, stored(postgres_url, house) as other:
        asked = [take(here, TEN_A_DAY) for here in (one, other) for _ in range(10)]
        answers = await asyncio.gather(*asked)
    assert answers.count(None) == 8


async def test_whoever_must_wait_too_long_is_told_until_when(here: Stored) -> None:
    budget = SharedBudget(here.store, here.clock)
    for _ in range(8):
        await budget.spend((TEN_A_DAY,), for_safety=False)
    with pytest.raises(ProviderBusy) as told:
        await budget.spend((TEN_A_DAY,), for_safety=False)
    assert told.value.retry_at == TOMORROW


class PassingClock:
    """A clock on which a second passes at every look."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


async def test_a_turn_that_comes_soon_is_waited_for(here: Stored) -> None:
    quick = Draw("zoom:light", 1, timedelta(milliseconds=1))
    budget = SharedBudget(here.store, PassingClock(here.clock.now()))
    await budget.spend((quick,), for_safety=False)
    waiting = asyncio.create_task(budget.spend((quick,), for_safety=False))
    await asyncio.sleep(0)
    here.later(seconds=1)
    await asyncio.wait_for(waiting, timeout=5)
