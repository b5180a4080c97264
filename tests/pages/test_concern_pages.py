"""Concerns on pages: a parent's behind the link, staff's, and those of whoever handles them."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium

from service.policy.concern import About, ConcernKind, Severity
from service.policy.people import Role, StaffId
from service.store import concerns
from service.store.transactions import Reader
from service.web.pages.rendering import WEB
from tests import invariants
from tests.harness import House
from tests.pages import ways
from tests.pages.browsing import SAME, Browser
from tests.pages.records import everything
from tests.pages.test_accessibility import CONTRAST
from tests.pages.test_staff_pages import door_of, near, signed_in
from tests.world import PIN, World, a_clear_session, book, say

WORDS = "She said: he wants my number."
LEAD_NUMBER = "020 7946 0001"
TEMPLATES = WEB / "templates"


async def all_of(house: House) -> tuple[concerns.Concern, ...]:
    """Every concern there is."""

    def found(reader: Reader) -> tuple[concerns.Concern, ...]:
        return concerns.after(reader, "", 100)

    return await house.read(found)  # type: ignore[no-any-return]


async def parents_page(world: World) -> str:
    """Where the mother tells of a concern."""
    await say(world)
    session_id = await a_clear_session(world)
    return f"{await ways.to_session(world, session_id)}/concern"


# --- a parent -----------------------------------------------------------------------------------------


async def test_a_parent_raises_one_from_any_page_with_words_alone(
    world: World, browser: Browser
) -> None:
    await say(world)
    for link in (await ways.to_consent(world), await ways.to_session(world, await book(world))):
        (way,) = re.findall(r'href="(/p/[^"]+/concern)"', (await browser.open(link)).text)
        page = await browser.send(world.house.base_url + way, "concern", words=WORDS)
        assert page.status == 303
        shown = (await browser.open(world.house.base_url + page.headers["Location"])).text
        assert "We have it. Your number is" in shown
        assert WORDS not in shown
    first, second = await all_of(world.house)
    assert (first.kind, first.severity) == (ConcernKind.OTHER, Severity.SERIOUS)
    assert (first.reporter_id, first.child_id) == (world.family.mother, world.family.child)
    assert first.session_id is None and second.session_id is not None
    await invariants.check_everything(world.house)


async def test_the_form_shows_who_helps_at_once_before_anything_else(
    world: World, browser: Browser
) -> None:
    text = (await browser.open(await parents_page(world))).text
    for number in ("999", "0808 800 5000", "0800 1111", LEAD_NUMBER, "council"):
        assert text.index(number) < text.index("<textarea")


async def test_what_was_ticked_is_kept_and_leads_it_past_the_leads(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    ticked = {"kind": "adult_conduct", "severity": "danger", "about": ["lead", "child"]}
    page = await browser.send(url, "concern", words=WORDS, about_words="Lea", **ticked)
    shown = (await browser.open(world.house.base_url + page.headers["Location"])).text
    assert "Your number is U1" in shown
    assert "our independent contact" in shown
    (one,) = await all_of(world.house)
    assert one.about == {About.LEAD, About.CHILD}
    assert one.severity is Severity.DANGER


async def test_without_words_or_with_too_many_everything_typed_is_still_there(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    page = await browser.send(url, "concern", words=" ", about_words="The man", kind="bullying")
    assert page.status == 422
    assert "Say in your own words what it is about." in page.text
    assert (
        'value="The man"' in page.text
        and 'value="bullying" id="concern-kind-bullying" checked' in page.text
    )
    long = await browser.send(url, "concern", words="x" * 8001)
    assert long.status == 422 and "x" * 8001 in long.text
    assert await all_of(world.house) == ()


async def test_one_press_too_many_is_one_concern_and_other_words_another(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    fields = (await browser.open(url)).forms["concern"]
    for words in (WORDS, WORDS, f"{WORDS} Again."):
        assert (await browser.post(url, fields | {"words": [words]})).status == 303
    assert len(await all_of(world.house)) == 2


async def test_after_many_in_a_short_time_the_words_stay_on_the_page(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    for place in range(10):
        assert (await browser.send(url, "concern", words=f"{WORDS} {place}")).status == 303
    page = await browser.send(url, "concern", words="The eleventh.")
    assert page.status == 429
    assert "The eleventh." in page.text and "Your words are still here" in page.text
    assert "too_many" not in page.text


async def test_what_was_told_before_shows_only_with_the_pin(world: World, browser: Browser) -> None:
    url = await parents_page(world)
    await browser.send(url, "concern", words=WORDS)
    assert "add" not in (await browser.open(url)).forms
    assert "Number 1" not in (await browser.open(url)).text
    wrong = await browser.send(url, "look", pin="9753")
    assert wrong.status == 403 and "That PIN is not right." in wrong.text
    assert (await browser.send(url, "look", pin=PIN.get_secret_value())).status == 303
    page = await browser.open(url)
    assert "Number 1" in page.text and "nobody has answered yet." in page.text
    assert WORDS not in page.text, "the words are for the leads"
    assert (await browser.send(url, "add", more="It was on Tuesday.")).status == 303
    assert (await browser.send(url, "add", more="")).status == 422
    other = Browser(world.house.session)
    assert "Number 1" not in (await other.open(url)).text


async def test_the_number_shows_to_nobody_who_was_not_just_given_it(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    await browser.send(url, "concern", words=WORDS)
    (one,) = await all_of(world.house)
    for given in (one.concern_id, f"{one.concern_id}.x", "x", "é.x"):
        assert "We have it" not in (await browser.open(f"{url}?raised={given}")).text


async def test_a_form_of_another_link_or_site_raises_nothing(
    world: World, browser: Browser
) -> None:
    url = await parents_page(world)
    other = f"{await ways.to_consent(world, world.family.father)}/concern"
    fields = (await browser.open(other)).forms["concern"] | {"words": [WORDS]}
    page = await browser.post(url, fields)
    assert page.status == 403 and WORDS in page.text.replace("&#39;", "'")
    own = (await browser.open(url)).forms["concern"] | {"words": [WORDS]}
    assert (await browser.post(url, own, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert await all_of(world.house) == ()
    nowhere = await browser.open(f"{world.house.base_url}/p/nothing/concern")
    assert nowhere.status == 404 and LEAD_NUMBER in nowhere.text


@pytest.mark.pitfall(18)
async def test_looking_changes_nothing(world: World, browser: Browser) -> None:
    url = await parents_page(world)
    lead = await signed_in(world, world.lead, Role.DSL)
    await browser.send(url, "concern", words=WORDS)
    (one,) = await all_of(world.house)
    staff_pages = ("/staff/concern", "/staff/concerns", f"/staff/concerns/{one.concern_id}")
    before = await everything(world.house)
    for method in ("GET", "HEAD"):
        assert (await browser.open(url, method)).status == 200
        for path in staff_pages:
            assert (await lead.open(world.house.base_url + path, method)).status == 200
    assert await everything(world.house) == before


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


@pytest.mark.browser
async def test_the_forms_fit_a_small_phone_without_scripts_and_can_be_read(
    world: World, chromium: Chromium
) -> None:
    parent = await parents_page(world)
    context = await chromium.new_context(viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto(parent)
    await page.click("button:text-is('Send it now')")
    assert await page.locator("#summary a").get_attribute("href") == "#concern-words"
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.locator("h1").count() == 1
    nameless = await page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), textarea')]"
        ".filter(field => !field.labels.length || !field.labels[0].textContent.trim()).length"
    )
    assert nameless == 0
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        worst = await page.evaluate(CONTRAST)
        assert worst["ratio"] >= 4.5, (scheme, worst)
    await context.close()
