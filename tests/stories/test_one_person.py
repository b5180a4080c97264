"""One human being counts once: under a second entry of the register, as a parent too, after a new number."""

import pytest
from pydantic import SecretStr

from service.policy.people import Role, SessionId, StaffId
from service.policy.session import SessionState
from service.policy.staff import RelationKind
from service.workflows.families import onboarding
from service.workflows.sessions import amending
from tests.api.people import a_booking, coordinator, lead
from tests.invariants import check_everything
from tests.office import a_host
from tests.stories.steps import alerts_now, on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.test_kin import declare
from tests.stories.ties import blockers
from tests.world import (
    ADMIN,
    World,
    a_clear_session,
    a_colleague,
    a_family,
    an_open_session,
    book,
    cover,
    pledge,
    say,
)

PHONE = "07700 900555"
SEEN = {"reason": "Saw both of them in one room."}


async def a_second_entry(world: World, staff_id: StaffId, name: str = "Again") -> StaffId:
    """Somebody is put on the register once more, under another account, with the same number."""
    await has_number(world, staff_id, PHONE)
    return await a_colleague(world.house, name, name.lower(), phone=PHONE)


async def has_number(world: World, staff_id: StaffId, phone: str | None) -> None:
    """The number of somebody on the register is another, or none, from now on."""
    place = f"/v1/staff/{staff_id}"
    office = coordinator(world)
    there = await office.get(place)
    body = {"name": there.body["name"], "account": there.body["account"], "phone": phone}
    reply = await office.put(place, body, headers={"If-Match": there.etag})
    assert reply.status == 200, reply.text


async def is_on_the_staff(world: World, adult_id: str, staff_id: StaffId) -> None:
    """The adult of a family has the number of somebody on the register."""
    await has_number(world, staff_id, PHONE)
    await calls_from(world, adult_id, PHONE)


async def calls_from(world: World, adult_id: str, phone: str | None) -> None:
    """An adult's number is another from now on."""
    put = onboarding.PutParent(
        SecretStr("Somebody"),
        SecretStr(f"{adult_id}@home.example"),
        SecretStr(phone) if phone else None,
        parent_id=adult_id,  # type: ignore[arg-type]
    )
    await world.house.do(onboarding.put_parent, put, ADMIN)


async def another_room(world: World, name: str = "brook") -> SessionId:
    """A session of another family, with another tutor, at the same time."""
    family = await a_family(world.house, name, world.coordinator)
    tutor = await a_colleague(world.house, f"Tutor of {name}", f"tutor-{name}")
    await say(world, family=family)
    session_id = await book(world, family.child, tutor=tutor)
    await pledge(world, session_id, family)
    return session_id


async def assigned(world: World, session_id: SessionId, who: StaffId) -> set[str]:
    """Somebody is put on a session; answers the reasons why they may not be."""
    place = f"/v1/sessions/{session_id}/second-staff"
    reply = await coordinator(world).put(place, {"staff_id": who})
    if reply.status == 200:
        return set()
    return {one["code"] for one in reply.body["details"]["reasons"]}


async def teaches_instead(world: World, session_id: SessionId, who: StaffId) -> None:
    """Somebody takes the lesson on."""
    change = amending.Amend(session_id, None, tutor_id=who)
    await world.house.do(amending.amend, change, world.as_coordinator)


async def told_apart(world: World, one: str, other: str) -> None:
    """The lead knows that two records are of two people."""
    reply = await lead(world).post(f"/v1/staff/{one}/distinct", SEEN | {"other_id": other})
    assert reply.status == 204, reply.text


@pytest.mark.pitfall(25)
@pytest.mark.pitfall(28)
async def test_one_person_under_two_entries_is_in_one_room_at_a_time(world: World) -> None:
    await a_clear_session(world)
    again = await a_second_entry(world, world.second)
    room = await another_room(world)
    assert await assigned(world, room, again) == {"second_staff_elsewhere"}
    place = f"/v1/sessions/{room}/second-staff/suggestions"
    eligible = [one["staff_id"] for one in (await coordinator(world).post(place)).body["eligible"]]
    assert again not in eligible, "nor does anything choose them"

    await told_apart(world, world.second, again)
    assert await assigned(world, room, again) == set()
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(28)
async def test_a_tutor_under_a_second_entry_is_taken_when_the_first_covers_or_teaches(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    starts_at = (await session_of(world, session_id)).starts_at.isoformat()
    family = await a_family(world.house, "brook", world.coordinator)
    for staff_id, name in ((world.second, "Sam2"), (world.tutor, "Theo2")):
        again = await a_second_entry(world, staff_id, name)
        body = a_booking(world, tutor_id=again, children=[family.child], starts_at=starts_at)
        reply = await coordinator(world).post("/v1/sessions", body)
        assert (reply.status, reply.fields) == (409, {"tutor_id": "taken"}), reply.text
        await has_number(world, staff_id, None)


@pytest.mark.pitfall(9)
@pytest.mark.pitfall(11)
async def test_whoever_promised_to_be_at_home_covers_no_room_meanwhile(world: World) -> None:
    await say(world)
    at_home = await book(world)
    await pledge(world, at_home)
    sue = await a_colleague(world.house, "Sue", "sue")
    await is_on_the_staff(world, world.family.mother, sue)
    room = await another_room(world)
    assert await assigned(world, room, sue) == {"second_staff_at_home"}
    starts_at = (await session_of(world, at_home)).starts_at.isoformat()
    child = (await a_family(world.house, "meadow", world.coordinator)).child
    body = a_booking(world, tutor_id=sue, children=[child], starts_at=starts_at)
    reply = await coordinator(world).post("/v1/sessions", body)
    assert reply.fields == {"tutor_id": "taken"}, "nor do they teach"
    said = [one["sentence"] for one in reply.body["fields"]]
    assert said == ["The tutor is taken at that time."], "and nobody learns that they are a parent"

    await told_apart(world, sue, world.family.mother)
    assert await assigned(world, room, sue) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(9)
@pytest.mark.pitfall(11)
@pytest.mark.parametrize("part", ["covers", "teaches"])
async def test_whoever_works_at_that_time_is_not_the_adult_at_home(world: World, part: str) -> None:
    await a_host(world.house, 1, world.coordinator, world.lead)
    sue = await a_colleague(world.house, "Sue", "sue")
    room = await another_room(world)
    if part == "covers":
        await cover(world, room, sue)
    else:
        await teaches_instead(world, room, sue)
    await world.house.advance(seconds=1)
    await is_on_the_staff(world, world.family.mother, sue)
    session_id = await a_clear_session(world)
    assert await blockers(world, session_id) == {"adult_at_work"}
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(9)
@pytest.mark.pitfall(28)
async def test_whose_family_somebody_is_counts_under_each_of_their_entries(world: World) -> None:
    session_id = await a_clear_session(world)
    again = await a_second_entry(world, world.tutor)
    await declare(world, again, world.family.child)
    assert await blockers(world, session_id) == {"tutor_is_family"}
    await told_apart(world, world.tutor, again)
    assert await blockers(world, session_id) == set()
    await declare(world, again, world.family.mother, RelationKind.CONNECTION)
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(28)
async def test_that_two_of_the_staff_are_related_counts_under_each_of_their_entries(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    again = await a_second_entry(world, world.second)
    await declare(world, world.tutor, again)
    assert await blockers(world, session_id) == {"second_staff_is_related"}


@pytest.mark.pitfall(28)
async def test_a_suspension_shuts_the_rooms_of_every_entry_of_a_person_at_once(
    world: World,
) -> None:
    again = await a_second_entry(world, world.tutor)
    session_id = await an_open_session(world)
    suspended = {"suspended": True, "reason": "A concern was raised."}
    reply = await lead(world).put(f"/v1/staff/{again}/suspension", suspended)
    assert reply.status == 204, reply.text
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    teacher = world.house.api(Role.TUTOR, subject=world.tutor)
    assert (await teacher.get(f"/v1/sessions/{session_id}")).status in (401, 403)
    assert "same_person" in await alerts_now(world), "and the lead is asked who they are"
    await check_everything(world.house)


@pytest.mark.pitfall(28)
async def test_two_entries_stay_one_person_after_a_number_was_taken_off(world: World) -> None:
    session_id = await a_clear_session(world)
    await has_number(world, world.tutor, PHONE)
    await has_number(world, world.second, PHONE)
    assert await blockers(world, session_id) == {"second_staff_is_tutor"}
    await has_number(world, world.second, None)
    assert await blockers(world, session_id) == {"second_staff_is_tutor"}
    await told_apart(world, world.tutor, world.second)
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)


@pytest.mark.pitfall(9)
async def test_a_father_with_a_new_number_stays_the_family_of_his_child(world: World) -> None:
    session_id = await a_clear_session(world)
    await is_on_the_staff(world, world.family.father, world.second)
    assert await blockers(world, session_id) == {"second_staff_is_family"}
    await calls_from(world, world.family.father, "07700 900999")
    assert await blockers(world, session_id) == {"second_staff_is_family"}

    await told_apart(world, world.second, world.family.father)
    assert await blockers(world, session_id) == set(), "it was a slip of the pen"
    await calls_from(world, world.family.father, PHONE)
    assert await blockers(world, session_id) == {"second_staff_is_family"}, "of one household"
    await check_everything(world.house)


@pytest.mark.pitfall(13)
async def test_second_staff_whose_yes_the_tutor_put_on_record_say_it_themselves(
    world: World,
) -> None:
    await say(world)
    session_id = await book(world)
    await pledge(world, session_id)
    place = f"/v1/sessions/{session_id}"
    office = coordinator(world)
    assert (await office.put(f"{place}/second-staff", {"staff_id": world.second})).ok
    assert (await office.post(f"{place}/second-staff/acceptance")).ok
    assert await blockers(world, session_id) == set()
    await teaches_instead(world, session_id, world.coordinator)
    assert await blockers(world, session_id) == {"second_staff_accepted_by_tutor"}
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED

    assert (await office.post(f"{place}/second-staff/acceptance")).status == 403
    them = world.house.api(Role.SECOND_STAFF, subject=world.second)
    assert (await them.post(f"{place}/second-staff/acceptance")).ok
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)
