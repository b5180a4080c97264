"""Children in care: who has a say by which paper, and what a change of placement ends; told over HTTP."""

from datetime import datetime, timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Authority, ParentId
from service.policy.session import SessionState
from tests.api.people import a_word, coordinator, lead, machine
from tests.invariants import check_everything
from tests.stories.steps import alerts_now, on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import a_parent, blockers, looked_after, promised_by, tie
from tests.world import World, a_clear_session, book, cover, say

pytestmark = on_sqlite


async def in_care(world: World) -> tuple[ParentId, ParentId]:
    """The council has authority, a foster carer none; the parents are off the record."""
    council, carer = await a_parent(world, "Duty"), await a_parent(world, "Foster")
    order = {"document": "care order 12", "document_on": "2026-01-05"}
    assert (await tie(world, council, Authority.LOCAL_AUTHORITY, **order)).status == 204
    assert (await tie(world, carer, Authority.NONE)).status == 204
    for parent_id in (world.family.mother, world.family.father):
        place = f"/v1/children/{world.family.child}/parents/{parent_id}/end"
        assert (await lead(world).post(place, {"reason": "Adoption order"})).status == 204
    return council, carer


async def agreed_by(world: World, council: ParentId, carer: ParentId) -> None:
    """The council consents and names the carer."""
    word = a_word(world, giver_id=council, present_adults=[carer])
    assert (await coordinator(world).post("/v1/consents", word)).status == 201


@pytest.mark.pitfall(6)
async def test_a_placement_change_ends_the_old_home_at_once_and_keeps_the_slots(
    world: World,
) -> None:
    council, carer = await in_care(world)
    await agreed_by(world, council, carer)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, carer)
    later = await book(world, starts_at=world.house.clock.now() + timedelta(days=15))
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    page = world.house.letters("foster@home.example", "promise")[0].link
    page = page.removeprefix(world.house.base_url)

    shift = await a_parent(world, "Shift")
    change = {
        "reason": "Moved to a home",
        "new_carers": [{"parent_id": shift, "relation": "shift_worker"}],
    }
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await machine(world).post(place, change)).status == 403
    reply = await coordinator(world).post(place, change)
    assert reply.status == 202, reply.text
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"pledge_missing"}
    assert (await world.house.api().get(page)).status == 404
    kept = (await coordinator(world).get(f"/v1/sessions/{later}")).body["held_until"]
    assert datetime.fromisoformat(kept) == world.house.clock.now() + timedelta(days=14)
    record = (await lead(world).get(f"/v1/children/{world.family.child}")).body
    assert record["looked_after"] is True
    assert {one["parent_id"] for one in record["adults"]} == {council, shift}
    assert carer in {one["parent_id"] for one in record["former_adults"]}
    assert (await lead(world).get(f"/v1/parents/{carer}")).body["has_pin"] is False

    await world.house.settle()
    assert world.house.letters("duty@home.example", "decision is needed")
    await agreed_by(world, council, shift)
    await promised_by(world, session_id, shift)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)

    await world.house.advance(days=14)
    await world.house.settle()
    assert (await session_of(world, later)).state is SessionState.BOOKED
    assert "placement_unsettled" in await alerts_now(world)


@pytest.mark.pitfall(6)
async def test_a_nightly_import_does_not_bring_the_old_carer_back(world: World) -> None:
    _, carer = await in_care(world)
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await coordinator(world).post(place, {"reason": "Moved"})).status == 202
    again = {"relation": "carer", "authority": "none"}
    path = f"/v1/children/{world.family.child}/parents/{carer}"
    assert (await machine(world).put(path, again)).code == "tie_ended"
    assert (await coordinator(world).put(path, again)).status == 204


@pytest.mark.pitfall(6)
async def test_delegation_names_its_paper_and_a_carer_cannot_be_given_more(world: World) -> None:
    carer = await a_parent(world, "Foster")
    assert (await tie(world, carer, Authority.DELEGATED)).fields == {"document": "missing"}
    paper = {"document": "letter 7", "document_on": "2026-11-01", "until": "2026-12-24"}
    assert (await tie(world, carer, Authority.DELEGATED, **paper)).status == 204
    await looked_after(world)
    place = f"/v1/children/{world.family.child}/placement-changed"
    for changes in (
        {"new_carers": [{"parent_id": carer, "relation": "x", "authority": "local_authority"}]},
        {"old_carers": [world.family.mother]},
    ):
        reply = await coordinator(world).post(place, {"reason": "Moved", **changes})
        assert reply.status == 422, reply.text


@pytest.mark.pitfall(1)
@pytest.mark.pitfall(6)
async def test_a_placement_changes_in_care_alone_and_silences_no_refusal(world: World) -> None:
    gran = await a_parent(world, "Gran")
    letter = {"document": "letter 7", "document_on": "2026-11-01"}
    assert (await tie(world, gran, Authority.DELEGATED, **letter)).status == 204
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=gran)
    place = f"/v1/children/{world.family.child}/placement-changed"
    moved = {"reason": "Moved", "old_carers": [gran]}
    for api in (coordinator(world), lead(world)):
        assert (await api.post(place, moved)).code == "not_looked_after"
    await looked_after(world)
    assert (await coordinator(world).post(place, moved)).status == 403
    assert await blockers(world, session_id) == {"consent_refused"}
    assert (await lead(world).post(place, moved)).status == 202
    assert await blockers(world, session_id) == {"pledge_missing"}
    await check_everything(world.house)
