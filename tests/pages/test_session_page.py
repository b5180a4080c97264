"""A present adult's page for one session: promise, "I am here", the door, the statement."""

import pytest

from service.policy.consent import ConsentKind, Purpose, Route
from service.policy.people import SessionId
from service.policy.presence import PresenceMode
from service.store.sessions import cases
from service.workflows.attending.presence import MakePledge, make_pledge
from service.workflows.consents import consent
from service.workflows.sessions import amending, booking
from tests.pages import ways
from tests.pages.browsing import Browser, Page
from tests.pages.records import everything
from tests.world import PIN, World, an_open_session, book, cover, say

RIGHT = PIN.get_secret_value()


async def a_covered_session(world: World) -> SessionId:
    await say(world)
    session_id = await book(world)
    await cover(world, session_id)
    return session_id


async def promise(browser: Browser, url: str, do: str = "pledge", **more: str) -> Page:
    filled = {"mode": "in_the_room", "agree": "yes", "pin": RIGHT} | more
    return await browser.send(url, do, **filled)


async def test_the_page_shows_time_purpose_and_who_will_be_there(
    world: World, browser: Browser
) -> None:
    session_id = await a_covered_session(world)
    page = await browser.open(await ways.to_session(world, session_id))
    for shown in (
        "24 November 2026",
        "16:00",
        "16:45",
        "Europe/London",
        "Fractions",
        "Tutor: Theo",
        "Second member of staff: Sam",
    ):
        assert shown in page.text


async def test_a_promise_is_kept_and_shown(world: World, browser: Browser) -> None:
    session_id = await a_covered_session(world)
    url = await ways.to_session(world, session_id)
    answer = await promise(browser, url)
    assert (answer.status, answer.headers["Location"]) == (
        303,
        url.removeprefix(world.house.base_url),
    )
    case = await world.house.read(cases.load, session_id)
    assert [pledge.mode for pledge in case.children[0].pledges] == [PresenceMode.IN_THE_ROOM]
    page = await browser.open(url)
    assert "You promised to be present." in page.text
    assert "from 15:40 on" in page.text


async def test_a_promise_on_old_terms_is_refused_and_the_new_time_is_shown(
    world: World, browser: Browser
) -> None:
    session_id = await a_covered_session(world)
    url = await ways.to_session(world, session_id)
    before = await everything(world.house)
    page = await promise(browser, url, terms="0")
    assert page.status == 409
    assert "The session has changed since." in page.text
    assert "16:00" in page.text
    assert page.forms["pledge"]["terms"] == ["1"]
    after = await everything(world.house)
    assert after["pledges"] == before["pledges"]


async def test_a_moved_session_closes_the_old_page(world: World, browser: Browser) -> None:
    session_id = await a_covered_session(world)
    url = await ways.to_session(world, session_id)
    fields = (await browser.open(url)).forms["pledge"]
    case = await world.house.read(cases.load, session_id)
    later = case.session.starts_at.replace(hour=17)
    terms = booking.Terms(later, later.replace(minute=45), "local", "Europe/London", "Fractions")
    await world.house.do(
        amending.reschedule,
        amending.Reschedule(session_id, case.session.version, terms),
        world.as_coordinator,
    )
    await world.house.settle()
    assert (await browser.post(url, fields)).status == 404
    letter = world.house.letters(world.family.mother_mail, "changed")[-1]
    assert "17:00" in (await browser.open(letter.link)).text


async def test_what_was_typed_is_still_there_after_a_mistake(
    world: World, browser: Browser
) -> None:
    url = await ways.to_session(world, await a_covered_session(world))
    page = await browser.send(url, "pledge", mode="in_earshot", pin="111222")
    assert page.status == 422
    assert page.forms["pledge"]["mode"] == ["in_earshot"]
    assert "111222" not in page.text
    assert 'href="#pledge-agree"' in page.text
    assert 'id="pledge-agree"' in page.text
    assert 'aria-describedby="pledge-agree-wrong"' in page.text
    assert 'id="pledge-agree-wrong"' in page.text


async def test_a_promise_can_be_taken_back_without_a_pin(world: World, browser: Browser) -> None:
    url = await ways.to_session(world, await a_covered_session(world))
    await promise(browser, url)
    assert (await browser.send(url, "unpledge")).status == 422
    assert (await browser.send(url, "unpledge", sure="yes")).status == 303
    assert "pledge" in (await browser.open(url)).forms


async def test_sending_a_promise_twice_is_no_mistake(world: World, browser: Browser) -> None:
    url = await ways.to_session(world, await a_covered_session(world))
    fields = (await browser.open(url)).forms["pledge"]
    filled = fields | {"mode": ["in_the_room"], "agree": ["yes"], "pin": [RIGHT]}
    assert [(await browser.post(url, filled)).status for _ in range(2)] == [303, 303]


async def test_i_am_here_asks_for_the_purpose_again(world: World, browser: Browser) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    page = await browser.send(url, "here", pin=RIGHT)
    assert page.status == 422
    assert "Tick the box if you agree to the purpose." in page.text
    assert (await ways.say_here(browser, url)).status == 303
    assert "You said that you are there." in (await browser.open(url)).text


async def test_one_page_promises_and_says_here(world: World, browser: Browser) -> None:
    session_id = await a_covered_session(world)
    await world.house.advance(minutes=45)
    url = await ways.to_session(world, session_id)
    assert "here" not in (await browser.open(url)).forms
    assert (await promise(browser, url, "pledge_here")).status == 303
    case = await world.house.read(cases.load, session_id)
    assert len(case.children[0].pledges) == len(case.children[0].check_ins) == 1


async def test_before_the_day_nobody_can_say_here(world: World, browser: Browser) -> None:
    url = await ways.to_session(world, await a_covered_session(world))
    await promise(browser, url)
    assert not {"here", "pledge_here", "enter"} & (await browser.open(url)).forms.keys()


async def test_a_giver_can_withdraw_on_any_page(world: World, browser: Browser) -> None:
    url = await ways.to_session(world, await a_covered_session(world))
    assert (await browser.send(url, "withdraw", sure="yes")).status == 303
    assert "withdraw" not in (await browser.open(url)).forms


async def test_another_adult_who_promised_later_is_the_one(world: World, browser: Browser) -> None:
    family = world.family
    await say(world)
    both = consent.SayWord(
        family.child, family.mother, Purpose.TAKE_PART, ConsentKind.GIVEN, Route.LINK,
        policy_version="v3", present_adults=(family.mother, family.father),
    )  # fmt: skip
    await world.house.do(consent.say_word, both, world.as_parent(family.mother))
    session_id = await book(world)
    await cover(world, session_id)
    url = await ways.to_session(world, session_id)
    await promise(browser, url)
    await world.house.advance(seconds=1)
    fathers = MakePledge(
        session_id, family.child, family.father, 1, PresenceMode.ON_CAMERA, Route.LINK
    )
    await world.house.do(make_pledge, fathers, world.as_parent(family.father))
    page = await browser.open(url)
    assert "Another adult promised after you" in page.text
    assert "Father" not in page.text


@pytest.mark.pitfall(14)
async def test_after_the_end_the_parent_states_what_happened_once_against_what_was_promised(
    world: World, browser: Browser
) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    url = await ways.to_session(world, session_id)
    await ways.say_here(browser, url)
    await world.house.advance(minutes=70)
    await world.house.settle()
    text = " ".join((await browser.open(url)).text.split())
    assert "How the adult was to be present. Promised: in the same room." in text
    assert "Second staff noted nothing of the adult." in text
    page = await browser.send(url, "statement", took_place="no", pin=RIGHT)
    assert page.status == 422
    assert page.text.count("Choose one answer.") == 4  # each twice: above, and at its question
    answers = {"took_place": "no", "adult_present": "yes", "second_staff_present": "no"}
    assert (await browser.send(url, "statement", pin=RIGHT, **answers)).status == 303
    assert "You have told us." in (await browser.open(url)).text


async def test_a_cancelled_session_says_so(world: World, browser: Browser) -> None:
    session_id = await a_covered_session(world)
    url = await ways.to_session(world, session_id)
    cancel = amending.Cancel(session_id, "ill")
    await world.house.do(amending.cancel, cancel, world.as_coordinator)
    page = await browser.open(url)
    assert page.status in (200, 404)
    assert "pledge" not in page.forms
    assert "ill" not in page.text.split("<footer>")[0].split()
