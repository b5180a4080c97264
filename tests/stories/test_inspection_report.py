"""The inspection report: what was set aside first, then what became of the sessions."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.attestation import Answer
from service.policy.people import Role
from service.workflows.inspection import attesting
from tests.api.people import coordinator, inspector, lead, recorded, tutor
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    on_sqlite,
    states,
    the_call_ends,
    the_lesson_goes_on,
)
from tests.world import World, a_family, book

REPORT = "/v1/reports/inspection"


def days(world: World, back: int, on: int) -> dict[str, str]:
    now = world.house.clock.now()
    return {
        "from": (now - timedelta(days=back)).isoformat(),
        "until": (now + timedelta(days=on)).isoformat(),
    }


async def the_report(world: World) -> dict[str, Any]:
    reply = await inspector(world).get(REPORT, params=days(world, 2, 2))
    assert reply.status == 200, reply.text
    body: dict[str, Any] = reply.body
    return body


async def set_aside(world: World, session_id: str) -> None:
    body = {
        "code": "outside_hours",
        "reason": "a holiday course",
        "expires_at": (world.house.clock.now() + timedelta(minutes=30)).isoformat(),
    }
    reply = await lead(world).post(f"/v1/sessions/{session_id}/overrides", body)
    assert reply.status == 201, reply.text


@pytest.mark.pitfall(26, 62, 63)
async def test_what_was_set_aside_comes_first_and_every_session_is_counted_once(
    world: World,
) -> None:
    house = world.house
    other = await a_family(house, "brook", world.coordinator)
    lapses = await book(world, other.child, starts_at=house.clock.now() + timedelta(hours=3))
    held = await a_live_session(world)
    await the_lesson_goes_on(world, held)
    await house.advance(minutes=5)
    await the_call_ends(world)
    await states(world, held, world.actor(world.second, Role.SECOND_STAFF))
    differs = attesting.MakeStatement(held, Answer.YES, Answer.NO, Answer.YES, attesting.Route.LINK)
    await house.do(attesting.make_statement, differs, world.actor(world.tutor, Role.TUTOR))
    await set_aside(world, lapses)
    await house.advance(hours=3)
    await house.settle()

    told = await the_report(world)
    assert list(told)[2] == "set_aside", "it stands first, behind the time alone"
    (first,) = told["set_aside"]
    assert (first["session_id"], first["code"], first["by"]) == (
        lapses,
        "outside_hours",
        world.lead,
    )
    assert (first["sentence"], first["reason"]) == (
        "The session is outside the permitted hours.", "a holiday course",
    )  # fmt: skip
    counted = {outcome: number for outcome, number in told["outcomes"].items() if number}
    assert counted == {"supervised_throughout": 1, "lapsed": 1}
    assert set(told["lacked"]) == {"consent_missing", "pledge_missing", "second_staff_missing"}
    assert told["contradictory"] == [held]
    assert (told["not_watched"], told["often_together"]) == ([], [])
    (waiting,) = [one for one in told["alerts"] if one["code"] == "session_lapsed"]
    assert (waiting["alerts"], waiting["unanswered"]) == (1, 1)
    assert (await recorded(house))[-1] == "record.read"
    assert (await coordinator(world).get(REPORT, params=days(world, 1, 0))).status == 403
    await check_everything(house)


@on_sqlite
async def test_an_end_under_way_is_told_by_its_code_and_answers_by_their_time(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await lead(world).post(f"/v1/sessions/{session_id}/end", {"reason": "River was upset"})
    text = str(told := await the_report(world))
    assert told["outcomes"]["ended_early"] == 1
    assert told["ended_early"] == {"ended_by_lead": 1}
    for private in ("River", "upset", "Theo", "Sam"):
        assert private not in text
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(66)
async def test_the_report_says_nothing_of_concerns(world: World) -> None:
    body = {"words": "The child seemed sad.", "severity": "minor"}
    assert (await tutor(world).post("/v1/concerns", body)).status == 201
    there = (await lead(world).get("/v1/alerts")).body["items"]
    assert [one["code"] for one in there] == ["concern_raised"]
    await book(world)
    told = await the_report(world)
    assert not any("concern" in one["code"] for one in (*told["alerts"], *told["breaches"]))
    await check_everything(world.house)


@on_sqlite
@pytest.mark.parametrize(("back", "on"), [(0, 0), (0, 93), (-2, 1)])
async def test_a_report_is_on_at_most_92_days(world: World, back: int, on: int) -> None:
    reply = await lead(world).get(REPORT, params=days(world, back, on))
    assert (reply.status, reply.code) == (422, "invalid_input")
    assert (await lead(world).get(REPORT)).status == 422
    assert (await lead(world).get(REPORT, params=days(world, 92, 0))).status == 200
