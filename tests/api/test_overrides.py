"""Rules set aside by hand: three alone, by a lead who does not staff the session, and told of."""

from datetime import timedelta

import pytest

from service.policy.people import Role
from service.policy.rules import OVERRIDABLE
from tests.api.people import coordinator, inspector, lead, recorded, stored
from tests.api.replies import refused
from tests.world import World, a_colleague, book


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
    refused(await both.post(place, good), 403, "not_allowed")
    refused(await lead(world).post(place, good | {"reason": " "}), 422, "too_short")
    assert await stored(house) == before
    found = await lead(world).post(place, good)
    assert found.status == 201
    assert "outside_hours" not in {one["code"] for one in found.body["blockers"]["open"]}
    await then_an_inspector_is_told(world, session_id)


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
    refused(reply, 403, "not_allowed")


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


def test_only_three_sub_rules_can_ever_be_set_aside() -> None:
    assert {"outside_hours", "tutor_training_lapsed", "second_staff_training_lapsed"} == OVERRIDABLE
