"""One adult, several children at the same time: in one place, agreed to, and never on two cameras."""

from dataclasses import dataclass

import pytest

from service.policy.people import Authority, ChildId, Role, SessionId
from service.policy.presence import PresenceMode
from service.policy.session import SessionState
from service.workflows.families import onboarding
from service.workflows.sessions import amending
from tests.invariants import check_everything
from tests.office import a_host
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.stories.steps import on_sqlite, session_of
from tests.world import ADMIN, PIN, Family, World, a_colleague, a_family, book, cover, say

PLACE = "/v1/sessions/{}/pledges"


@dataclass
class Siblings:
    """Two lessons at the same time, both staffed and consented to, for two children of one mother."""

    first: SessionId
    second: SessionId
    brother: Family


async def siblings(world: World) -> Siblings:
    house, river = world.house, world.family
    brook = await a_family(house, "brook", world.coordinator)
    for parent in (river.mother,):
        tie = onboarding.PutTie(brook.child, parent, "mother", Authority.PARENTAL_RESPONSIBILITY)
        await house.do(onboarding.put_tie, tie, ADMIN)
    brother = Family(brook.child, river.mother, river.father, river.mother_mail, river.father_mail)
    await a_host(house, 1, world.coordinator, world.lead)
    other_tutor = await a_colleague(house, "Tess", "tess")
    other_second = await a_colleague(house, "Sue", "sue")
    await say(world)
    await say(world, family=brother)
    first = await book(world)
    second = await book(world, brother.child, tutor=other_tutor)
    await cover(world, first)
    await cover(world, second, other_second)
    return Siblings(first, second, brother)


async def promise(
    world: World,
    session_id: SessionId,
    child: ChildId,
    mode: PresenceMode = PresenceMode.IN_THE_ROOM,
    *,
    shared: bool = False,
) -> None:
    word = {
        "child_id": child,
        "adult_id": world.family.mother,
        "terms": 1,
        "mode": mode.value,
        "route": "phone",
        "evidence": "number on file",
        "shared": shared,
    }
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    reply = await office.post(PLACE.format(session_id), word)
    assert reply.status == 201, reply.text
    await world.house.advance(seconds=1)


async def opened(world: World, *ids: SessionId) -> list[bool]:
    await world.house.advance(minutes=35)
    await world.house.settle()
    return [(await session_of(world, one)).state is SessionState.OPEN for one in ids]


@pytest.mark.pitfall(11)
@pytest.mark.pitfall(69)
async def test_a_second_promise_for_the_same_time_counts_only_once_the_first_session_is_off(
    world: World,
) -> None:
    both = await siblings(world)
    await promise(world, both.first, world.family.child)
    await promise(world, both.second, both.brother.child)
    assert await opened(world, both.first, both.second) == [True, False]
    office = world.house.api(Role.COORDINATOR, subject=world.coordinator)
    told = (await office.get(f"/v1/sessions/{both.second}/clearance")).body["blockers"]
    assert [(one["code"], one["rule"]) for one in told] == [("adult_elsewhere", "R-14")]
    tutor_id = (await session_of(world, both.second)).tutor_id
    teacher = world.house.api(Role.TUTOR, subject=tutor_id)
    shown = await teacher.get(f"/v1/sessions/{both.second}")
    told = shown.body["blockers"]["open"]
    assert [(one["code"], one["rule"]) for one in told] == [("promise_not_in_place", "R-08")]
    assert "elsewhere" not in shown.text
    cancel = amending.Cancel(both.first, "ill")
    await world.house.do(amending.cancel, cancel, world.as_coordinator)
    await world.house.advance(minutes=1)
    await world.house.settle()
    assert (await session_of(world, both.second)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(14)
async def test_nobody_is_on_camera_in_two_rooms(world: World) -> None:
    both = await siblings(world)
    await promise(world, both.first, world.family.child, PresenceMode.ON_CAMERA)
    await promise(world, both.second, both.brother.child, shared=True)
    assert await opened(world, both.first, both.second) == [True, False]


@on_sqlite
@pytest.mark.pitfall(11)
async def test_in_one_place_and_agreed_on_the_page_both_take_place(world: World) -> None:
    both = await siblings(world)
    await promise(world, both.first, world.family.child)
    browser = Browser(world.house.session)
    url = await ways.to_session(world, both.second, child_id=both.brother.child)
    said = {"agree": "yes", "pin": PIN.get_secret_value()}
    unticked = await browser.send(url, "pledge", mode="in_the_room", **said)
    assert unticked.status == 422
    assert "Tick the box if all the children are with you in one place." in unticked.text
    on_camera = await browser.send(url, "pledge", mode="on_camera", shared="yes", **said)
    assert on_camera.status == 422
    assert "You cannot be on camera in two sessions at once." in on_camera.text
    good = await browser.send(url, "pledge", mode="in_earshot", shared="yes", **said)
    assert good.status == 303
    assert await opened(world, both.first, both.second) == [True, True]
    await check_everything(world.house)
