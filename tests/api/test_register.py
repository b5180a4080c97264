"""The staff register: the same thing twice, the same person twice, connections, and leavers."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.people import Role, StaffId
from service.store.staff import staff
from service.store.tables import EntryRow, table_of
from service.store.transactions import Reader
from tests.api.people import coordinator, lead, recorded, stored, tutor
from tests.harness import Reply
from tests.stories.steps import alerts_now
from tests.world import World, a_clear_session, a_colleague, an_open_session

CHECK = {
    "kind": "background_check", "seen_on": "2026-01-05", "trusted_until": "2028-01-05",
    "scheme": "dbs_enhanced",
}  # fmt: skip


async def vouch(world: World, who: StaffId, **more: Any) -> Reply:
    return await coordinator(world).post(f"/v1/staff/{who}/evidence", CHECK | more)


async def blockers(world: World, session_id: str) -> set[str]:
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in reply.body["blockers"]}


# --- the same thing twice ---------------------------------------------------------------------------


async def test_the_same_evidence_again_appends_nothing(world: World) -> None:
    assert (await vouch(world, world.tutor, number="0012 3456 7890")).status == 201
    before = await stored(world.house)
    assert (await vouch(world, world.tutor, number="001234567890")).status == 201
    assert await stored(world.house) == before
    assert (await vouch(world, world.tutor, seen_on="2026-02-05")).status == 201
    assert await stored(world.house) != before


async def test_the_same_entry_again_changes_nothing(world: World) -> None:
    body = {"name": "Ivy", "account": "ivy@tuition.example", "external_id": "hr-7"}
    made = await coordinator(world).post("/v1/staff", body)
    before, entries = await stored(world.house), await recorded(world.house)
    again = await coordinator(world).post("/v1/staff", body)
    assert again.body == made.body
    assert await stored(world.house) == before
    assert await recorded(world.house) == entries


async def test_only_a_check_has_a_scheme_and_a_number(world: World) -> None:
    for more in ({"scheme": "pvg"}, {"number": "PVG 12345"}):
        body = {"kind": "training", "seen_on": "2026-01-05"} | more
        reply = await coordinator(world).post(f"/v1/staff/{world.tutor}/evidence", body)
        assert reply.status == 422, more
    reply = await vouch(world, world.tutor, scheme=None, number="12345678")
    assert reply.fields == {"number": "no_scheme"}


async def test_a_check_that_nobody_trusts_until_a_day_is_refused(world: World) -> None:
    before = await stored(world.house)
    reply = await vouch(world, world.tutor, trusted_until=None)
    assert (reply.status, reply.fields) == (422, {"trusted_until": "missing"})
    assert await stored(world.house) == before


async def test_a_checks_number_is_nowhere_in_the_database(world: World) -> None:
    number = "009876543210"
    assert (await vouch(world, world.tutor, number=number)).status == 201
    assert number not in repr(await stored(world.house))

    def leaves(reader: Reader) -> str:
        return repr(reader.conn.execute(table_of(EntryRow).select()).all())

    assert number not in await world.house.read(leaves)


async def test_a_basic_check_alone_blocks(world: World) -> None:
    body = {"name": "Bea", "account": "bea@tuition.example"}
    bea = (await coordinator(world).post("/v1/staff", body)).body["id"]
    await vouch(world, bea, scheme="dbs_basic")
    session_id = await a_clear_session(world)
    await coordinator(world).delete(
        f"/v1/sessions/{session_id}/second-staff", params={"reason": "other"}
    )
    reply = await coordinator(world).put(
        f"/v1/sessions/{session_id}/second-staff", {"staff_id": bea}
    )
    against = {one["code"] for one in reply.body["details"]["reasons"]}
    assert "second_staff_check_too_weak" in against


# --- the same person twice --------------------------------------------------------------------------


@pytest.mark.pitfall(28)
async def test_an_account_that_another_entry_holds_is_refused_with_its_id(world: World) -> None:
    body = {"name": "Sam again", "account": "SAM@tuition.example"}
    reply = await coordinator(world).post("/v1/staff", body)
    assert (reply.status, reply.code) == (409, "same_person")
    assert reply.body["details"] == {"staff_ids": [world.second]}


async def test_the_account_of_somebody_who_left_may_be_given_again(world: World) -> None:
    body = {"name": "Sam", "account": "sam@tuition.example", "left_on": "2026-11-01"}
    old = await coordinator(world).get(f"/v1/staff/{world.second}")
    path = f"/v1/staff/{world.second}"
    assert (await coordinator(world).put(path, body, headers={"If-Match": old.etag})).status == 200
    new = await coordinator(world).post(
        "/v1/staff", {"name": "Samira", "account": "sam@tuition.example"}
    )
    assert new.status == 201


@pytest.mark.pitfall(28)
async def test_two_entries_with_one_check_are_one_person_until_a_lead_says_otherwise(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    await vouch(world, world.tutor, number="0012 3456 7890")
    assert await alerts_now(world) == set()
    await vouch(world, world.second, number="001234567890")
    assert "same_person" in await alerts_now(world)
    alert = (await coordinator(world).get("/v1/alerts")).body["items"][-1]
    assert set(alert["about"].split(":")) == {world.tutor, world.second}
    assert await blockers(world, session_id) == {"second_staff_is_tutor"}
    path = f"/v1/staff/{world.tutor}/distinct"
    body = {"other_id": world.second, "reason": "Saw both passports."}
    assert (await coordinator(world).post(path, body)).status == 403
    assert (await lead(world).post(path, body)).status == 204
    assert await blockers(world, session_id) == set()
    again = await lead(world).post(path, body)
    assert again.status == 204
    unknown = await lead(world).post(path, body | {"other_id": world.tutor})
    assert unknown.fields == {"other_id": "unknown"}


# --- connections ------------------------------------------------------------------------------------


@pytest.mark.pitfall(10)
async def test_a_connection_counts_until_a_lead_accepts_it_with_a_reason(world: World) -> None:
    session_id = await a_clear_session(world)
    relations = f"/v1/staff/{world.tutor}/relations"
    declared = {"related_id": world.family.mother, "kind": "connection"}
    assert (await coordinator(world).post(relations, declared)).status == 201
    assert await blockers(world, session_id) == {"tutor_is_connected"}
    seen = await coordinator(world).get(f"/v1/staff/{world.tutor}")
    assert seen.body["connections"] == [world.family.mother]
    accept = f"{relations}/{world.family.mother}/acceptance"
    body = {"reason": "They share a street, no more."}
    assert (await coordinator(world).post(accept, body)).status == 403
    assert (await lead(world).post(accept, body)).status == 204
    assert await blockers(world, session_id) == set()
    assert (await lead(world).post(accept, body)).status == 404
    assert (await coordinator(world).post(relations, declared)).status == 201
    assert await blockers(world, session_id) == {"tutor_is_connected"}, "it is open again"
    assert (await recorded(world.house)).count("staff.relation_declared") == 2
    assert (await lead(world).post(accept, body)).status == 204
    await coordinator(world).post(relations, declared | {"kind": "family"})
    assert await blockers(world, session_id) == {"tutor_is_family"}
    assert (await lead(world).post(accept, body)).status == 404, "family is never accepted"


async def test_a_lead_who_is_on_the_register_accepts_and_tells_apart_and_no_program_does(
    world: World,
) -> None:
    relations = f"/v1/staff/{world.tutor}/relations"
    declared = {"related_id": world.family.mother, "kind": "connection"}
    assert (await coordinator(world).post(relations, declared)).status == 201
    accept, body = f"{relations}/{world.family.mother}/acceptance", {"reason": "I looked."}
    apart, both = f"/v1/staff/{world.tutor}/distinct", body | {"other_id": world.second}
    program = world.house.api(Role.DSL, Role.MACHINE, subject=world.lead)
    for nobody in (program, world.house.api(Role.DSL, subject="staff_nobody")):
        assert (await nobody.post(accept, body)).status == 403
        assert (await nobody.post(apart, both)).status == 403
    assert (await lead(world).post(accept, body)).status == 204
    assert (await lead(world).post(apart, both)).status == 204


# --- leavers ----------------------------------------------------------------------------------------


@pytest.mark.pitfall(30)
async def test_a_leaver_is_off_every_session_from_that_day_on_and_somebody_is_told(
    world: World,
) -> None:
    today = await an_open_session(world)
    record = await world.house.read(staff.staff_record, world.second)
    tomorrow = (world.house.clock.now() + timedelta(days=1)).date()
    body = {
        "name": record.name.get_secret_value(),
        "account": record.account.get_secret_value(),
        "left_on": tomorrow.isoformat(),
    }
    path = f"/v1/staff/{world.second}"
    etag = (await coordinator(world).get(path)).etag
    kept = await coordinator(world).put(path, body, headers={"If-Match": etag})
    shown = await coordinator(world).get(f"/v1/sessions/{today}")
    assert shown.body["second_staff"]["staff_id"] == world.second, "they still work today"
    body["left_on"] = world.house.clock.now().date().isoformat()
    await coordinator(world).put(path, body, headers={"If-Match": kept.etag})
    shown = await coordinator(world).get(f"/v1/sessions/{today}")
    assert (shown.body["state"], shown.body["second_staff"]) == ("booked", None)
    assert "second_staff_left" in await alerts_now(world)
    assert await blockers(world, today) == {"second_staff_missing"}


@pytest.mark.pitfall(30)
async def test_what_was_known_of_staff_is_kept_with_the_clearance(world: World) -> None:
    await an_open_session(world)

    def cleared(reader: Reader) -> str:
        entries = table_of(EntryRow)
        query = entries.select().where(entries.c.kind == "case.cleared")
        return str(reader.conn.execute(query).one().leaf.decode())

    leaf = await world.house.read(cleared)
    for name in ("tutor_check_until", "second_staff_check_until", "tutor_training_seen_on"):
        assert name in leaf


# --- working hours ----------------------------------------------------------------------------------


async def test_working_hours_block_what_lies_outside_them(world: World) -> None:
    session_id = await a_clear_session(world)
    path = f"/v1/staff/{world.second}/hours"
    day = {"opens": "08:00:00", "closes": "12:00:00"}
    assert (await tutor(world).put(path, {"week": None})).status == 403
    assert (await coordinator(world).put(path, {"week": {"tuesday": day}})).status == 204
    assert await blockers(world, session_id) == {"second_staff_off_duty"}
    seen = await tutor(world).get(f"/v1/sessions/{session_id}")
    told = {one["code"] for one in seen.body["blockers"]["open"]}
    assert told == {"staff_not_eligible"}, "a tutor is not told what a colleague lacks"
    assert (await coordinator(world).put(path, {"week": None})).status == 204
    assert await blockers(world, session_id) == set()
    wrong = {"opens": "12:00:00", "closes": "08:00:00"}
    assert (await coordinator(world).put(path, {"week": {"tuesday": wrong}})).status == 422


async def test_people_speak_for_themselves_about_their_time(world: World) -> None:
    other = await a_colleague(world.house, "Nora", "nora")
    now = world.house.clock.now()
    body = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    assert (await tutor(world).post(f"/v1/staff/{other}/absences", body)).status == 403
    assert (await tutor(world).post(f"/v1/staff/{world.tutor}/absences", body)).status == 201
    past = {"starts_at": body["starts_at"], "ends_at": now.isoformat()}
    reply = await coordinator(world).post(f"/v1/staff/{other}/absences", past)
    assert reply.fields == {"ends_at": "before_start"}
