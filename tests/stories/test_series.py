"""A weekly series over HTTP: each occurrence is booked or refused alone, and the wall clock stays."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.policy.people import Role
from tests.api.people import a_booking, coordinator, machine, recorded, stored, tutor
from tests.harness import Reply
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import World, a_colleague, a_family, say

FIRST = "2026-12-01T16:00"


def a_series(world: World, **changes: Any) -> dict[str, Any]:
    """Four Tuesdays."""
    body = {
        "tutor_id": world.tutor,
        "children": [world.family.child],
        "local_start": FIRST,
        "duration_minutes": 45,
        "count": 4,
        "purpose": "Fractions",
    } | changes
    return {name: value for name, value in body.items() if value is not None}


async def booked(world: World, **changes: Any) -> Any:
    reply = await coordinator(world).post("/v1/series", a_series(world, **changes))
    assert reply.status == 201, reply.text
    return reply.body


@on_sqlite
async def test_a_series_is_one_session_a_week_each_with_its_own_blockers(world: World) -> None:
    body = await booked(world)
    assert [one["starts_at"] for one in body["occurrences"]] == [
        f"2026-12-{day:02d}T16:00:00Z" for day in (1, 8, 15, 22)
    ]
    for one in body["occurrences"]:
        shown = (await coordinator(world).get(f"/v1/sessions/{one['session_id']}")).body
        assert (shown["state"], shown["series_id"]) == ("booked", body["series_id"])
        assert {blocker["code"] for blocker in shown["blockers"]["open"]} == {
            "consent_missing", "second_staff_missing", "pledge_missing",
        }  # fmt: skip
    again = (await tutor(world).get(f"/v1/series/{body['series_id']}")).body
    assert again == body
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(34)
async def test_the_wall_clock_stays_over_the_clock_change(world: World) -> None:
    body = await booked(world, local_start="2027-03-16T16:00", until="2027-03-30", count=None)
    assert [one["local_start"] for one in body["occurrences"]] == [
        f"2027-03-{day}T16:00:00" for day in (16, 23, 30)
    ]
    assert [one["starts_at"][11:16] for one in body["occurrences"]] == ["16:00", "16:00", "15:00"]
    # A time that clocks skip is refused alone.
    body = await booked(world, local_start="2027-03-21T01:30", count=3)
    refused = [one for one in body["occurrences"] if one["refused"]]
    assert [(one["local_start"], one["refused"]["code"]) for one in refused] == [
        ("2027-03-28T01:30:00", "no_such_local_time")
    ]
    assert sum(one["session_id"] is not None for one in body["occurrences"]) == 2


async def test_an_occurrence_that_clashes_says_with_whom_and_the_others_stand(
    world: World,
) -> None:
    other = await a_family(world.house, "brook", world.coordinator)
    tina = await a_colleague(world.house, "Tina", "tina")
    taken = a_booking(world, starts_at="2026-12-08T16:30:00Z", children=[other.child])
    assert (await coordinator(world).post("/v1/sessions", taken)).status == 201
    taken = a_booking(world, starts_at="2026-12-08T16:00:00Z", tutor_id=tina)
    assert (await coordinator(world).post("/v1/sessions", taken)).status == 201
    body = await booked(world)
    refused = [
        (one["local_start"], one["refused"]) for one in body["occurrences"] if one["refused"]
    ]
    assert [(at, why["code"], why["field"]) for at, why in refused] == [
        ("2026-12-08T16:00:00", "taken", "tutor_id")
    ]
    told = [
        (one["field"], one["code"], one["lifted_by"], one["lift_before"])
        for one in refused[0][1]["problems"]
    ]
    by = ("taken", "a coordinator", "2026-12-08T16:00:00Z")
    assert told == [("tutor_id", *by), ("children.0", *by)]
    assert (await tutor(world).get(f"/v1/series/{body['series_id']}")).body == body
    assert len([one for one in body["occurrences"] if one["state"] == "booked"]) == 3
    assert (await recorded(world.house)).count("session.booked") == 2 + 3
    await check_everything(world.house)


@on_sqlite
async def test_a_dry_run_tells_the_same_and_leaves_nothing(world: World) -> None:
    taken = a_booking(world, starts_at="2026-12-08T16:30:00Z")
    assert (await coordinator(world).post("/v1/sessions", taken)).status == 201
    before = await stored(world.house)
    api = coordinator(world)
    reply = await api.post("/v1/series", a_series(world, dry_run=True))
    assert (reply.status, reply.body["series_id"]) == (200, None)
    assert [one["refused"] is not None for one in reply.body["occurrences"]] == [
        False, True, False, False,
    ]  # fmt: skip
    # One of which nothing can be booked is not there at all.
    nothing = a_series(world, local_start="2026-12-08T16:15", count=1)
    reply = await api.post("/v1/series", nothing)
    assert (reply.status, reply.code) == (409, "no_occurrence")
    (told,) = reply.body["details"]["occurrences"]
    assert [one["field"] for one in told["problems"]] == ["tutor_id", "children.0"]
    assert told["problems"][0]["lifted_by"] == "a coordinator"
    assert await stored(world.house) == before


@on_sqlite
@pytest.mark.pitfall(32)
async def test_what_lies_in_the_past_is_refused_and_each_has_its_own_purpose(world: World) -> None:
    body = await booked(
        world, local_start="2026-11-17T16:00", count=2, purpose=None, purposes=["One", "Two"]
    )
    past, ahead = body["occurrences"]
    assert (past["refused"]["code"], past["session_id"]) == ("in_the_past", None)
    shown = await coordinator(world).get(f"/v1/sessions/{ahead['session_id']}")
    assert (shown.body["state"], shown.body["purpose"]) == ("booked", "Two")


ILL: list[tuple[dict[str, Any], str]] = [
    ({"count": 27}, "too_large"),
    ({"count": 0}, "too_small"),
    ({"count": None}, "ambiguous_time"),
    ({"until": "2027-01-01"}, "ambiguous_time"),
    ({"count": None, "until": "2026-11-30"}, "wrong_number"),
    ({"count": None, "until": "2027-12-01"}, "wrong_number"),
    ({"count": None, "until": "soon"}, "wrong_form"),
    ({"purpose": None}, "ambiguous"),
    ({"purposes": ["One"]}, "ambiguous"),
    ({"purpose": None, "purposes": ["One", "Two"]}, "wrong_number"),
    ({"zone": "Mars/One"}, "unknown_zone"),
    ({"local_start": "2027-02-30T16:00"}, "no_such_local_time"),
    ({"children": ["child_nobody"]}, "unknown"),
    ({"tutor_id": "staff_nobody"}, "unknown"),
    ({"duration_minutes": 241}, "too_large"),
]


@on_sqlite
async def test_what_makes_no_sense_is_refused_and_nothing_is_stored(world: World) -> None:
    before = await stored(world.house)
    for changes, code in ILL:
        reply = await coordinator(world).post("/v1/series", a_series(world, **changes))
        assert reply.status == 422, f"{changes}: {reply.text}"
        if code != "wrong_form":
            assert code in reply.fields.values(), f"{changes}: {reply.text}"
    assert await stored(world.house) == before


@on_sqlite
async def test_the_same_external_id_answers_the_same_series(world: World) -> None:
    body = a_series(world, external_id="platform-7")
    replies: list[Reply] = await asyncio.gather(
        *(machine(world).post("/v1/series", body) for _ in range(3))
    )
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body["series_id"] for reply in replies}) == 1
    other = await machine(world).post("/v1/series", body | {"count": 3})
    assert (other.status, other.code) == (409, "external_id_taken")
    assert (await recorded(world.house)).count("session.booked") == 4


@on_sqlite
async def test_the_external_id_of_a_series_that_is_off_answers_no_series(world: World) -> None:
    made = await booked(world, external_id="platform-7")
    place = f"/v1/series/{made['series_id']}/cancel"
    assert (await coordinator(world).post(place, {"reason": "They moved away."})).ok
    again = await machine(world).post("/v1/series", a_series(world, external_id="platform-7"))
    assert (again.status, again.code) == (409, "external_id_over")
    assert again.body["details"] == {"series_id": made["series_id"]}
    assert (await recorded(world.house)).count("session.booked") == 4


@on_sqlite
async def test_only_own_series_are_booked_seen_and_called_off(world: World) -> None:
    other = await a_colleague(world.house, "Tina", "tina")
    stranger = world.house.api(Role.TUTOR, subject=other)
    assert (await stranger.post("/v1/series", a_series(world))).status == 403
    place = f"/v1/series/{(await booked(world))['series_id']}"
    assert (await stranger.get(place)).status == 404
    assert (await stranger.post(f"{place}/cancel", {"reason": "x"})).status == 404
    assert (await tutor(world).get(place)).status == 200
    assert (await tutor(world).get("/v1/series/series_nothing")).status == 404


@on_sqlite
async def test_whoever_sees_every_series_for_an_inspection_calls_none_off(world: World) -> None:
    other = await a_colleague(world.house, "Tina", "tina")
    inspecting = world.house.api(Role.TUTOR, Role.INSPECTOR, subject=other)
    place = f"/v1/series/{(await booked(world))['series_id']}"
    assert (await inspecting.get(place)).status == 200
    assert (await inspecting.post(f"{place}/cancel", {"reason": "x"})).status == 404


@on_sqlite
async def test_the_rest_of_a_series_is_called_off_with_one_letter_to_each_adult(
    world: World,
) -> None:
    await say(world)
    body = await booked(world)
    place, house = f"/v1/series/{body['series_id']}", world.house
    await house.settle()
    assert (await tutor(world).post(f"{place}/cancel", {"reason": " "})).status == 422
    since = {"reason": "The tutor moves away.", "from": "2026-12-08T16:00:00Z"}
    reply = await tutor(world).post(f"{place}/cancel", since)
    off = [one["session_id"] for one in body["occurrences"][1:]]
    assert (reply.status, reply.body["session_ids"]) == (200, off)
    states = [one["state"] for one in (await tutor(world).get(place)).body["occurrences"]]
    assert states == ["booked", "cancelled", "cancelled", "cancelled"]
    await house.settle()
    (letter,) = house.letters(world.family.mother_mail, "Sessions do not take place")
    assert letter.text.count("16:00") == 3
    again = await tutor(world).post(f"{place}/cancel", {"reason": "All of it."})
    assert again.body["session_ids"] == [body["occurrences"][0]["session_id"]]
    await check_everything(house)


@on_sqlite
async def test_families_get_one_letter_for_the_series_and_a_page_before_each_day(
    world: World,
) -> None:
    await say(world)
    body, house = await booked(world), world.house
    await house.settle()
    (letter,) = house.letters(world.family.mother_mail, "Sessions need your promise")
    assert letter.text.count("Fractions") == 4
    assert house.letters(world.family.mother_mail, "A session is coming") == []
    second = datetime.fromisoformat(body["occurrences"][1]["starts_at"])
    await house.until(second - timedelta(days=7))
    await house.settle()
    (coming,) = house.letters(world.family.mother_mail, "A session is coming")
    assert "8 December" in coming.text
    assert coming.link != letter.link
    await check_everything(house)


@on_sqlite
async def test_a_letter_about_a_session_that_is_off_does_not_go_out(world: World) -> None:
    await say(world)
    body, house = await booked(world, count=2), world.house
    later = body["occurrences"][1]["session_id"]
    off = await coordinator(world).post(f"/v1/sessions/{later}/cancel", {"reason": "ill"})
    assert off.status == 200
    await house.until(datetime.fromisoformat(body["occurrences"][1]["starts_at"]))
    await house.settle()
    assert house.letters(world.family.mother_mail, "A session is coming") == []
    told = house.letters(world.family.mother_mail, "A session does not take place")
    assert len([letter for letter in told if "8 December" in letter.text]) == 1
    await check_everything(house)
