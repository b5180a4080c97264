"""Alive and ready, told without a sign-in and without a detail."""

import asyncio

from service.web import health
from service.web.health import Readiness
from tests.web.house import a_house
from tests.web.toy import SECRET


async def fine() -> Readiness:
    return Readiness("clock", True)


async def behind() -> Readiness:
    return Readiness("log", False, "The log is behind.")


async def raises() -> Readiness:
    raise RuntimeError(SECRET)


async def hangs() -> Readiness:
    await asyncio.Event().wait()
    raise AssertionError


async def test_it_is_alive_whatever_is_not_ready() -> None:
    async with a_house(ready_checks=[behind]) as house, house.client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "alive"})


async def test_it_is_ready_when_every_check_holds() -> None:
    async with a_house(ready_checks=[fine, fine]) as house, house.client.get("/readyz") as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "ready")


async def test_one_part_that_is_not_ready_is_named() -> None:
    async with a_house(ready_checks=[fine, behind]) as house, house.client.get("/readyz") as answer:
        assert answer.status == 503
        assert (await answer.json())["parts"][1] == {
            "name": "log", "ready": False, "sentence": "The log is behind.",
        }  # fmt: skip


async def test_a_check_that_fails_is_not_ready_and_tells_nothing_else() -> None:
    async with a_house(ready_checks=[raises]) as house, house.client.get("/readyz") as answer:
        assert answer.status == 503
        assert SECRET not in await answer.text()


async def test_a_check_that_hangs_is_not_ready() -> None:
    answer = await health.readiness([hangs, fine], within_seconds=0.01)(None)  # type: ignore[arg-type]
    assert answer.status == 503
    assert '"name": "hangs", "ready": false' in (answer.text or "")
