"""Links as strangers, scanners and other families meet them: one page for all, and nothing changes."""

import secrets
from datetime import timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import ParentId
from service.store.families.links import Link
from service.web.forms import FIELD
from service.workflows.families import link_keeping
from service.workflows.families.links import open_link
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.pages.records import everything
from tests.world import PIN, World, a_family, an_open_session, book, check_in, cover, say

RIGHT = PIN.get_secret_value()
WRONG = "9753"
SCANNER = {"User-Agent": "scanner", "Sec-Fetch-Site": "none"}


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


async def link_of(world: World, url: str) -> Link:
    found: Link = await world.house.read(open_link, token_of(url))
    return found


# --- links that open nothing --------------------------------------------------------------------------


async def some_bad_links(world: World) -> dict[str, str]:
    house, family = world.house, world.family
    expired = await ways.to_consent(world)
    await house.advance(days=31)
    await say(world)
    session_id = await book(world)
    revoked = await ways.to_session(world, session_id)
    end = link_keeping.EndLinks(session_id, family.child, family.mother)
    await house.do(link_keeping.end_links, end, world.as_coordinator)
    return {
        "unknown": f"{house.base_url}/p/{secrets.token_urlsafe(32)}",
        "cut off": (await ways.to_consent(world))[:-1],
        "expired": expired,
        "revoked": revoked,
        "of a session, to somebody who may not be there": await ways.to_session(
            world, session_id, (await a_stranger(world))
        ),
        "longer": f"{house.base_url}/p/{'a' * 500}",
        "not ASCII": f"{house.base_url}/p/%C3%A4%FF",
        "deeper": f"{house.base_url}/p/a/b",
    }


async def a_stranger(world: World) -> ParentId:
    return (await a_family(world.house, "brook", world.coordinator)).mother


@pytest.mark.pitfall(17)
async def test_links_that_open_nothing_look_alike_to_the_byte(
    world: World, browser: Browser
) -> None:
    answers = {}
    for name, url in (await some_bad_links(world)).items():
        page = await browser.open(url)
        headers = {
            key: value for key, value in page.headers.items() if key not in ("X-Request-ID", "Date")
        }
        answers[name] = (page.status, page.text, headers)
    expected = answers["unknown"]
    assert expected[0] == 404
    for name, answer in answers.items():
        assert answer == expected, name


@pytest.mark.pitfall(17)
async def test_forms_sent_to_links_that_open_nothing_look_alike_too(
    world: World, browser: Browser
) -> None:
    links = await some_bad_links(world)
    del links["deeper"]
    pages = [await browser.post(url, {"do": ["give"]}) for url in links.values()]
    assert {(page.status, page.text) for page in pages} == {(404, pages[0].text)}


# --- looking -------------------------------------------------------------------------------------------


@pytest.mark.pitfall(18)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(world: World, browser: Browser, method: str) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    await check_in(world, session_id)
    urls = [await ways.to_consent(world), await ways.to_session(world, session_id)]
    before = await everything(world.house)
    for url in urls * 2:
        page = await browser.open(url, method)
        assert page.status == 200
        assert (page.text == "") is (method == "HEAD")
        assert "Set-Cookie" not in page.headers
    assert await everything(world.house) == before


@pytest.mark.pitfall(18)
async def test_a_scanner_that_sends_every_form_as_it_is_changes_nothing(
    world: World, browser: Browser
) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    await check_in(world, session_id)
    urls = [await ways.to_consent(world), await ways.to_session(world, session_id)]
    before = await everything(world.house)
    for url in urls:
        for name, fields in (await browser.open(url)).forms.items():
            page = await browser.post(url, fields)
            assert (name, page.status) == (name, 422)
    assert await everything(world.house) == before


@pytest.mark.pitfall(18)
async def test_a_scanner_that_ticks_every_box_still_has_no_pin(
    world: World, browser: Browser
) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    urls = [await ways.to_consent(world), await ways.to_session(world, session_id)]
    before = await everything(world.house)
    ticked = {"agree": ["yes"], "adults": [str(world.family.mother)], "mode": ["in_the_room"]}
    for url, name in zip(urls, ("give", "here"), strict=True):
        page = await browser.post(url, (await browser.open(url)).forms[name] | ticked)
        assert page.status == 422
        assert "Enter your PIN." in page.text
    assert await everything(world.house) == before


@pytest.mark.pitfall(18)
async def test_a_no_from_a_program_that_loads_no_page_counts_not(
    world: World, browser: Browser
) -> None:
    await say(world)
    url = await ways.to_consent(world)
    fields = (await browser.open(url)).forms["withdraw"]
    before = await everything(world.house)
    for headers in (SCANNER, {"Origin": "https://elsewhere.example"}):
        assert (await browser.post(url, fields, headers)).status == 403
    del fields[FIELD]
    assert (await browser.post(url, fields)).status == 403
    assert await everything(world.house) == before


# --- forms and whom they are for -----------------------------------------------------------------------


async def test_a_form_of_another_link_is_refused(world: World, browser: Browser) -> None:
    mine, other = await ways.to_consent(world), await ways.to_consent(world, world.family.father)
    fields = (await browser.open(other)).forms["refuse"]
    before = await everything(world.house)
    page = await browser.post(mine, fields)
    assert page.status == 403
    assert "This form is out of date" in page.text
    assert await everything(world.house) == before


async def test_the_token_of_one_form_does_not_send_another(world: World, browser: Browser) -> None:
    await say(world)
    url = await ways.to_consent(world)
    forms = (await browser.open(url)).forms
    page = await browser.post(url, forms["give"] | {"do": ["withdraw"]})
    assert page.status == 403


@pytest.mark.parametrize("do", ["", "pledge", "here", "enter", "nonsense"])
async def test_a_consent_link_does_nothing_about_sessions(
    world: World, browser: Browser, do: str
) -> None:
    url = await ways.to_consent(world)
    before = await everything(world.house)
    assert (await browser.post(url, {"do": [do]})).status == 422
    assert await everything(world.house) == before


@pytest.mark.pitfall(17)
async def test_a_giver_who_may_not_be_present_sees_no_session(
    world: World, browser: Browser
) -> None:
    await say(world)
    session_id = await book(world)
    page = await browser.open(await ways.to_session(world, session_id, world.family.father))
    assert page.status == 200
    assert "Your permission" in page.text
    assert "Fractions" not in page.text
    assert "<time" not in page.text


@pytest.mark.pitfall(17)
async def test_a_session_link_names_no_child(world: World, browser: Browser) -> None:
    await say(world)
    session_id = await book(world)
    await cover(world, session_id)
    page = await browser.open(await ways.to_session(world, session_id))
    assert "A session for R." in page.text
    assert "River" not in page.text
    assert world.family.mother_mail not in page.text


# --- the frame -----------------------------------------------------------------------------------------


async def test_every_page_of_a_parent_is_locked_down_and_shows_whom_to_call(
    world: World, browser: Browser
) -> None:
    await say(world, ConsentKind.GIVEN)
    session_id = await book(world)
    for url in (
        await ways.to_consent(world),
        await ways.to_session(world, session_id),
        world.house.base_url + "/p/x",
    ):
        page = await browser.open(url)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "<script" not in page.text
        assert "style=" not in page.text
        for contact in ("020 7946 0000", "020 7946 0001", "https://www.nspcc.org.uk/"):
            assert contact in page.text


async def test_a_link_outlives_its_first_visit_until_it_expires(
    world: World, browser: Browser
) -> None:
    url = await ways.to_consent(world)
    for _ in range(3):
        assert (await browser.open(url)).status == 200
    await world.house.advance(seconds=timedelta(days=30).total_seconds())
    assert (await browser.open(url)).status == 404
