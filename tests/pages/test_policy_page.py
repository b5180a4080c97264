"""A version of the policy asks staff for fresh agreement: each reads it and acknowledges it themselves."""

from typing import Any

from service.policy.people import Role
from tests.api.people import coordinator
from tests.invariants import check_everything
from tests.office import publish
from tests.pages.browsing import SAME
from tests.pages.test_staff_pages import signed_in
from tests.world import World, book, cover

PAGE = "/staff/policy"


async def lacks(world: World, session_id: str) -> set[str]:
    told = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in told.body["blockers"]}


def read_it(**changes: Any) -> dict[str, Any]:
    kind = "policy_acknowledgement"
    return {"kind": kind, "seen_on": "2026-11-24", "policy_version": "v4"} | changes


async def test_a_tutor_reads_the_policy_on_the_staff_page_and_acknowledges_it(
    world: World,
) -> None:
    house = world.house
    session_id = await book(world)
    browser = await signed_in(world, world.tutor, Role.TUTOR)
    assert PAGE not in (await browser.open(house.base_url + "/staff")).text
    await publish(house, "v4", fresh=True)
    assert "tutor_policy_unacknowledged" in await lacks(world, session_id)
    assert PAGE in (await browser.open(house.base_url + "/staff")).text
    page = await browser.open(house.base_url + PAGE)
    assert "Be kind." in page.text
    assert "<script" not in page.text

    sent = await browser.send(house.base_url + PAGE, "acknowledge")
    assert (sent.status, sent.headers["Location"]) == (303, PAGE)
    assert "tutor_policy_unacknowledged" not in await lacks(world, session_id)
    assert PAGE not in (await browser.open(house.base_url + "/staff")).text
    assert "acknowledge" not in (await browser.open(house.base_url + PAGE)).forms
    await check_everything(house)


async def test_only_the_version_that_was_shown_is_acknowledged_and_by_no_form_of_others(
    world: World,
) -> None:
    house = world.house
    session_id = await book(world)
    await publish(house, "v4", fresh=True)
    browser = await signed_in(world, world.tutor, Role.TUTOR)
    form = (await browser.open(house.base_url + PAGE)).forms["acknowledge"]
    forged = await browser.post(house.base_url + PAGE, form | {"form_token": ["x"]}, SAME)
    assert forged.status >= 400
    await publish(house, "v5", fresh=True)
    late = await browser.post(house.base_url + PAGE, form, SAME)
    assert late.status == 409
    assert "The policy has changed since." in late.text
    assert "tutor_policy_unacknowledged" in await lacks(world, session_id)


async def test_second_staff_acknowledge_for_themselves_alone_and_vouch_for_nothing_else(
    world: World,
) -> None:
    session_id = await book(world)
    await cover(world, session_id)
    await publish(world.house, "v4", fresh=True)
    second = world.house.api(Role.SECOND_STAFF, subject=world.second)
    own, others = (f"/v1/staff/{one}/evidence" for one in (world.second, world.tutor))
    training = read_it(kind="training", policy_version=None, trusted_until="2027-05-01")
    for path, body in ((others, read_it()), (own, training)):
        assert (await second.post(path, body)).code == "not_allowed"
    assert (await second.post(own, read_it())).status == 201
    left = await lacks(world, session_id)
    assert "second_staff_policy_unacknowledged" not in left
    assert "tutor_policy_unacknowledged" in left
    await check_everything(world.house)
