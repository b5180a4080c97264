"""Nobody on the staff gives their own family a say, or holds the keys to it (pitfall 9)."""

from typing import Any

import pytest

from service.policy.people import Authority, Role
from tests.api.people import coordinator, lead
from tests.harness import Api
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.stories.test_kin import TWICE, a_double, declare, merge
from tests.stories.ties import a_parent
from tests.world import World, a_family

pytestmark = on_sqlite

ORDER = {"document": "Order 12", "document_on": "2026-01-05"}


async def an_aunt(world: World) -> Api:
    """The coordinator turns out to be the child's aunt."""
    await declare(world, world.coordinator, world.family.child)
    return coordinator(world)


def a_tie(authority: Authority, **more: Any) -> dict[str, Any]:
    return {"relation": "uncle", "authority": authority.value, **more}


@pytest.mark.pitfall(9)
async def test_an_aunt_gives_nobody_a_say_and_may_add_an_adult_without_one(world: World) -> None:
    uncle = await a_parent(world, "Una")
    aunt = await an_aunt(world)
    place = f"/v1/children/{world.family.child}/parents/{uncle}"
    assert (await aunt.put(place, a_tie(Authority.PARENTAL_RESPONSIBILITY))).status == 403
    assert (await aunt.put(place, a_tie(Authority.DELEGATED, **ORDER))).status == 403
    assert (await aunt.put(place, a_tie(Authority.NONE))).ok
    assert (await lead(world).put(place, a_tie(Authority.DELEGATED, **ORDER))).ok
    await check_everything(world.house)


@pytest.mark.pitfall(9)
@pytest.mark.pitfall(18)
async def test_an_aunt_sets_no_pin_of_the_family(world: World) -> None:
    aunt = await an_aunt(world)
    pin = {"pin": "4711", "route": "phone", "evidence": "number on file"}
    place = f"/v1/parents/{world.family.mother}/pin"
    assert (await aunt.put(place, pin)).status == 403
    officer = world.house.api(Role.COORDINATOR, subject=world.lead)
    assert (await officer.put(place, pin)).ok


@pytest.mark.pitfall(3)
@pytest.mark.pitfall(9)
async def test_a_lead_who_is_family_merges_none_of_its_records(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    double = await a_double(world, "Mo")
    await declare(world, world.lead, world.family.child)
    for of, record, into in (
        ("children", twin.child, world.family.child),
        ("parents", double, world.family.mother),
    ):
        reply = await lead(world).post(f"/v1/{of}/{record}/merge", TWICE | {"into": into})
        assert reply.status == 403, reply.text


@pytest.mark.pitfall(9)
async def test_an_aunt_names_no_deputy_of_a_team_that_decides_for_the_child(world: World) -> None:
    team, deputy = await a_double(world, "Team"), await a_double(world, "Dana")
    place = f"/v1/children/{world.family.child}/parents/{team}"
    order = a_tie(Authority.LOCAL_AUTHORITY, **ORDER)
    assert (await lead(world).put(place, order)).ok
    aunt = await an_aunt(world)
    deputies = f"/v1/parents/{team}/deputies"
    assert (await aunt.post(deputies, {"parent_id": deputy})).status == 403
    assert (await lead(world).post(deputies, {"parent_id": deputy})).ok


@pytest.mark.pitfall(3)
async def test_nothing_is_given_to_a_record_that_was_joined_with_another(world: World) -> None:
    double = await a_double(world, "Mo")
    await merge(world, "parents", double, world.family.mother)
    place = f"/v1/children/{world.family.child}/parents/{double}"
    reply = await coordinator(world).put(place, a_tie(Authority.NONE))
    assert (reply.status, reply.fields) == (422, {"parent_id": "merged"})
