"""A call must end, and nobody outside can end it: people are telephoned, one by one (pitfall 54)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from service.policy.people import Restriction, Role, SessionId
from service.store.alerts import alerts
from service.store.alerts.alerts import Alert
from service.store.transactions import Reader
from service.workflows.families.parting import Restrict, restrict
from tests.board.watching import coordinator, entries, lead, somebody
from tests.harness import Api
from tests.invariants import check_everything
from tests.stories.falls import second_staff_is_released
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    in_the_check_in_window,
    on_teams,
    second_staff_go_in,
    the_call_ends,
    tutor_goes_in,
    waits,
)
from tests.world import World, book, check_in

pytestmark = [on_teams, pytest.mark.pitfall(54)]


def of(world: World, role: Role = Role.COORDINATOR) -> Api:
    people = {Role.DSL: world.lead, Role.TUTOR: world.tutor, Role.SECOND_STAFF: world.second}
    return world.house.api(role, subject=people.get(role, world.coordinator))


async def whom(world: World, session_id: SessionId, role: Role = Role.COORDINATOR) -> Any:
    reply = await of(world, role).get(f"/v1/sessions/{session_id}/call-down")
    assert reply.status == 200, reply.text
    return reply.body


async def note(world: World, session_id: SessionId, who: str, outcome: str) -> int:
    body = {"whom": who, "outcome": outcome}
    return (await of(world).post(f"/v1/sessions/{session_id}/call-down", body)).status


async def the_alert(world: World) -> Alert:
    def listed(reader: Reader) -> tuple[Alert, ...]:
        return alerts.listed(reader, after="", limit=200, open_only=True)

    (found,) = [one for one in await world.house.read(listed) if one.code == "end_call_by_hand"]
    return found  # type: ignore[no-any-return]


async def a_shut_room_with_people_inside(world: World) -> SessionId:
    session_id = await a_live_session(world)
    await second_staff_is_released(world, session_id)
    await world.house.settle()
    return session_id


def url(world: World, session_id: SessionId) -> str:
    return f"{world.house.base_url}/live/rooms/{session_id}/call-down"


async def test_people_are_called_in_order_until_the_provider_says_that_nobody_is_inside(
    world: World,
) -> None:
    session_id = await a_shut_room_with_people_inside(world)
    found = await whom(world, session_id)
    assert found["shut_at"]
    assert [one["called_as"] for one in found["to_call"]] == [
        "second_staff", "tutor", "promised_adult",
    ]  # fmt: skip
    second, _, mother = found["to_call"]
    assert (second["whom"], second["name"]) == (world.second, "Sam")
    assert "End meeting" in second["say"]
    assert (mother["whom"], mother["children"]) == (world.family.mother, ["River"])
    assert mother["phone"].startswith("07700 900")
    assert await note(world, session_id, world.second, "not_reached") == 201
    assert await note(world, session_id, world.tutor, "reached") == 201
    found = await whom(world, session_id)
    assert [one["whom"] for one in found["to_call"]] == [
        world.second, world.family.mother, world.tutor,
    ]  # fmt: skip
    assert found["to_call"][0]["last_outcome"] == "not_reached"
    assert (await the_alert(world)).over_since is None
    await the_call_ends(world)
    assert (await the_alert(world)).over_since is not None
    found = await whom(world, session_id)
    assert found["over_since"]
    assert not any(one["may_be_inside"] for one in found["to_call"])
    await check_everything(world.house)


async def test_every_look_and_every_call_is_recorded_and_no_leaf_names_anybody(
    world: World,
) -> None:
    session_id = await a_shut_room_with_people_inside(world)
    await whom(world, session_id)
    await whom(world, session_id, Role.DSL)
    await note(world, session_id, world.family.mother, "left_message")
    reads = await entries(world, "record.read")
    assert [one["facts"] for one in reads] == [{"part": "call_down"}] * 2
    (call,) = await entries(world, "call_down.noted")
    assert call["facts"] == {"called_as": "promised_adult", "outcome": "left_message"}
    for one in (*reads, call):
        for kept in ("Sam", "Mother", "River", "07700"):
            assert kept not in json.dumps(one, default=str)
    await check_everything(world.house)


async def test_whoever_may_not_be_called_is_refused_and_so_is_whoever_may_not_look(
    world: World,
) -> None:
    session_id = await a_shut_room_with_people_inside(world)
    for role in (Role.TUTOR, Role.SECOND_STAFF, Role.INSPECTOR, Role.ADMIN, Role.MACHINE):
        assert (await of(world, role).get(f"/v1/sessions/{session_id}/call-down")).status == 403
        browser = await somebody(world, world.tutor, role)
        assert (await browser.open(url(world, session_id))).status == 403
    later = world.house.clock.now() + timedelta(hours=2)
    booked = await book(world, starts_at=later)
    assert (await of(world).get(f"/v1/sessions/{booked}/call-down")).status == 404
    assert await note(world, session_id, world.family.father, "reached") == 404  # named by nobody
    assert await note(world, session_id, world.second, "gossip") == 422
    await check_everything(world.house)


async def test_a_hidden_number_is_for_the_lead_and_a_restricted_adult_is_never_called(
    world: World,
) -> None:
    session_id = await a_shut_room_with_people_inside(world)
    mother = world.family.mother
    hide = Restrict(mother, None, True, "Refuge")
    await world.house.do(restrict, hide, world.as_coordinator)
    seen = (await whom(world, session_id))["to_call"][-1]
    assert (seen["whom"], seen["phone"], seen["number_hidden"]) == (mother, None, True)
    page = await (await coordinator(world)).open(url(world, session_id))
    assert "Only the safeguarding lead may see this number." in page.text
    assert "07700" not in page.text
    assert (await whom(world, session_id, Role.DSL))["to_call"][-1]["phone"]
    order = Restrict(mother, Restriction.NO_CONTACT, True, "Court order")
    await world.house.do(restrict, order, world.as_coordinator)
    found = await whom(world, session_id, Role.DSL)
    assert mother not in {one["whom"] for one in found["to_call"]}
    assert found["nobody_for"] == ["River"]
    await check_everything(world.house)


async def test_the_page_takes_one_tap_for_each_call_and_needs_no_script(world: World) -> None:
    session_id = await a_shut_room_with_people_inside(world)
    viewer = await coordinator(world)
    room = await viewer.open(url(world, session_id).removesuffix("/call-down"))
    assert f'href="/live/rooms/{session_id}/call-down"' in room.text
    page = await viewer.open(url(world, session_id))
    for shown in ("Second staff", "Sam", "Mother River", 'href="tel:07700900'):
        assert shown in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    tapped = {"whom": [world.second], "outcome": ["reached"]}
    sent = await viewer.post(url(world, session_id), page.forms["called"] | tapped)
    assert sent.status == 303
    text = (await viewer.open(url(world, session_id))).text
    assert "Reached at" in text
    assert text.index("Theo") < text.index("Sam")
    forged = page.forms["called"] | tapped | {"form_token": ["x"]}
    assert (await viewer.post(url(world, session_id), forged)).status == 403
    viewer.headers["Accept-Language"] = "de"
    assert "Die Stunde muss jetzt enden." in (await viewer.open(url(world, session_id))).text
    assert (await (await lead(world)).open(url(world, session_id))).status == 200


async def test_a_household_that_was_let_in_and_never_told_of_may_be_inside_when_staff_have_gone(
    world: World,
) -> None:
    never_over = {"call_ended_when_all_left": False}
    await world.house.rooms.control("POST", "options", never_over)
    session_id = await in_the_check_in_window(world)
    staff = [await second_staff_go_in(world, session_id), await tutor_goes_in(world, session_id)]
    await check_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    assert await waits(world, session_id, mother, world.family.child) is None  # it was let in
    for person in staff:
        await world.house.rooms.act(person["key"], "leave")
    await world.house.settle()
    await second_staff_is_released(world, session_id)
    assert "end_call_by_hand" in await alerts_now(world)
    inside = [one for one in (await whom(world, session_id))["to_call"] if one["may_be_inside"]]
    assert [one["called_as"] for one in inside] == ["promised_adult"]
    await check_everything(world.house)
