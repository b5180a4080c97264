"""Booking over HTTP: what is made of a request, and what is refused without a trace."""

from typing import Any

import pytest

from tests.api.people import a_booking, coordinator, stored, tutor
from tests.api.replies import refused
from tests.world import World, a_clear_session, a_colleague, book


async def test_a_blocked_booking_is_made_and_says_what_is_missing(world: World) -> None:
    reply = await coordinator(world).post("/v1/sessions", a_booking(world))
    assert reply.status == 201
    assert reply.body["state"] == "booked"
    assert reply.body["meeting_open"] is False
    codes = {blocker["code"] for blocker in reply.body["blockers"]["open"]}
    assert codes == {"consent_missing", "second_staff_missing", "pledge_missing"}
    assert reply.etag == '"1"'
    assert await world.house.rooms.meetings() == []


async def test_the_clearance_names_rule_clause_and_who_can_lift_it(world: World) -> None:
    session_id = await book(world)
    found = (await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert (found["stage"], found["is_clear"], found["clear_children"]) == ("open", False, [])
    by_code = {blocker["code"]: blocker for blocker in found["blockers"]}
    assert by_code["consent_missing"]["child_id"] == world.family.child
    assert by_code["consent_missing"]["rule"] == "R-01"
    assert by_code["consent_missing"]["lifted_by"] == "a parent"
    assert by_code["second_staff_missing"]["clauses"] == ["POL-03"]
    assert by_code["second_staff_missing"]["overridable"] is False


async def test_a_clear_session_lists_its_clear_children(world: World) -> None:
    session_id = await a_clear_session(world)
    found = (await tutor(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert found["is_clear"] is True
    assert found["clear_children"] == [world.family.child]
    assert found["blockers"] == []


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b'{"purpose": ', 400, "malformed_json"),
        (b'{"purpose": "a", "purpose": "b"}', 400, "malformed_json"),
        (b'{"purpose": NaN}', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"purpose": "' + b"x" * 70_000 + b'"}', 413, "too_large"),
    ],
)
async def test_broken_or_huge_json_is_refused(
    world: World, raw: bytes, status: int, code: str
) -> None:
    before = await stored(world.house)
    api = coordinator(world)
    reply = await api.call(
        "POST", "/v1/sessions", data=raw, headers={"Content-Type": "application/json"}
    )
    refused(reply, status, code)
    assert await stored(world.house) == before


PAST = "2026-11-24T14:59:00Z"
ILL: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": "red"}, "colour", "unknown_field"),
    ({"starts_at": PAST}, "starts_at", "in_the_past"),
    ({"starts_at": "2026-11-25T16:00:00"}, "starts_at", "offset_missing"),
    ({"starts_at": "2026-02-30T16:00:00Z"}, "starts_at", "no_such_instant"),
    ({"starts_at": 1_800_000_000}, "starts_at", "not_an_instant"),
    ({"local_start": "2027-03-28T01:30"}, "body", "ambiguous_time"),
    ({"starts_at": None, "local_start": "2027-03-28T01:30"}, "local_start", "no_such_local_time"),
    ({"starts_at": None, "local_start": "2027-10-31T01:30"}, "local_start", "ambiguous_local_time"),
    ({"starts_at": None, "local_start": "2027-02-30T01:30"}, "local_start", "no_such_local_time"),
    ({"starts_at": None, "local_start": "2027-03-28T10:30", "zone": "Mars/One"}, "zone", "unknown_zone"),
    ({"zone": "../../etc/passwd"}, "zone", "unknown_zone"),
    ({"ends_at": "2026-11-25T16:00:00Z"}, "body", "ambiguous_time"),
    ({"duration_minutes": 241}, "duration_minutes", "too_large"),
    ({"duration_minutes": "45"}, "duration_minutes", "wrong_type"),
    ({"duration_minutes": None, "ends_at": PAST}, "ends_at", "before_start"),
    ({"purpose": "   "}, "purpose", "too_short"),
    ({"purpose": None}, "purpose", "missing"),
    ({"children": []}, "children", "too_few"),
    ({"children": ["child_nobody"]}, "children.0", "unknown"),
    ({"children": ["a b"]}, "children.0", "wrong_form"),
    ({"tutor_id": "staff_nobody"}, "tutor_id", "unknown"),
    ({"provider": "skype"}, "provider", "unknown"),
    ({"cover_mode": "never"}, "cover_mode", "not_a_choice"),
]  # fmt: skip


@pytest.mark.pitfall(34)
async def test_what_makes_no_sense_is_refused_by_field_and_nothing_is_stored(world: World) -> None:
    before = await stored(world.house)
    for changes, field, code in ILL:
        reply = await coordinator(world).post("/v1/sessions", a_booking(world, **changes))
        assert reply.status == 422, f"{changes}: {reply.text}"
        assert reply.fields.get(field) == code, f"{changes}: {reply.text}"
    assert await stored(world.house) == before


@pytest.mark.pitfall(34)
async def test_a_wall_clock_time_becomes_the_instant_clocks_there_show_it(world: World) -> None:
    body = a_booking(world, starts_at=None, local_start="2027-06-01T16:00", zone="Europe/Paris")
    booked = (await coordinator(world).post("/v1/sessions", body)).body
    assert booked["starts_at"] == "2027-06-01T14:00:00Z"
    assert (booked["local_start"], booked["zone"]) == ("2027-06-01T16:00", "Europe/Paris")


async def test_a_tutor_books_only_for_themselves(world: World) -> None:
    other = await a_colleague(world.house, "Tina", "tina")
    before = await stored(world.house)
    reply = await tutor(world).post("/v1/sessions", a_booking(world, tutor_id=other))
    refused(reply, 403, "not_allowed")
    assert await stored(world.house) == before
    assert (await tutor(world).post("/v1/sessions", a_booking(world))).status == 201
