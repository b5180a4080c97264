"""The page with the one button for a provider that is out of order."""

import pytest

from service.policy.people import Role
from service.policy.session import SessionState
from tests.invariants import check_everything
from tests.pages.browsing import Browser
from tests.pages.test_staff_pages import signed_in
from tests.stories.steps import session_of
from tests.world import World, a_clear_session

OFF = "A session does not take place"


def page_of(world: World) -> str:
    return f"{world.house.base_url}/staff/providers"


async def coordinator(world: World) -> Browser:
    return await signed_in(world, world.coordinator, Role.COORDINATOR)


async def test_it_says_what_it_comes_to_and_one_form_does_it(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.settle()
    office = await coordinator(world)
    shown = await office.open(page_of(world))
    assert "have not begun: 1. Adults to be told: 1. Sessions under way: 0." in shown.text
    fields = {"reason": "Their status page", "then": "call_off", "sure": "yes"}
    sent = await office.send(page_of(world), "out-zoom", **fields)
    assert (sent.status, sent.headers["Location"]) == (303, "/staff/providers")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.CANCELLED
    assert len(world.house.letters(world.family.mother_mail, OFF)) == 1
    after = await office.open(page_of(world))
    assert "Nothing is left to be called off or moved." in after.text
    assert "Their status page" in after.text
    lifted = await office.send(page_of(world), "lift-zoom", reason="A test room opened")
    assert lifted.status == 303
    assert "Meetings are made here as usual." in (await office.open(page_of(world))).text
    await check_everything(world.house)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"then": "call_off", "sure": "yes"}, "Say what is out of order, and who says so."),
        ({"reason": "x", "sure": "yes"}, "Choose one answer."),
        ({"reason": "x", "then": "wait"}, "Tick the box to show that this was no slip."),
    ],
)
async def test_what_is_missing_is_named_and_nothing_is_done(
    world: World, fields: dict[str, str], sentence: str
) -> None:
    await a_clear_session(world)
    office = await coordinator(world)
    page = await office.send(page_of(world), "out-zoom", **fields)
    assert page.status == 422
    assert sentence in page.text
    assert "Meetings are made here as usual." in page.text
    await world.house.settle()
    assert world.house.letters(world.family.mother_mail, OFF) == []


async def test_whoever_may_not_decide_sees_no_such_page(world: World) -> None:
    for staff_id, role in ((world.tutor, Role.TUTOR), (world.second, Role.SECOND_STAFF)):
        browser = await signed_in(world, staff_id, role)
        assert (await browser.open(page_of(world))).status == 404
        assert "/staff/providers" not in (await browser.open(f"{world.house.base_url}/staff")).text
    office = await coordinator(world)
    assert "/staff/providers" in (await office.open(f"{world.house.base_url}/staff")).text


async def test_a_form_of_somebody_elses_page_does_nothing(world: World) -> None:
    office = await coordinator(world)
    other = await signed_in(world, world.lead, Role.DSL)
    stolen = (await other.open(page_of(world))).forms["out-zoom"]
    fields = stolen | {"reason": ["x"], "then": ["wait"], "sure": ["yes"]}
    assert (await office.post(page_of(world), fields)).status == 403
    assert "Meetings are made here as usual." in (await office.open(page_of(world))).text
