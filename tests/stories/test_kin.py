"""Family stays family: under another record, after a tie has ended, and after the child has moved."""

import pytest
from pydantic import SecretStr

from service.policy.people import Authority, ParentId, StaffId
from service.policy.session import SessionState
from service.policy.staff import RelationKind
from service.workflows.families import onboarding
from service.workflows.staff import register
from tests.api.people import coordinator, lead
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import a_parent, blockers, tie
from tests.world import ADMIN, World, a_clear_session, a_colleague, a_family, an_open_session

TWICE = {"reason": "One person, entered twice"}


async def declare(
    world: World, staff_id: str, related_id: str, kind: RelationKind = RelationKind.FAMILY
) -> None:
    """Somebody of the staff says to whom they are related or connected."""
    command = register.DeclareRelation(StaffId(staff_id), related_id, kind)
    await world.house.do(register.declare_relation, command, ADMIN)


async def merge(world: World, of: str, record: str, into: str) -> None:
    """The lead joins two records."""
    reply = await lead(world).post(f"/v1/{of}/{record}/merge", TWICE | {"into": into})
    assert reply.status == 201


async def a_double(world: World, name: str, phone: str | None = None) -> ParentId:
    """A second record of an adult, with another address."""
    put = onboarding.PutParent(
        SecretStr(name),
        SecretStr(f"{name.lower()}@other.example"),
        SecretStr(phone) if phone else None,
    )
    parent_id: ParentId = await world.house.do(onboarding.put_parent, put, ADMIN)
    return parent_id


async def ended(world: World, parent_id: ParentId) -> None:
    """An adult is taken off the child's record."""
    place = f"/v1/children/{world.family.child}/parents/{parent_id}/end"
    assert (await lead(world).post(place, {"reason": "moved out"})).ok


@pytest.mark.pitfall(9)
@pytest.mark.pitfall(22)
async def test_a_relation_to_a_childs_merged_record_shuts_the_open_session_at_once(
    world: World,
) -> None:
    first = await a_family(world.house, "rivers", world.coordinator)
    second = await a_family(world.house, "riverside", world.coordinator)
    await declare(world, world.second, first.child)
    session_id = await an_open_session(world)
    await merge(world, "children", first.child, second.child)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await merge(world, "children", second.child, world.family.child)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"second_staff_is_family"}
    await check_everything(world.house)


@pytest.mark.pitfall(9)
@pytest.mark.pitfall(3)
async def test_a_relation_to_an_adults_merged_record_shuts_the_open_session_at_once(
    world: World,
) -> None:
    first, second = await a_double(world, "Mo"), await a_double(world, "Moa")
    await declare(world, world.tutor, first)
    session_id = await an_open_session(world)
    await merge(world, "parents", first, second)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await merge(world, "parents", second, world.family.father)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"tutor_is_family"}
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(9)
async def test_the_adults_of_a_merged_record_and_their_doubles_are_kin_too(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    double = await a_double(world, "Fay")
    await declare(world, world.second, double)
    session_id = await a_clear_session(world)
    await merge(world, "children", twin.child, world.family.child)
    assert await blockers(world, session_id) == set()
    await merge(world, "parents", double, twin.father)
    assert await blockers(world, session_id) == {"second_staff_is_family"}


@on_sqlite
@pytest.mark.pitfall(10)
async def test_a_connection_to_a_merged_record_counts_until_a_lead_accepts_it(
    world: World,
) -> None:
    double = await a_double(world, "Mo")
    await declare(world, world.tutor, double, RelationKind.CONNECTION)
    session_id = await a_clear_session(world)
    await merge(world, "parents", double, world.family.mother)
    assert await blockers(world, session_id) == {"tutor_is_connected"}
    accept = f"/v1/staff/{world.tutor}/relations/{double}/acceptance"
    assert (await lead(world).post(accept, {"reason": "They share a street."})).status == 204
    assert await blockers(world, session_id) == set()


@on_sqlite
@pytest.mark.pitfall(9)
async def test_the_number_of_a_merged_record_still_shows_that_a_parent_is_staff(
    world: World,
) -> None:
    double = await a_double(world, "Mo", "07700 900777")
    await merge(world, "parents", double, world.family.mother)
    session_id = await a_clear_session(
        world, tutor=await a_colleague(world.house, "Maud", "maud", phone="07700 900777")
    )
    assert await blockers(world, session_id) == {"tutor_is_family"}


@on_sqlite
@pytest.mark.pitfall(9)
async def test_whoever_was_taken_off_the_record_stays_family(world: World) -> None:
    session_id = await a_clear_session(world)
    await declare(world, world.second, world.family.father)
    assert await blockers(world, session_id) == {"second_staff_is_family"}
    await ended(world, world.family.father)
    assert await blockers(world, session_id) == {"second_staff_is_family"}


@on_sqlite
@pytest.mark.pitfall(6)
@pytest.mark.pitfall(9)
async def test_the_old_home_stays_family_when_a_child_moves(world: World) -> None:
    carer = await a_parent(world, "Carla")
    await tie(world, carer, Authority.NONE)
    in_care = {"looked_after": True, "visiting_never": False}
    flags = f"/v1/children/{world.family.child}/flags"
    assert (await coordinator(world).put(flags, in_care)).status == 204
    session_id = await a_clear_session(world)
    await declare(world, world.tutor, carer)
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await coordinator(world).post(place, {"reason": "moved"})).ok
    assert "tutor_is_family" in await blockers(world, session_id)


@on_sqlite
@pytest.mark.pitfall(9)
async def test_a_number_that_a_former_adult_turns_out_to_share_with_staff_shuts_the_room(
    world: World,
) -> None:
    await ended(world, world.family.father)
    reader = await a_colleague(world.house, "Maud", "maud", phone="07700 900777")
    session_id = await an_open_session(world, tutor=reader)
    changed = {
        "name": "F River",
        "email": world.family.father_mail,
        "phone": "07700 900777",
    }
    place, seen = f"/v1/parents/{world.family.father}", {"If-Match": '"1"'}
    assert (await coordinator(world).put(place, changed, headers=seen)).ok
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await blockers(world, session_id) == {"tutor_is_family"}
