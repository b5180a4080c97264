"""Booking, moving and calling off over HTTP: what is taken, and what is refused without a trace."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
from tests.api.people import (
    a_booking,
    coordinator,
    inspector,
    lead,
    machine,
    recorded,
    second,
    stored,
    tutor,
)
from tests.harness import Reply, running
from tests.world import World, a_clear_session, a_colleague, an_open_session, book, say


async def refused(world: World, reply: Reply, status: int, *codes: str) -> None:
    found = {reply.code, *reply.fields.values()}
    assert reply.status == status, reply.text
    assert set(codes) <= found, reply.text


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
    await refused(world, reply, status, code)
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
    await refused(world, reply, 403, "not_allowed")
    assert await stored(world.house) == before
    assert (await tutor(world).post("/v1/sessions", a_booking(world))).status == 201


async def test_an_external_id_books_once_and_other_content_under_it_is_refused(
    world: World,
) -> None:
    api, body = machine(world), a_booking(world, external_id="b-1")
    first, again = await api.post("/v1/sessions", body), await api.post("/v1/sessions", body)
    assert first.body["session_id"] == again.body["session_id"]
    before = await stored(world.house)
    reply = await api.post("/v1/sessions", body | {"purpose": "Decimals"})
    await refused(world, reply, 409, "external_id_taken")
    assert await stored(world.house) == before


async def test_a_repeat_under_one_key_books_once_and_another_body_is_refused(world: World) -> None:
    api, body = coordinator(world), a_booking(world)
    key = {"Idempotency-Key": "k-1"}
    first = await api.post("/v1/sessions", body, headers=key)
    again = await api.post("/v1/sessions", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body["session_id"] == again.body["session_id"]
    before = await stored(world.house)
    reply = await api.post("/v1/sessions", body | {"purpose": "Decimals"}, headers=key)
    await refused(world, reply, 409, "idempotency_key_reused")
    assert await stored(world.house) == before
    # Somebody else's key of the same name is another key.
    other = await lead(world).post("/v1/sessions", body, headers=key)
    await refused(world, other, 409, "taken")


async def test_eight_repeats_at_once_make_one_child(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path) as house:
        api = house.api(Role.COORDINATOR, subject="staff_1")
        body = {"name": "River", "born_on": "2017-05-05"}
        replies = await asyncio.gather(
            *(api.post("/v1/children", body, headers={"Idempotency-Key": "k"}) for _ in range(8))
        )
        assert {reply.status for reply in replies} == {201}
        assert len({reply.body["id"] for reply in replies}) == 1
        assert len((await stored(house))["children"]) == 1


async def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    key = {"Idempotency-Key": "k-2"}
    api = coordinator(world)
    body = a_booking(world, tutor_id="staff_nobody")
    assert (await api.post("/v1/sessions", body, headers=key)).status == 422
    assert (await api.post("/v1/sessions", a_booking(world), headers=key)).status == 201


async def test_a_change_by_somebody_who_saw_an_older_version_is_refused(world: World) -> None:
    api = coordinator(world)
    session_id = await book(world)
    place = f"/v1/sessions/{session_id}"
    terms = a_booking(world)
    del terms["tutor_id"], terms["children"]
    moved = await api.post(f"{place}/reschedule", terms, headers={"If-Match": '"1"'})
    assert (moved.status, moved.etag, moved.body["terms"]) == (200, '"2"', 2)
    before = await stored(world.house)
    reply = await api.post(f"{place}/reschedule", terms, headers={"If-Match": '"1"'})
    await refused(world, reply, 412, "stale_version")
    reply = await api.post(f"{place}/reschedule", terms)
    await refused(world, reply, 428, "if_match_missing")
    reply = await api.post(f"{place}/reschedule", terms, headers={"If-Match": "*"})
    await refused(world, reply, 400, "malformed_header")
    assert await stored(world.house) == before


async def test_moves_that_are_not_in_the_table_are_refused(world: World) -> None:
    api = coordinator(world)
    place = f"/v1/sessions/{await book(world)}"
    cancelled = await api.post(f"{place}/cancel", {"reason": "ill"})
    assert (cancelled.status, cancelled.body["state"]) == (200, "cancelled")
    assert cancelled.body["blockers"] == {}
    before = await stored(world.house)
    version = {"If-Match": cancelled.etag}
    terms = a_booking(world)
    del terms["tutor_id"], terms["children"]
    await refused(world, await api.post(f"{place}/cancel", {"reason": "x"}), 409, "illegal_move")
    await refused(
        world, await api.post(f"{place}/reschedule", terms, headers=version), 409, "illegal_move"
    )
    reply = await lead(world).post(f"{place}/end", {"reason": "x"})
    await refused(world, reply, 404, "not_found")
    reply = await api.put(f"{place}/second-staff", {"staff_id": world.second})
    await refused(world, reply, 409, "illegal_move")
    assert await stored(world.house) == before


async def test_only_named_sub_rules_can_be_set_aside_and_never_by_who_staffs_it(
    world: World,
) -> None:
    house = world.house
    session_id = await book(world, starts_at=house.clock.now() + timedelta(hours=6))
    place = f"/v1/sessions/{session_id}/overrides"
    until = (house.clock.now() + timedelta(hours=6)).isoformat()
    before = await stored(house)
    for code in (
        "consent_missing", "consent_refused", "agreement_outdated", "pledge_missing",
        "pledge_void", "second_staff_missing", "second_staff_is_tutor", "second_staff_elsewhere",
        "second_staff_is_family", "tutor_check_missing", "tutor_suspended", "host_missing",
        "host_custodians", "purpose_missing", "made_up",
    ):  # fmt: skip
        body = {"code": code, "reason": "because", "expires_at": until}
        reply = await lead(world).post(place, body)
        assert (reply.status, reply.fields) == (422, {"code": "not_overridable"}), code
    good = {"code": "outside_hours", "reason": "because", "expires_at": until}
    both = house.api(Role.DSL, subject=world.tutor)
    await refused(world, await both.post(place, good), 403, "not_allowed")
    await refused(world, await lead(world).post(place, good | {"reason": " "}), 422, "too_short")
    assert await stored(house) == before
    found = await lead(world).post(place, good)
    assert found.status == 201
    assert "outside_hours" not in {one["code"] for one in found.body["blockers"]["open"]}
    await then_an_inspector_is_told(world, session_id)


@pytest.mark.pitfall(26, 28)
async def test_nobody_sets_a_rule_aside_under_a_second_entry_of_the_register(world: World) -> None:
    house = world.house
    twin = await a_colleague(house, "Theo", "theo.b", phone="+44 20 7946 0999")
    body = {"name": "Theo", "account": "theo@tuition.example", "phone": "020 7946 0999"}
    place = f"/v1/staff/{world.tutor}"
    admin = house.api(Role.ADMIN)
    etag = (await admin.get(place)).etag
    changed = await admin.put(place, body, headers={"If-Match": etag})
    assert changed.status == 200, changed.text
    session_id = await book(world, starts_at=house.clock.now() + timedelta(hours=6))
    until = (house.clock.now() + timedelta(hours=6)).isoformat()
    aside = {"code": "outside_hours", "reason": "because", "expires_at": until}
    as_lead = house.api(Role.DSL, subject=twin)
    reply = await as_lead.post(f"/v1/sessions/{session_id}/overrides", aside)
    await refused(world, reply, 403, "not_allowed")


@pytest.mark.pitfall(26, 28)
async def test_what_a_lead_set_aside_stands_no_more_once_they_staff_it_under_another_entry(
    world: World,
) -> None:
    house = world.house
    session_id = await book(world, starts_at=house.clock.now() + timedelta(hours=6))
    until = (house.clock.now() + timedelta(hours=6)).isoformat()
    aside = {"code": "outside_hours", "reason": "because", "expires_at": until}
    twin = await a_colleague(house, "Lee", "lea.b", phone="020 7946 0999")
    lea = house.api(Role.DSL, subject=twin)
    assert (await lea.post(f"/v1/sessions/{session_id}/overrides", aside)).status == 201
    second_entry = await a_colleague(house, "Lee", "lea.c", phone="+44 20 7946 0999")
    place = f"/v1/sessions/{session_id}/second-staff"

    async def told() -> set[str]:
        shown = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
        return {one["code"] for one in shown.body["blockers"]}

    assert (await coordinator(world).put(place, {"staff_id": world.second})).status == 200
    assert "outside_hours" not in await told()
    left = await coordinator(world).delete(place, params={"reason": "other"})
    assert left.status == 204, left.text
    assert (await coordinator(world).put(place, {"staff_id": second_entry})).status == 200
    assert "outside_hours" in await told()


async def then_an_inspector_is_told(world: World, session_id: str) -> None:
    await world.house.advance(minutes=1)
    report = "/v1/reports/overrides"
    reply = await inspector(world).get(report)
    assert reply.status == 200, reply.text
    told = [
        (one["session_id"], one["code"], one["by"], one["reason"]) for one in reply.body["items"]
    ]
    assert told == [(session_id, "outside_hours", world.lead, "because")]
    assert (await recorded(world.house))[-1] == "record.read"
    assert (await coordinator(world).get(report)).status == 403
    long_ago = {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-02-01T00:00:00Z"}
    assert (await inspector(world).get(report, params=long_ago)).body["items"] == []


async def test_staff_see_their_own_sessions_and_others_look_like_nothing(world: World) -> None:
    mine = await book(world)
    other = await a_colleague(world.house, "Tina", "tina")
    stranger = world.house.api(Role.TUTOR, subject=other)
    assert (await stranger.get(f"/v1/sessions/{mine}")).status == 404
    assert (await stranger.get(f"/v1/sessions/{mine}/clearance")).status == 404
    assert (await stranger.get("/v1/sessions")).body["items"] == []
    assert (await second(world).get(f"/v1/sessions/{mine}")).status == 404
    assert [
        one["session_id"] for one in (await tutor(world).get("/v1/sessions")).body["items"]
    ] == [mine]


@pytest.mark.pitfall(69)
async def test_a_tutor_learns_whether_and_never_who_or_why(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, kind=ConsentKind.REFUSED, giver=world.family.father)
    place = f"/v1/sessions/{session_id}"
    told = (await tutor(world).get(place)).body["blockers"]["open"]
    assert [one["code"] for one in told] == ["consent_not_in_place"]
    known = (await coordinator(world).get(place)).body["blockers"]["open"]
    assert [one["code"] for one in known] == ["consent_refused"]
    about = f"/v1/children/{world.family.child}/consent"
    yes_no = await tutor(world).get(about)
    assert yes_no.body["take_part"] is False
    assert yes_no.body["status"] is yes_no.body["words"] is yes_no.body["present_adults"] is None
    for secret in ("refused", "conflict", world.family.father, world.family.mother):
        assert secret not in yes_no.text + (await tutor(world).get(place)).text
    full = (await coordinator(world).get(about)).body
    assert full["status"]["take_part"] == "conflict"
    assert [word["kind"] for word in full["words"]] == ["given", "refused"]


async def test_a_list_goes_by_start_and_can_be_cut_and_filtered(world: World) -> None:
    now = world.house.clock.now()
    booked = [await book(world, starts_at=now + timedelta(hours=hours)) for hours in (5, 1, 3)]
    in_order = [booked[1], booked[2], booked[0]]
    api, seen, cursor = coordinator(world), [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/sessions", params=query)).body
        seen += [one["session_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == in_order
    span = {
        "from": (now + timedelta(hours=2)).isoformat(),
        "to": (now + timedelta(hours=5)).isoformat(),
        "state": "booked",
    }
    assert [
        one["session_id"] for one in (await api.get("/v1/sessions", params=span)).body["items"]
    ] == [booked[2]]
    assert (await api.get("/v1/sessions", params={"state": "live"})).body["items"] == []
    assert (await api.get("/v1/sessions", params={"cursor": "x"})).status == 400
    assert (await api.get("/v1/sessions", params={"from": "2026-11-24"})).status == 422


async def test_a_session_never_shows_a_link_or_passcode(world: World) -> None:
    session_id = await an_open_session(world)
    reply = await lead(world).get(f"/v1/sessions/{session_id}")
    assert (reply.body["state"], reply.body["meeting_open"]) == ("open", True)
    meeting = (await world.house.rooms.meetings())[0]
    for secret in (world.house.rooms.url, str(meeting.get("password")), str(meeting.get("id"))):
        assert secret not in reply.text
