"""A session from the open door to its statements, over HTTP."""

from typing import Any

import jwt
import pytest

from tests.api.people import a_promise, coordinator, here, lead, second, stored, tutor
from tests.world import World, a_clear_session, an_open_session

SAID = {"took_place": "yes", "adult_present": "yes", "second_staff_present": "yes"}


async def opened(world: World) -> tuple[str, str]:
    """A session whose second staff is in the room by Zoom's word; its id and place."""
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    place = f"/v1/sessions/{session_id}"
    url = (await second(world).post(f"{place}/door")).body["url"]
    await world.house.rooms.follow(url, "second")
    await world.house.settle()
    return session_id, place


async def test_the_door_lets_in_second_staff_first_and_each_by_their_own_way(world: World) -> None:
    session_id = await an_open_session(world)
    place = f"/v1/sessions/{session_id}"
    early = (await second(world).get(f"{place}/door")).body
    assert (early["open"], [one["code"] for one in early["waits"]]) == (False, ["too_early"])
    before = await stored(world.house)
    refused = await tutor(world).post(f"{place}/door")
    assert (refused.status, refused.code) == (409, "not_admitted")
    assert (await coordinator(world).post(f"{place}/door")).status == 404
    assert await stored(world.house) == before
    await world.house.advance(minutes=10)
    assert (await second(world).get(f"{place}/door")).body["place"] == "second_staff"
    ways = [(await who(world).post(f"{place}/door")).body["url"] for who in (second, tutor)]
    assert len(set(ways)) == 2
    shown = (await lead(world).get(place)).text + (await lead(world).get(f"{place}/story")).text
    assert not any(way in shown for way in ways)


async def test_a_session_runs_is_watched_and_ended_by_the_lead(world: World) -> None:
    session_id, place = await opened(world)
    assert (await coordinator(world).get(place)).body["state"] == "live"
    said = await coordinator(world).post(f"{place}/check-ins", here(world))
    assert said.status == 201, said.text
    assert (await second(world).post(f"{place}/check-ins", {"in_the_room": True})).status == 201
    assert (await tutor(world).post(f"{place}/check-ins", {"in_the_room": True})).status == 403
    assert (await tutor(world).post(f"{place}/check-ins", {"in_the_room": False})).status == 201
    assert (await tutor(world).post(f"{place}/check-ins", {})).fields == {"body": "ambiguous"}
    seen: dict[str, Any] = {"child_id": world.family.child, "result": "not_shown"}
    assert (await tutor(world).post(f"{place}/sightings", seen)).status == 403
    assert (await second(world).post(f"{place}/sightings", seen)).status == 201
    await world.house.settle()
    alert = (await lead(world).get("/v1/alerts")).body["items"][0]
    assert (alert["code"], alert["session_id"]) == ("adult_not_shown", session_id)
    closing = f"/v1/alerts/{alert['alert_id']}/close"
    assert (await lead(world).post(closing, {"outcome": ""})).status == 422
    closed = await lead(world).post(closing, {"outcome": "The aunt was there."})
    assert closed.body["closed_by"] == world.lead
    assert (await lead(world).post(closing, {"outcome": "again"})).status == 404
    assert (await lead(world).get("/v1/alerts")).body["items"] == []
    assert len((await lead(world).get("/v1/alerts?open_only=false")).body["items"]) == 1
    ended = await lead(world).post(f"{place}/end", {"reason": "something was wrong"})
    assert (ended.status, ended.body["state"]) == (200, "ended")
    late = await coordinator(world).post(f"{place}/pledges", a_promise(world))
    assert (late.status, late.code) == (409, "too_late")


@pytest.mark.pitfall(14, 61, 63)
async def test_statements_are_taken_afterwards_and_differences_are_shown(world: World) -> None:
    _, place = await opened(world)
    place += "/statements"
    before = await stored(world.house)
    soon = await tutor(world).post(place, SAID)
    assert (soon.status, soon.code) == (409, "not_now")
    assert await stored(world.house) == before
    await lead(world).post(place.replace("statements", "end"), {"reason": "done"})
    first = await tutor(world).post(place, SAID)
    assert first.status == 201, first.text
    assert (await tutor(world).post(place, SAID)).code == "already_stated"
    assert (await second(world).post(place, SAID | {"adult_present": "no"})).status == 201
    parent = {
        "child_id": world.family.child,
        "adult_id": world.family.mother,
        "route": "phone",
        "evidence": "number on file",
    }
    taken = await coordinator(world).post(place, SAID | {"parent": parent})
    assert taken.status == 201, taken.text
    assert (await tutor(world).post(place, SAID | {"parent": parent})).status == 403
    found = (await lead(world).get(place)).body
    promised = {world.family.child: "in_the_room"}
    signed = [
        jwt.decode(one["jws"], options={"verify_signature": False}) for one in found["statements"]
    ]
    assert [one["promised"] for one in signed] == [promised] * 3, "each is held against it"
    assert [one["code"] for one in found["findings"]] == ["statements_differ_adult_present"]
    corrected = SAID | {"adult_present": "no", "corrects": found["statements"][1]["statement_id"]}
    assert (await tutor(world).post(place, corrected)).fields == {"corrects": "not_yours"}
    for who, answer in ((second, "yes"),):
        mended = corrected | {"adult_present": answer}
        assert (await who(world).post(place, mended)).status == 201
    found = (await lead(world).get(place)).body
    assert (len(found["statements"]), found["findings"]) == (4, [])
    assert (await tutor(world).get(place)).status == 403


async def test_a_withdrawal_shuts_an_open_session_in_the_same_breath(world: World) -> None:
    session_id = await an_open_session(world)
    word = {
        "child_id": world.family.child,
        "giver_id": world.family.mother,
        "purpose": "take_part",
        "kind": "withdrawn",
        "route": "phone",
        "evidence": "number on file",
    }
    assert (await coordinator(world).post("/v1/consents", word)).status == 201
    found = (await lead(world).get(f"/v1/sessions/{session_id}")).body
    assert (found["state"], found["meeting_open"]) == ("booked", False)
    await world.house.advance(minutes=10)
    assert (await second(world).post(f"/v1/sessions/{session_id}/door")).status == 409


async def test_a_check_in_without_a_promise_or_too_early_stores_nothing(world: World) -> None:
    session_id = await a_clear_session(world)
    place, api = f"/v1/sessions/{session_id}/check-ins", coordinator(world)
    before = await stored(world.house)
    early = await api.post(place, here(world))
    assert (early.status, early.code) == (409, "too_early")
    own = await second(world).post(place, {"in_the_room": True})
    assert (own.status, own.code) == (409, "too_early")
    old = await api.post(place, here(world, terms=2))
    assert (old.status, old.code) == (409, "terms_changed")
    assert await stored(world.house) == before
