"""A parent's mail address changes: whoever reads the old mailbox finds nothing that opens any more."""

from typing import Any

import pytest

from service.policy.people import ParentId
from service.policy.session import SessionState
from tests.api.people import coordinator, lead, machine
from tests.harness import Api
from tests.invariants import check_everything
from tests.pages.browsing import Browser
from tests.stories.lists import FAMILY, bringer, lines
from tests.stories.steps import in_the_check_in_window, on_sqlite, session_of
from tests.stories.test_duty_team import a_duty_team
from tests.stories.test_the_door import a_code, knock
from tests.world import PIN, World, an_open_session

NEW = "new@river.example"
RIGHT = PIN.get_secret_value()


async def put(world: World, parent_id: ParentId, *, by: Api | None = None, **details: Any) -> None:
    """An adult's details are written anew, by the booking platform unless said otherwise."""
    place = f"/v1/parents/{parent_id}"
    seen = {"If-Match": (await coordinator(world).get(place)).etag}
    body = {"name": "M River", "email": NEW, "phone": "07700 900005"} | details
    reply = await (by or machine(world)).put(place, body, headers=seen)
    assert reply.ok, reply.text


async def asked(world: World, giver_id: ParentId) -> None:
    """The lead asks a giver for consent."""
    ask = f"/v1/children/{world.family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": giver_id})).status == 202
    await world.house.settle()


def links_to(world: World, mail: str) -> list[str]:
    """The links of every letter that arrived there, oldest first."""
    return [letter.link for letter in world.house.letters(mail)]


async def opens(world: World, url: str) -> bool:
    """Whether a link opens a page."""
    return (await Browser(world.house.session).open(url)).status == 200


@pytest.mark.pitfall(17)
async def test_the_old_mailbox_and_device_open_nothing_and_the_new_address_gets_fresh_links(
    world: World,
) -> None:
    family, browser = world.family, Browser(world.house.session)
    session_id = await an_open_session(world)
    await asked(world, family.mother)
    old = links_to(world, family.mother_mail)
    assert [await opens(world, link) for link in old] == [True, True]
    yes = {"agree": "yes", "adults": family.mother}
    assert (await browser.send(old[1], "give", **yes, pin=RIGHT, own_device="yes")).status == 303

    await put(world, family.mother, phone="07700 900006", email=family.mother_mail)
    assert [await opens(world, link) for link in old] == [True, True], "a number opens nothing"
    await put(world, family.mother)
    assert [await opens(world, link) for link in old] == [False, False]
    await world.house.settle()
    assert links_to(world, family.mother_mail) == old
    subjects = [letter.subject for letter in world.house.letters(NEW)]
    assert sorted(subjects) == ["A session is coming", "Your personal page"]
    fresh = {letter.subject: letter.link for letter in world.house.letters(NEW)}
    assert [await opens(world, link) for link in fresh.values()] == [True, True]
    page = fresh["Your personal page"]
    assert (await browser.send(page, "give", **yes, pin="")).status == 422, "no device counts"
    assert (await browser.send(page, "give", **yes, pin=RIGHT)).status == 303
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
async def test_a_letter_that_waits_goes_to_the_new_address_once_with_a_link_that_opens(
    world: World,
) -> None:
    await world.house.advance(hours=7)  # the office is closed: what is written now waits
    await asked(world, world.family.father)
    await put(world, world.family.father)
    await world.house.advance(hours=14)
    await world.house.settle()
    assert not world.house.letters(world.family.father_mail)
    (link,) = links_to(world, NEW)
    assert await opens(world, link)


@on_sqlite
async def test_a_list_with_another_address_ends_the_links_to_the_old_one(world: World) -> None:
    body: dict[str, Any] = {"people": "families", "lines": lines(FAMILY), "go": True}
    assert (await bringer(world).post("/v1/imports", body)).body["lines"][0]["outcome"] == "new"
    (child,) = (await bringer(world).get("/v1/children?external_id=K-1")).body["items"]
    (mother,) = (await bringer(world).get("/v1/parents?external_id=P-1")).body["items"]
    ask = f"/v1/children/{child['id']}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": mother["id"]})).status == 202
    await world.house.settle()
    (old,) = links_to(world, "ada@marsh.example")
    changed = body | {"lines": lines(FAMILY | {"adult1_email": NEW})}
    assert (await bringer(world).post("/v1/imports", changed)).body["lines"][0]["outcome"] == (
        "changed"
    )
    await world.house.settle()
    (fresh,) = links_to(world, NEW)
    assert (await opens(world, old), await opens(world, fresh)) == (False, True)


@on_sqlite
async def test_a_code_that_was_made_on_an_old_page_lets_nobody_in(world: World) -> None:
    made = await a_code(world, await in_the_check_in_window(world))
    await put(world, world.family.mother, by=coordinator(world))
    assert await knock(world, made) == "not_found"
    await check_everything(world.house)


@on_sqlite
async def test_a_deputy_gets_the_page_of_their_team_at_the_new_address(world: World) -> None:
    team, dora, *_ = await a_duty_team(world)
    await asked(world, team)
    (old,) = links_to(world, "dora@home.example")
    await put(world, dora)
    await world.house.settle()
    (fresh,) = links_to(world, NEW)
    assert (await opens(world, old), await opens(world, fresh)) == (False, True)
    (dans,) = links_to(world, "dan@home.example")
    assert await opens(world, dans)
