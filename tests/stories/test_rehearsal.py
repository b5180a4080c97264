"""An organisation moves to Chaperone: families rehearse, are asked, and switch over one by one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from service.policy.consent import ConsentKind
from service.policy.people import Role
from tests.api.people import lead
from tests.deployment import REHEARSING
from tests.harness import House, running
from tests.invariants import check_everything
from tests.stories.steps import session_of
from tests.world import World, a_clear_session, a_family, a_world, book, say


@pytest_asyncio.fixture
async def rehearsed(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(sqlite_url, tmp_path, organised=REHEARSING, migrated=True) as house:
        yield await a_world(house)


async def test_nothing_goes_out_and_nothing_is_made_until_the_family_switches_over(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    family = world.family
    session_id = await a_clear_session(world)
    other = await a_family(house, "brook", world.coordinator)
    await book(world, other.child, starts_at=(await session_of(world, session_id)).ends_at)
    third = await a_family(house, "meadow", world.coordinator)
    await house.advance(minutes=35)
    await house.settle()

    # Written and held: neither the families nor the mailbox for copies has got anything.
    assert house.mailbox.letters == []
    assert await house.rooms.meetings() == []
    lead = house.api(Role.DSL, subject=world.lead)
    view = (await lead.get("/v1/rehearsal")).body
    assert (view["is_on"], view["children"], view["switched_over"]) == (True, 3, 0)
    assert view["ready"] == [family.child]
    assert view["lacking"]["consent_missing"] == 1
    assert view["lacking"]["no_session"] == 1
    assert "rehearsal" not in view["lacking"]

    reply = await lead.post(f"/v1/children/{family.child}/switch-over")
    assert reply.status == 204, reply.text
    await house.settle()
    assert house.letters(family.mother_mail)
    assert house.letters(other.mother_mail) == []
    assert len(await house.rooms.meetings()) == 1
    assert (await lead.get("/v1/rehearsal")).body["switched_over"] == 1

    # Going back shuts what was made.
    assert (await lead.post(f"/v1/children/{family.child}/switch-back")).status == 204
    await house.settle()
    assert await house.rooms.meetings() == []
    told = (await lead.get(f"/v1/sessions/{session_id}/clearance")).body["blockers"]
    assert [blocker["code"] for blocker in told] == ["rehearsal"]
    assert third.child not in view["ready"]
    await check_everything(house)


async def test_a_message_held_until_its_session_was_past_never_goes_out(rehearsed: World) -> None:
    world, house = rehearsed, rehearsed.house
    await say(world)
    session_id = await book(world)
    await house.settle()
    await house.until((await session_of(world, session_id)).ends_at)
    for _ in range(3):
        await house.advance(hours=1)
        await house.settle()
    coordinator = house.api(Role.COORDINATOR, subject=world.coordinator)
    path = f"/v1/children/{world.family.child}/switch-over"
    assert (await coordinator.post(path)).status == 204
    assert (await coordinator.post(path)).status == 204  # once more changes nothing
    await house.settle()
    assert house.letters(world.family.mother_mail, "A session needs your promise") == []
    assert "message_not_sent" not in await _alerts(house)
    await check_everything(house)


async def _alerts(house: House) -> set[str]:
    found = (await house.api(Role.DSL).get("/v1/alerts?limit=200")).body["items"]
    return {alert["code"] for alert in found}


async def test_no_is_heard_in_a_rehearsal_and_a_tutor_switches_nobody_over(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    lead = house.api(Role.DSL, subject=world.lead)
    view = (await lead.get("/v1/rehearsal")).body
    assert view["ready"] == []
    assert "consent_refused" in view["lacking"]
    path = f"/v1/children/{world.family.child}/switch-over"
    for role in (Role.TUTOR, Role.MACHINE, Role.INSPECTOR):
        assert (await house.api(role).post(path)).status == 403
    assert (await lead.post("/v1/children/child_nobody/switch-over")).status == 404


async def test_who_does_not_rehearse_has_nothing_to_switch(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, tmp_path, migrated=True) as house:
        world = await a_world(house)
        lead = house.api(Role.DSL, subject=world.lead)
        assert (await lead.get("/v1/rehearsal")).body["is_on"] is False
        reply = await lead.post(f"/v1/children/{world.family.child}/switch-over")
        assert (reply.status, reply.code) == (409, "no_rehearsal")


async def test_a_letter_whose_time_is_still_to_come_is_not_hurried_by_switching_over_or_back(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    await say(world)
    soon = await book(world)
    asked_from = house.clock.now() + timedelta(days=3)
    ahead = house.deps.organisation.minutes("pledge_ahead")
    await book(world, starts_at=asked_from + ahead)
    await house.settle()
    for turn in ("over", "back", "over"):
        path = f"/v1/children/{world.family.child}/switch-{turn}"
        assert (await lead(world).post(path)).status == 204
    await house.settle()

    (letter,) = house.letters(world.family.mother_mail, "A session needs your promise")
    starts_at = (await session_of(world, soon)).starts_at
    assert f"{starts_at:%H:%M}" in letter.text
    await house.until(asked_from)
    await house.settle()
    assert len(house.letters(world.family.mother_mail, "A session needs your promise")) == 2
    await check_everything(house)


async def test_a_consent_link_that_waited_for_the_switch_over_lasts_from_then_on(
    rehearsed: World,
) -> None:
    world, house = rehearsed, rehearsed.house
    place = f"/v1/children/{world.family.child}"
    asked = await lead(world).post(f"{place}/consent-requests", {"giver_id": world.family.mother})
    assert asked.status == 202
    await house.settle()
    await house.advance(days=35)
    await house.settle()
    assert (await lead(world).post(f"{place}/switch-over")).status == 204
    await house.settle()
    await house.advance(days=29)
    (letter,) = house.letters(world.family.mother_mail, "Your permission is needed")
    page = letter.link.removeprefix(house.base_url)
    assert (await house.api().get(page)).status == 200
    await house.advance(days=2)
    assert (await house.api().get(page)).status == 404
    await check_everything(house)
