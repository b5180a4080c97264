"""Concerns on staff's pages, and on those of whoever handles them; every page shows the lead's number."""

import re
from datetime import timedelta

import pytest

from service.policy.people import Role, StaffId
from service.store.concerns import concerns
from service.web.pages.rendering import WEB
from tests import invariants
from tests.pages.browsing import SAME
from tests.pages.concerns import WORDS, all_of
from tests.pages.test_staff_pages import door_of, near, signed_in
from tests.world import World, book

TEMPLATES = WEB / "templates"


# --- staff --------------------------------------------------------------------------------------------


async def test_staff_raise_one_from_a_sessions_page_and_see_how_far_it_is(world: World) -> None:
    tutor = await signed_in(world, world.tutor, Role.TUTOR)
    session_id = await near(world)
    (way,) = re.findall(
        r'href="(/staff/concern[^"]*)"', (await tutor.open(door_of(world.house, session_id))).text
    )
    page = await tutor.send(world.house.base_url + way, "concern", words=WORDS, severity="minor")
    shown = (await tutor.open(world.house.base_url + page.headers["Location"])).text
    assert "Your number is 1" in shown and "nobody has answered yet." in shown
    assert WORDS not in shown
    (one,) = await all_of(world.house)
    assert (one.session_id, one.reporter_id) == (session_id, world.tutor)
    added = await tutor.send(
        world.house.base_url + "/staff/concern", "add", more="And the day before."
    )
    assert added.status == 303
    await invariants.check_everything(world.house)


async def test_a_session_one_is_not_in_does_not_stop_a_concern(world: World) -> None:
    second = await signed_in(world, world.second, Role.SECOND_STAFF)
    session_id = await book(world)
    url = f"{world.house.base_url}/staff/concern?session_id={session_id}"
    assert (await second.send(url, "concern", words=WORDS)).status == 303
    (one,) = await all_of(world.house)
    assert one.session_id is None


async def test_whoever_was_signed_out_meanwhile_keeps_every_word(world: World) -> None:
    tutor = await signed_in(world, world.tutor, Role.TUTOR)
    url = world.house.base_url + "/staff/concern"
    fields = (await tutor.open(url)).forms["concern"] | {"words": [WORDS]}
    await world.house.advance(hours=9)
    page = await tutor.post(url, fields, SAME)
    assert page.status == 401
    assert WORDS in page.text and "sign in in another window" in page.text
    token = world.house.running.tokens.mint(world.tutor, [Role.TUTOR], timedelta(hours=1))
    await tutor.post(f"{world.house.base_url}/staff/sign-in", {"token": [token]}, SAME)
    again = await tutor.post(url, fields, SAME)
    assert again.status == 403 and WORDS in again.text, "the form is of the old sign-in"
    sent = await tutor.post(url, again.forms["concern"] | {"words": [WORDS]}, SAME)
    assert sent.status == 303


# --- those who handle them ----------------------------------------------------------------------------


async def raised_by_tutor(world: World, **more: str | list[str]) -> concerns.Concern:
    """The tutor has raised one."""
    tutor = await signed_in(world, world.tutor, Role.TUTOR)
    session_id = await book(world)
    url = f"{world.house.base_url}/staff/concern?session_id={session_id}"
    assert (await tutor.send(url, "concern", words=WORDS, **more)).status == 303
    return (await all_of(world.house))[-1]


async def test_a_lead_reads_decides_and_closes_on_one_page(world: World) -> None:
    one = await raised_by_tutor(world, severity="danger")
    lead = await signed_in(world, world.lead, Role.DSL)
    listed = await lead.open(f"{world.house.base_url}/staff/concerns")
    assert "Number 1" in listed.text and WORDS not in listed.text
    url = f"{world.house.base_url}/staff/concerns/{one.concern_id}"
    assert WORDS not in (await lead.open(url)).text
    read = await lead.send(url, "read")
    assert read.status == 200 and WORDS in read.text and "Theo" in read.text
    assert (await lead.send(url, "take_on")).status == 303
    assert "in hand" in (await lead.open(url)).text
    missing = await lead.send(url, "decide", words="")
    assert missing.status == 422 and "Say in words what was decided, and why." in missing.text
    assert (await lead.send(url, "decide", words="Police called.")).status == 303
    assert (await lead.send(url, "close", words="They came.")).status == 422
    closed = await lead.send(url, "close", outcome="referred", words="They came.")
    assert closed.status == 303
    page = await lead.open(url)
    assert set(page.forms) == {"", "read", "append"}, "only words are taken now"
    assert (await lead.send(url, "append", words="A letter came.")).status == 303
    assert "take_on" in (await lead.open(url)).forms, "it is open again"
    await invariants.check_everything(world.house)


@pytest.mark.pitfall(65)
@pytest.mark.pitfall(69)
async def test_nobody_else_gets_further_than_not_found(world: World) -> None:
    one = await raised_by_tutor(world, about=["second_staff"])
    paths = ("/staff/concerns", f"/staff/concerns/{one.concern_id}")
    for staff_id, role in (
        (world.tutor, Role.TUTOR),
        (world.second, Role.SECOND_STAFF),
        (world.coordinator, Role.COORDINATOR),
        (StaffId("staff_admin"), Role.ADMIN),
    ):
        somebody = await signed_in(world, staff_id, role)
        for path in paths:
            assert (await somebody.open(world.house.base_url + path)).status == 404
    chair = await signed_in(world, StaffId("chair"), Role.INDEPENDENT)
    assert "There is no concern" in (await chair.open(world.house.base_url + paths[0])).text
    assert (await chair.open(world.house.base_url + paths[1])).status == 404
    unknown = await chair.open(world.house.base_url + "/staff/concerns/concern_nothing")
    assert unknown.text == (await chair.open(world.house.base_url + paths[1])).text


async def test_a_lead_keeps_it_from_whom_it_is_about_or_passes_it_on(world: World) -> None:
    one = await raised_by_tutor(world)
    lead = await signed_in(world, world.lead, Role.DSL)
    url = f"{world.house.base_url}/staff/concerns/{one.concern_id}"
    assert (await lead.send(url, "name", subject_id=world.tutor)).status == 303
    (named,) = await all_of(world.house)
    assert named.subjects == {world.tutor}
    assert (await lead.send(url, "pass_on")).headers["Location"] == "/staff/concerns"
    assert (await lead.open(url)).status == 404
    chair = await signed_in(world, StaffId("chair"), Role.INDEPENDENT)
    assert "Number 1" in (await chair.open(f"{world.house.base_url}/staff/concerns")).text


# --- every page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template", sorted(path.name for path in TEMPLATES.glob("*.html")), ids=lambda name: name
)
def test_every_page_shows_the_leads_number(template: str) -> None:
    text = (TEMPLATES / template).read_text("utf-8")
    if "{% block foot %}" in text:
        shows = "contacts.html" if template == "base.html" else "contacts.safeguarding_lead"
        assert shows in text.split("{% block foot %}")[1]
    whole = "<!doctype" in text or "{% block title %}" in text
    if whole and template not in ("base.html",):
        assert text.startswith("{% extends"), "a page of its own would go without"
