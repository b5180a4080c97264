"""One person on record twice: noticed, told, and joined by a lead, with nothing rewritten."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from service.policy.consent import ConsentKind
from service.policy.people import Restriction, Role
from service.policy.session import SessionState
from service.workflows.families import onboarding
from tests.api.people import a_booking, a_word, coordinator, lead, machine
from tests.invariants import check_everything
from tests.stories.steps import alerts_now, on_sqlite, session_of, then_everyone_is_shut_out
from tests.world import ADMIN, World, a_clear_session, a_family, an_open_session, cover, pledge, say

pytestmark = on_sqlite
TWICE = {"reason": "One child, entered twice"}


@pytest.mark.pitfall(3)
async def test_a_look_alike_is_told_in_the_answer_and_to_leads_and_nobody_is_merged_by_a_name(
    world: World,
) -> None:
    twin = {"name": " RIVER", "born_on": "2017-05-05"}
    made = (await machine(world).post("/v1/children", twin)).body
    assert made["id"] != world.family.child
    assert made["look_alikes"] == [world.family.child]
    other = {"name": "Brook", "born_on": "2017-05-05"}
    assert (await machine(world).post("/v1/children", other)).body["look_alikes"] == []
    again = {"name": "M. River", "email": world.family.mother_mail.upper()}
    parent = (await machine(world).post("/v1/parents", again)).body
    assert parent["look_alikes"] == [world.family.mother]

    assert (await machine(world).get("/v1/people/look-alikes")).status == 403
    found = (await lead(world).get("/v1/people/look-alikes")).body["items"]
    sets = [(one["kind"], set(one["ids"])) for one in found]
    assert ("children", {world.family.child, made["id"]}) in sets
    assert ("parents", {world.family.mother, parent["id"]}) in sets


@pytest.mark.pitfall(22)
async def test_two_child_records_become_one_and_a_refusal_in_either_wins_until_reviewed(
    world: World,
) -> None:
    twin = await a_family(world.house, "river", world.coordinator)
    await say(world, ConsentKind.REFUSED, family=twin, giver=twin.father)
    session_id = await an_open_session(world)
    merge = f"/v1/children/{twin.child}/merge"
    body = TWICE | {"into": world.family.child}
    assert (await coordinator(world).post(merge, body)).status == 403
    assert (await lead(world).post(merge, body | {"into": twin.child})).status == 422
    assert (await lead(world).post(merge, body)).status == 201
    assert (await lead(world).post(merge, body)).code == "merged"

    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert [one["code"] for one in told["blockers"]] == ["consent_decided_against"]
    assert "merge_needs_review" in await alerts_now(world)
    kept = (await lead(world).get(f"/v1/children/{twin.child}/consent")).body
    assert [word["kind"] for word in kept["words"]] == ["refused"]

    review = {"settles": [1], "basis": "agreement", "stands": True, "reason": "He agrees now."}
    place = f"/v1/children/{world.family.child}/consent-resolution"
    assert (await lead(world).post(place, review | {"basis": "merge"})).status == 422
    assert (await lead(world).post(place, review)).status == 201
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@pytest.mark.pitfall(22)
async def test_a_merged_record_keeps_its_sessions_shut_and_forwards(world: World) -> None:
    known = {"name": "River", "born_on": "2017-05-05", "external_id": "crm-7"}
    twin = (await machine(world).post("/v1/children", known)).body["id"]
    session_id = await a_clear_session(world)
    merge = f"/v1/children/{world.family.child}/merge"
    assert (await lead(world).post(merge, TWICE | {"into": twin})).status == 201
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert "record_merged" in {one["code"] for one in told["blockers"]}
    later = (world.house.clock.now() + timedelta(hours=4)).isoformat()
    refused = await coordinator(world).post("/v1/sessions", a_booking(world, starts_at=later))
    assert refused.fields == {"children.0": "merged"}
    assert (await coordinator(world).post("/v1/consents", a_word(world))).code == "merged"
    (letter,) = world.house.letters(world.family.mother_mail, "promise") or [None]
    if letter is not None:
        page = letter.link.removeprefix(world.house.base_url)
        assert (await world.house.api().get(page)).status == 404

    back = f"/v1/children/{twin}/merge"
    assert (await lead(world).post(back, TWICE | {"into": world.family.child})).code == "merged"
    assert (await machine(world).post("/v1/children", known)).body["id"] == twin


@pytest.mark.pitfall(3)
async def test_a_parents_two_records_become_one_that_answers_anew_and_stays_restricted(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    double = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr("M River"), SecretStr("new@river.example"), None),
        ADMIN,
    )
    hide = {"kind": None, "details_hidden": True, "reason": "Refuge"}
    place = f"/v1/parents/{world.family.mother}/restriction"
    assert (await lead(world).put(place, hide)).status == 204
    merge = f"/v1/parents/{world.family.mother}/merge"
    assert (await coordinator(world).post(merge, TWICE | {"into": double})).status == 403
    assert (await lead(world).post(merge, TWICE | {"into": double})).status == 201
    kept = (await coordinator(world).get(f"/v1/parents/{double}")).body
    assert (kept["details_hidden"], kept["email"]) == (True, None)
    child = (await lead(world).get(f"/v1/children/{world.family.child}")).body
    authority = {one["parent_id"]: one["authority"] for one in child["adults"]}
    assert authority[double] == "parental_responsibility"
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert {one["code"] for one in told["blockers"]} == {"consent_missing", "pledge_void"}
    assert (await lead(world).put(place, hide)).code == "merged"
    yes = a_word(world, giver_id=double, present_adults=[double])
    assert (await coordinator(world).post("/v1/consents", yes)).status == 201
    await check_everything(world.house)


@pytest.mark.pitfall(2)
@pytest.mark.parametrize(
    ("merged", "into"),
    [(Restriction.NO_CONTACT, Restriction.DO_NOT_CONTACT), (Restriction.DO_NOT_CONTACT, None)],
)
async def test_of_two_restrictions_the_stricter_stays_and_the_merged_record_answers_no_more(
    world: World, merged: Restriction, into: Restriction | None
) -> None:
    session_id = await a_clear_session(world)
    double = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr("M River"), SecretStr("new@river.example"), None),
        ADMIN,
    )
    for adult, kind in ((world.family.mother, merged), (double, into)):
        body = {"kind": kind, "details_hidden": False, "reason": "told by the family"}
        assert (await lead(world).put(f"/v1/parents/{adult}/restriction", body)).status == 204
    merge = f"/v1/parents/{world.family.mother}/merge"
    assert (await lead(world).post(merge, TWICE | {"into": double})).status == 201
    kept = (await lead(world).get(f"/v1/parents/{double}")).body
    assert kept["restriction"] == merged
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert {one["code"] for one in told["blockers"]} == {"consent_missing", "pledge_void"}
    await check_everything(world.house)


@pytest.mark.pitfall(22)
async def test_a_no_under_a_merged_adults_record_still_stops_everything(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    other = await a_family(world.house, "brook", world.coordinator)
    merge = f"/v1/parents/{world.family.father}/merge"
    assert (await lead(world).post(merge, TWICE | {"into": other.father})).status == 201
    yes = a_word(world, giver_id=other.father)
    assert (await coordinator(world).post("/v1/consents", yes)).status == 201
    reply = await world.house.api(Role.COORDINATOR).get(f"/v1/sessions/{session_id}/clearance")
    assert [one["code"] for one in reply.body["blockers"]] == ["consent_refused"]


async def test_a_second_record_can_be_used_once_it_is_merged_into(world: World) -> None:
    twin = await a_family(world.house, "river", world.coordinator)
    await lead(world).post(f"/v1/children/{world.family.child}/merge", TWICE | {"into": twin.child})
    await say(world, family=twin)
    body = a_booking(world, children=[twin.child])
    session_id = (await coordinator(world).post("/v1/sessions", body)).body["session_id"]
    await cover(world, session_id)
    await pledge(world, session_id, twin)
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body
    assert told["is_clear"] is True
