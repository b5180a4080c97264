"""A refused booking says everything that stands in its way, who can lift it, and until when that helps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.errors import Conflict
from service.policy.people import Role
from service.policy.session import CoverMode
from service.workflows.families import merging
from service.workflows.sessions import booking
from tests.api.people import a_booking, coordinator, recorded, stored, tutor
from tests.harness import Reply
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import World, a_colleague, a_family, book, cover

pytestmark = on_sqlite


def said(reply: Reply) -> dict[str, tuple[str, str | None, str | None]]:
    """What is refused by field: the code, who can lift it, and until when."""
    return {
        one["field"]: (one["code"], one.get("lifted_by"), one.get("lift_before"))
        for one in reply.body["fields"]
    }


async def test_everybody_who_is_taken_is_named_at_once_and_never_by_which_session(
    world: World,
) -> None:
    house = world.house
    brook = await a_family(house, "brook", world.coordinator)
    tina = await a_colleague(house, "Tina", "tina")
    others = [await book(world), await book(world, brook.child, tutor=tina)]
    starts_at = house.clock.now() + timedelta(minutes=65)
    wanted = a_booking(
        world, children=[world.family.child, brook.child], starts_at=starts_at.isoformat()
    )
    before = await stored(house)
    reply = await tutor(world).post("/v1/sessions", wanted)
    assert (reply.status, reply.code) == (409, "taken")
    by = ("taken", "a coordinator", "2026-11-24T16:05:00Z")
    assert said(reply) == {"tutor_id": by, "children.0": by, "children.1": by}
    assert all(
        one["sentence"].endswith("another session at that time.") for one in reply.body["fields"]
    )
    for secret in (*others, tina, world.family.child, brook.child):
        assert secret not in reply.text
    # The same words when a session that is there already is to be changed.
    free = await a_colleague(house, "Fay", "fay")
    later = await book(world, tutor=free, starts_at=starts_at + timedelta(hours=1))
    change = {
        "tutor_id": world.tutor,
        "children": wanted["children"],
        "starts_at": wanted["starts_at"],
    }
    moved = await coordinator(world).call(
        "PATCH", f"/v1/sessions/{later}", change, headers={"If-Match": '"1"'}
    )
    assert (moved.status, said(moved)) == (409, said(reply))
    await coordinator(world).post(f"/v1/sessions/{later}/cancel", {"reason": "done"})
    assert {name: rows for name, rows in before.items() if name == "engagements"} == {
        "engagements": (await stored(house))["engagements"]
    }
    await check_everything(house)


async def test_what_is_wrong_and_who_is_taken_come_in_one_answer(world: World) -> None:
    house = world.house
    brook, hill = [await a_family(house, name, world.coordinator) for name in ("brook", "hill")]
    alone = {"kind": "do_not_contact", "reason": "The family asked for it."}
    kept = await coordinator(world).put(f"/v1/children/{brook.child}/restriction", alone)
    assert kept.status == 204, kept.text
    merge = merging.MergeChild(hill.child, brook.child, "entered twice")
    as_lead = world.actor(world.lead, Role.DSL, Role.COORDINATOR)
    await house.do(merging.merge_child, merge, as_lead)
    await book(world)
    starts_at = (house.clock.now() + timedelta(hours=1)).isoformat()
    children = ["child_nobody", brook.child, hill.child, world.family.child, world.family.child]
    wanted = a_booking(world, children=children, starts_at=starts_at)
    reply = await coordinator(world).post("/v1/sessions", wanted)
    assert reply.status == 422
    by = "2026-11-24T16:00:00Z"
    assert said(reply) == {
        "children": ("doubled", None, None),
        "children.0": ("unknown", "a coordinator", by),
        "children.1": ("no_sessions", "a coordinator, or the safeguarding lead", by),
        "children.2": ("merged", None, None),
        "children.3": ("taken", "a coordinator", by),
        "children.4": ("taken", "a coordinator", by),
        "tutor_id": ("taken", "a coordinator", by),
    }
    assert "asked" not in reply.text, "why a child has no sessions is not said"
    unknown = wanted | {"tutor_id": "staff_nobody", "duration_minutes": None, "ends_at": starts_at}
    del unknown["duration_minutes"]
    reply = await coordinator(world).post("/v1/sessions", unknown)
    assert (said(reply)["tutor_id"][0], said(reply)["ends_at"][0]) == ("unknown", "before_start")


async def test_a_tutor_who_is_second_staff_elsewhere_is_taken_too(world: World) -> None:
    tina = await a_colleague(world.house, "Tina", "tina")
    session_id = await book(world, tutor=tina)
    await cover(world, session_id, world.tutor)
    brook = await a_family(world.house, "brook", world.coordinator)
    starts_at = (world.house.clock.now() + timedelta(hours=1)).isoformat()
    wanted = a_booking(world, children=[brook.child, world.family.child], starts_at=starts_at)
    reply = await coordinator(world).post("/v1/sessions", wanted)
    assert reply.fields == {"tutor_id": "taken", "children.1": "taken"}


@pytest.mark.pitfall(31)
async def test_a_lock_says_who_may_change_the_session_and_until_when(world: World) -> None:
    session_id = await book(world)
    await world.house.advance(minutes=30)
    place = f"/v1/sessions/{session_id}"
    change = {"purpose": "Sums"}
    reply = await tutor(world).call("PATCH", place, change, headers={"If-Match": '"1"'})
    office = "a coordinator, or the safeguarding lead"
    assert said(reply) == {"body": ("change_locked", office, "2026-11-24T16:00:00Z")}


FAR: list[dict[str, Any]] = [
    {"starts_at": "9999-12-30T12:00:00Z"},
    {"starts_at": "2027-12-29T15:00:01Z"},
    {"starts_at": None, "local_start": "2028-02-01T16:00"},
]


async def test_nothing_is_booked_further_ahead_than_the_organisation_books(world: World) -> None:
    before, entries = await stored(world.house), await recorded(world.house)
    api = coordinator(world)
    for start in FAR:
        reply = await api.post("/v1/sessions", a_booking(world, **start))
        assert reply.fields == {"starts_at": "too_far_ahead"}, reply.text
        assert "at most 400 days ahead" in reply.text
    weekly = a_booking(world, starts_at=None, count=9, local_start="9999-12-24T23:50")
    reply = await api.post("/v1/series", weekly)
    assert reply.fields["local_start"] in {"too_far_ahead", "out_of_range"}, reply.text
    reply = await api.post("/v1/series", weekly | {"local_start": "2028-01-06T16:00"})
    assert reply.fields == {"local_start": "too_far_ahead"}
    assert await stored(world.house) == before
    assert "session.booked" not in (await recorded(world.house))[len(entries) :]

    # The last day of the bound is inside it, and a series is cut where it ends.
    weekly["local_start"] = "2027-12-22T10:00"
    occurrences = (await api.post("/v1/series", weekly | {"count": 3})).body["occurrences"]
    assert [one["refused"] and one["refused"]["code"] for one in occurrences] == [
        None, None, "too_far_ahead",
    ]  # fmt: skip
    place = f"/v1/sessions/{occurrences[0]['session_id']}"
    moved = await api.call(
        "PATCH", place, {"local_start": "2028-02-01T16:00"}, headers={"If-Match": '"1"'}
    )
    assert (moved.status, moved.fields) == (422, {"starts_at": "too_far_ahead"})


async def test_an_external_id_of_a_session_that_is_over_books_nothing_and_says_so(
    world: World,
) -> None:
    api, body = coordinator(world), a_booking(world, external_id="b-1")
    session_id = (await api.post("/v1/sessions", body)).body["session_id"]
    assert (await api.post(f"/v1/sessions/{session_id}/cancel", {"reason": "ill"})).status == 200
    before = await stored(world.house)
    for again in (body, body | {"purpose": "Decimals"}):
        reply = await api.post("/v1/sessions", again)
        assert (reply.status, reply.code) == (409, "external_id_over")
        assert reply.body["details"] == {"session_id": session_id, "state": "cancelled"}
        assert "Book under a new one." in reply.body["detail"]
    assert await stored(world.house) == before
    assert (await api.post("/v1/sessions", body | {"external_id": "b-2"})).status == 201


async def test_another_provider_or_cover_mode_under_an_external_id_is_other_content(
    world: World,
) -> None:
    api, body = coordinator(world), a_booking(world, external_id="b-1")
    session_id = (await api.post("/v1/sessions", body)).body["session_id"]
    visiting = await api.post("/v1/sessions", body | {"cover_mode": "visiting"})
    assert (visiting.status, visiting.code) == (409, "external_id_taken")
    assert visiting.body["details"] == {"session_id": session_id}
    starts_at = world.house.clock.now() + timedelta(hours=2)
    same = booking.BookSession(
        "b-1",
        world.tutor,
        (world.family.child,),
        booking.Terms(
            starts_at, starts_at + timedelta(minutes=45), "local", "Europe/London", "Fractions"
        ),
        "zoom",
        CoverMode.THROUGHOUT,
    )
    assert await world.house.do(booking.book_session, same, world.as_coordinator) == session_id
    with pytest.raises(Conflict) as refused:
        elsewhere = replace(same, provider="teams")
        await world.house.do(booking.book_session, elsewhere, world.as_coordinator)
    assert refused.value.code == "external_id_taken"


async def test_who_can_lift_what_is_part_of_the_published_description(world: World) -> None:
    document = (await coordinator(world).get("/openapi.json")).body
    told = document["components"]["schemas"]["FieldView"]["properties"]
    assert "Who can lift this" in told["lifted_by"]["description"]
    assert "Until when" in told["lift_before"]["description"]
