"""What the safeguarding lead alone takes away or gives back: a say that has not spoken yet, a flag."""

from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Authority, ChildId, ParentId, Role
from service.policy.session import SessionState
from tests.api.people import coordinator, lead, machine
from tests.harness import Api
from tests.invariants import check_everything
from tests.stories.lists import FAMILY, bringer, lines
from tests.stories.register import is_family
from tests.stories.steps import on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import a_parent, blockers, looked_after, tie
from tests.world import World, a_colleague, an_open_session, say

pytestmark = on_sqlite
OWN = Authority.PARENTAL_RESPONSIBILITY
LETTER = {"document": "letter 7", "document_on": "2026-11-01"}


def feeders(world: World) -> tuple[Api, ...]:
    """Who puts families on record, the lead apart."""
    admin = world.house.api(Role.ADMIN, subject=world.coordinator)
    return machine(world), admin, coordinator(world)


async def taken_off(world: World, parent_id: ParentId) -> None:
    """The lead takes an adult off the child's record."""
    place = f"/v1/children/{world.family.child}/parents/{parent_id}/end"
    assert (await lead(world).post(place, {"reason": "Court order"})).status == 204


@pytest.mark.pitfall(1)
async def test_a_say_that_has_not_spoken_yet_is_taken_away_by_the_lead_alone(world: World) -> None:
    session_id = await an_open_session(world)
    father = world.family.father
    until = world.house.clock.now().date().isoformat()
    for api in feeders(world):
        reply = await tie(world, father, Authority.NONE, by=api)
        assert (reply.status, reply.body["detail"]) == (
            403, "Only the safeguarding lead takes a say away or shortens it.",
        )  # fmt: skip
        shorter = await tie(world, father, Authority.DELEGATED, by=api, **LETTER, until=until)
        assert shorter.status == 403
        assert (await tie(world, father, Authority.DELEGATED, by=api, **LETTER)).status == 204
    await say(world, ConsentKind.REFUSED, giver=father)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert (await tie(world, father, Authority.NONE, by=lead(world))).status == 204
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(9)
async def test_no_lead_takes_a_say_away_from_their_own_family(world: World) -> None:
    father = world.family.father
    await is_family(world, world.lead, world.family.mother)
    place = f"/v1/children/{world.family.child}/parents/{father}/end"
    assert (await tie(world, father, Authority.NONE, by=lead(world))).status == 403
    assert (await lead(world).post(place, {"reason": "Court order"})).status == 403
    dana = world.house.api(Role.DSL, subject=await a_colleague(world.house, "Dana", "dana"))
    assert (await tie(world, father, Authority.NONE, by=dana)).status == 204


@pytest.mark.pitfall(1)
async def test_a_nightly_list_that_takes_a_say_away_is_told_so_and_changes_nothing(
    world: World,
) -> None:
    body: dict[str, Any] = {"people": "families", "lines": lines(FAMILY), "go": True}
    assert (await bringer(world).post("/v1/imports", body)).body["lines"][0]["outcome"] == "new"
    without = FAMILY | {"adult1_authority": "none"}
    reply = await bringer(world).post("/v1/imports", body | {"lines": lines(without)})
    (line,) = reply.body["lines"]
    assert [one["sentence"] for one in line["problems"]] == [
        "Only the safeguarding lead takes a say away or shortens it."
    ]
    (again,) = (await bringer(world).post("/v1/imports", body)).body["lines"]
    assert again["outcome"] == "same"


@pytest.mark.pitfall(6)
async def test_whoever_was_taken_off_comes_back_without_a_say_unless_the_lead_gives_it_back(
    world: World,
) -> None:
    father = world.family.father
    session_id = await an_open_session(world)
    await taken_off(world, father)
    reply = await tie(world, father, OWN)
    assert (reply.status, "gives them a say again" in reply.body["detail"]) == (403, True)
    assert (await tie(world, father, Authority.NONE)).status == 204
    for api in feeders(world):
        assert (await tie(world, father, OWN, by=api)).status == 403, "nor in two steps"
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert (await tie(world, father, OWN, by=lead(world))).status == 204
    await say(world, ConsentKind.REFUSED, giver=father)
    assert await blockers(world, session_id) == {"consent_refused"}
    await check_everything(world.house)


@pytest.mark.pitfall(3)
@pytest.mark.pitfall(6)
async def test_that_somebody_was_taken_off_is_known_of_their_other_records_too(
    world: World,
) -> None:
    father, double = world.family.father, await a_parent(world, "Fay")
    assert (await tie(world, double, Authority.NONE)).status == 204
    await taken_off(world, double)
    merge = {"reason": "One person, entered twice", "into": father}
    assert (await lead(world).post(f"/v1/parents/{double}/merge", merge)).status == 201
    assert (await tie(world, father, Authority.NONE, by=lead(world))).status == 204
    assert (await tie(world, father, OWN)).status == 403
    assert (await tie(world, father, OWN, by=lead(world))).status == 204


@pytest.mark.pitfall(6)
async def test_a_carer_who_left_with_a_placement_has_a_say_again_from_the_lead_alone(
    world: World,
) -> None:
    carer = await a_parent(world, "Foster")
    assert (await tie(world, carer, Authority.DELEGATED, **LETTER)).status == 204
    await looked_after(world)
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await coordinator(world).post(place, {"reason": "Moved"})).status == 202
    back: dict[str, Any] = {"parent_id": carer, "relation": "carer", "authority": "delegated"}
    moved = {"reason": "Moved back", "new_carers": [back | LETTER]}
    assert (await coordinator(world).post(place, moved)).status == 403
    without = {"reason": "Moved back", "new_carers": [back | {"authority": "none"}]}
    assert (await coordinator(world).post(place, without)).status == 202
    assert (await lead(world).post(place, moved)).status == 202
    await check_everything(world.house)


async def flagged(api: Api, child: ChildId, **flags: bool) -> int:
    """A child is flagged, or a flag taken away."""
    body = {"looked_after": False, "visiting_never": False} | flags
    return (await api.put(f"/v1/children/{child}/flags", body)).status


async def test_a_flag_is_set_by_the_office_and_taken_away_by_the_lead_alone(world: World) -> None:
    child = world.family.child
    office = coordinator(world)
    assert await flagged(office, child, looked_after=True) == 204
    assert await flagged(office, child, looked_after=True, visiting_never=True) == 204
    for fewer in ({}, {"looked_after": True}, {"visiting_never": True}):
        assert await flagged(office, child, **fewer) == 403
    assert await flagged(lead(world), child, visiting_never=True) == 204
    assert await flagged(office, child, looked_after=True) == 403, "one for another is not safer"
    assert await flagged(lead(world), child) == 204
