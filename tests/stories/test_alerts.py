"""An alert is one: repeats fold into it, a named person is on it, and a named person closes it."""

from typing import Any

import pytest

from service.policy.people import Role, SessionId, StaffId
from service.store.alerts import alerts
from service.store.transactions import Tx
from tests.harness import Api, Reply
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import ADMIN, World, book, cover


async def raised(world: World, code: str, session_id: SessionId) -> None:
    """Something is wrong in a session."""

    def say(tx: Tx, _: None) -> None:
        alerts.raise_alert(tx, session_id, code, session_id)

    await world.house.do(say, None, ADMIN)


async def over(world: World, code: str, session_id: SessionId) -> None:
    """It is wrong no more."""

    def say(tx: Tx, _: None) -> None:
        alerts.note_over(tx, session_id, code)

    await world.house.do(say, None, ADMIN)


def office(world: World, who: StaffId | None = None) -> Api:
    return world.house.api(Role.COORDINATOR, subject=who or world.coordinator)


async def the_alert(world: World) -> Any:
    """The one alert there is, as the office sees it."""
    (found,) = (await office(world).get("/v1/alerts?open_only=false")).body["items"]
    return found


async def acknowledged(world: World, who: StaffId) -> Reply:
    alert = await the_alert(world)
    return await office(world, who).post(f"/v1/alerts/{alert['alert_id']}/acknowledge")


async def closed(world: World, who: StaffId, outcome: str = "All is well.") -> Reply:
    alert = await the_alert(world)
    body = {"outcome": outcome}
    return await office(world, who).post(f"/v1/alerts/{alert['alert_id']}/close", body)


async def test_an_alert_folds_repeats_and_one_named_person_is_on_it_until_it_is_closed(
    world: World,
) -> None:
    session_id = await book(world)
    for _ in range(3):
        await raised(world, "adult_not_shown", session_id)
    alert = await the_alert(world)
    assert (alert["times"], alert["urgency"]) == (3, "urgent")
    assert alert["sentence"] == "The second member of staff was not shown a child's adult."
    taken = await acknowledged(world, world.lead)
    assert taken.body["acknowledged_by"] == world.lead and taken.body["closed_at"] is None
    second = await acknowledged(world, world.coordinator)
    assert (second.status, second.code) == (409, "alert_taken")
    assert (await closed(world, world.coordinator)).body["closed_by"] == world.coordinator
    assert (await closed(world, world.lead)).status == 404
    assert (await acknowledged(world, world.lead)).status == 404
    await check_everything(world.house)


@on_sqlite
async def test_what_is_over_stays_open_and_holds_again_when_it_comes_back(world: World) -> None:
    session_id = await book(world)
    await raised(world, "adult_not_shown", session_id)
    await over(world, "adult_not_shown", session_id)
    since = (await the_alert(world))["over_since"]
    await world.house.advance(seconds=30)
    await over(world, "adult_not_shown", session_id)
    alert = await the_alert(world)
    assert alert["over_since"] == since is not None, "it is over since it was over first"
    assert alert["closed_at"] is None
    await acknowledged(world, world.lead)
    await raised(world, "adult_not_shown", session_id)
    alert = await the_alert(world)
    assert (alert["over_since"], alert["times"]) == (None, 2)
    assert alert["acknowledged_by"] == world.lead, "a flicker is no news"
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(38)
async def test_what_comes_back_after_a_while_asks_for_somebody_anew(world: World) -> None:
    session_id = await book(world)
    await raised(world, "adult_not_shown", session_id)
    await acknowledged(world, world.lead)
    await over(world, "adult_not_shown", session_id)
    await world.house.advance(minutes=6)
    await raised(world, "adult_not_shown", session_id)
    alert = await the_alert(world)
    assert (alert["acknowledged_at"], alert["times"]) == (None, 2), "one alert, and nobody on it"


@on_sqlite
async def test_nobody_settles_an_alert_about_themselves(world: World) -> None:
    session_id = await book(world)
    await cover(world, session_id)
    await raised(world, "second_staff_missing", session_id)
    for refused in (await acknowledged(world, world.second), await closed(world, world.second)):
        assert (refused.status, refused.code) == (403, "about_yourself")
    assert (await acknowledged(world, world.lead)).status == 200
    await check_everything(world.house)
