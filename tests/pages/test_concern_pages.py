"""A parent's page of concerns, behind the link: words are enough, none is lost, and none is shown."""

import re

import pytest
from playwright.async_api import Browser as Chromium

from service.policy.concern import About, ConcernKind, Severity
from service.policy.people import Role
from tests import invariants
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.pages.concerns import LEAD_NUMBER, WORDS, all_of, parents_page
from tests.pages.records import everything
from tests.pages.test_accessibility import CONTRAST
from tests.pages.test_staff_pages import signed_in
from tests.world import PIN, World, book, say


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
