"""Whom alerts reach, set over HTTP: only by whoever may say so, and never what could not work."""

from typing import Any

import pytest

from service.policy.people import Role
from tests.api.people import coordinator, lead
from tests.world import World

PEOPLE, TURNS = "/v1/duty/people", "/v1/duty/turns"


def a_turn(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "staff_id": world.lead,
        "weekdays": [5, 6],
        "starts": "20:00",
        "ends": "08:00",
        "first_day": "2026-11-28",
        "place": 2,
    } | changes


async def test_people_are_designated_and_put_on_the_rota_and_taken_off(world: World) -> None:
    url = f"{PEOPLE}/{world.tutor}"
    body = {"standing": "deputy", "channels": ["email"]}
    assert (await coordinator(world).put(url, body)).status == 403
    reply = await lead(world).put(url, body)
    assert [one["staff_id"] for one in reply.body["items"]][:2] == [world.lead, world.coordinator]
    assert [one["place"] for one in reply.body["items"]] == [1, 2, None]
    made = await coordinator(world).post(TURNS, a_turn(world, staff_id=world.tutor))
    assert made.status == 201, made.text
    found = (await coordinator(world).get(TURNS)).body["items"]
    turn_id = made.body["id"]
    assert next(one for one in found if one["turn_id"] == turn_id)["weekdays"] == [5, 6]
    assert (await coordinator(world).delete(f"{TURNS}/{turn_id}")).status == 204
    assert (await coordinator(world).delete(f"{TURNS}/{turn_id}")).status == 404
    assert (await lead(world).delete(url)).status == 204
    assert (await lead(world).delete(url)).status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [7]}, "weekdays"),
        ({"last_day": "2026-11-01"}, "last_day"),
        ({"staff_id": "staff_nobody"}, "staff_id"),
    ],
)
async def test_a_turn_that_could_reach_nobody_is_refused(
    world: World, changes: dict[str, Any], field: str
) -> None:
    reply = await lead(world).post(TURNS, a_turn(world, **changes))
    assert reply.status == 422, reply.text
    assert any(name.startswith(field) for name in reply.fields), reply.text


async def test_nobody_is_to_be_rung_whose_number_is_not_on_record(world: World) -> None:
    body = {"standing": "lead", "channels": ["sms", "email"]}
    reply = await lead(world).put(f"{PEOPLE}/{world.lead}", body)
    assert (reply.status, reply.fields) == (422, {"channels": "no_number"})
    twice = {"standing": "lead", "channels": ["email", "email"]}
    assert (await lead(world).put(f"{PEOPLE}/{world.lead}", twice)).status == 422
    admin = world.house.api(Role.ADMIN, subject="staff_admin")
    unknown = await admin.put(f"{PEOPLE}/staff_nobody", {"standing": "lead", "channels": ["page"]})
    assert unknown.status == 404
