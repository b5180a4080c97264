"""Several promises in one action: every coming session listed, each removable, each asked again."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.consent import Route
from service.policy.people import Role, SessionId
from service.store.sessions import cases
from service.workflows.sessions import amending
from tests.api.people import stored
from tests.invariants import check_everything
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.stories.steps import on_sqlite
from tests.world import PIN, World, book, say

pytestmark = on_sqlite

RIGHT = PIN.get_secret_value()
FILLED = {"mode": "in_the_room", "agree": "yes", "pin": RIGHT}
WEEK = timedelta(days=7)


@pytest.fixture
def browser(world: World) -> Browser:
    """A parent's browser."""
    return Browser(world.house.session)


async def weekly(world: World, count: int = 3) -> list[SessionId]:
    await say(world)
    first = world.house.clock.now() + timedelta(days=1)
    return [await book(world, starts_at=first + number * WEEK) for number in range(count)]


async def pledged(world: World, ids: list[SessionId]) -> list[bool]:
    found = [(await world.house.read(cases.load, one)).children[0].pledges for one in ids]
    return [bool(pledges) for pledges in found]


@pytest.mark.pitfall(5)
async def test_one_action_promises_for_every_session_that_stays_ticked(
    world: World, browser: Browser
) -> None:
    ids = await weekly(world)
    url = await ways.to_session(world, ids[0])
    page = await browser.open(url)
    listed = page.forms["pledges"]["occasion"]
    assert listed == [f"{one}~1" for one in ids]
    assert page.text.count("Fractions") >= 3
    kept = [listed[0], listed[2]]
    assert (await browser.send(url, "pledges", occasion=kept, **FILLED)).status == 303
    assert await pledged(world, ids) == [True, False, True]
    again = await browser.open(url)
    assert again.forms["pledges"]["occasion"] == [listed[1]]
    assert "here" not in again.forms
    # One promise taken back leaves the other, and the consent, as they were.
    assert (await browser.send(url, "unpledge", sure="yes")).status == 303
    third = await world.house.read(cases.load, ids[2])
    assert third.children[0].pledge_for(third.session) is not None
    assert (await browser.open(url)).forms["pledges"]["occasion"] == listed[:2]
    await check_everything(world.house)


async def test_all_or_none_and_nothing_without_pin_tick_and_choice(
    world: World, browser: Browser
) -> None:
    ids = await weekly(world)
    url = await ways.to_session(world, ids[0])
    before = await stored(world.house)
    form = (await browser.open(url)).forms["pledges"]
    for missing, field in (("agree", "agree"), ("pin", "pin"), ("mode", "mode")):
        filled = {name: value for name, value in FILLED.items() if name != missing}
        page = await browser.send(url, "pledges", **filled)
        assert page.status == 422
        assert f'href="#pledges-{field}"' in page.text
    none = await browser.send(url, "pledges", occasion=[], **FILLED)
    assert "Choose at least one session." in none.text
    for wrong in ("x", f"{ids[1]}~", f"{ids[1]}~99", "session_x~1"):
        broken = form | {"occasion": [f"{ids[0]}~1", wrong]} | {k: [v] for k, v in FILLED.items()}
        assert (await browser.post(url, broken)).status in (404, 409, 422)
    assert await stored(world.house) == before


async def test_a_session_that_changed_meanwhile_is_shown_anew(
    world: World, browser: Browser
) -> None:
    ids = await weekly(world)
    url = await ways.to_session(world, ids[0])
    form = (await browser.open(url)).forms["pledges"]
    change = amending.Amend(ids[1], None, purpose="Decimals")
    await world.house.do(amending.amend, change, world.as_coordinator)
    page = await browser.post(url, form | {name: [value] for name, value in FILLED.items()})
    assert page.status == 409
    assert await pledged(world, ids) == [False, False, False]
    assert "Decimals" in page.text
    assert f"{ids[1]}~2" in page.text


async def test_nobody_promises_further_ahead_than_six_weeks(world: World, browser: Browser) -> None:
    ids = await weekly(world, count=8)
    url = await ways.to_session(world, ids[0])
    form = (await browser.open(url)).forms["pledges"]
    assert len(form["occasion"]) == 6
    filled = form | {name: [value] for name, value in FILLED.items()}
    beyond = {"occasion": [*form["occasion"], f"{ids[7]}~1"]}
    assert (await browser.post(url, filled | beyond)).status == 409
    assert not any(await pledged(world, ids))
    for hours, asked in ((0, 6), (25, 7)):
        await world.house.advance(hours=hours)
        await world.house.settle()
        letters = world.house.letters(world.family.mother_mail, "A session needs your promise")
        assert len(letters) == asked


async def test_the_same_by_telephone_with_one_letter_that_says_so(world: World) -> None:
    ids = await weekly(world)
    family, office = world.family, world.house.api(Role.COORDINATOR, subject=world.coordinator)
    place = f"/v1/children/{family.child}"
    reply = await office.get(f"{place}/occasions?adult_id={family.mother}")
    listed: list[dict[str, Any]] = reply.body["occasions"]
    assert [(one["session_id"], one["promised"]) for one in listed] == [(i, False) for i in ids]
    assert (await office.get(f"{place}/occasions?adult_id={family.father}")).status == 404
    word = {
        "adult_id": family.mother,
        "mode": "in_earshot",
        "route": "phone",
        "evidence": "number on file",
        "occasions": [{"session_id": one, "terms": 1} for one in ids[:2]],
    }
    assert (await office.post(f"{place}/pledges", word)).status == 201
    assert await pledged(world, ids) == [True, True, False]
    again = await office.post(f"{place}/pledges", word)
    assert (again.status, again.code) == (409, "pledged")
    wider = word | {"occasions": [{"session_id": one, "terms": 1} for one in ids]}
    assert (await office.post(f"{place}/pledges", wider)).status == 201
    await world.house.settle()
    letters = world.house.letters(family.mother_mail, "What we noted")
    assert sorted("at 2 sessions" in one.text for one in letters) == [False, True]
    await check_everything(world.house)


async def test_the_tutor_takes_down_no_promises(world: World) -> None:
    ids = await weekly(world, count=2)
    both = world.house.api(Role.COORDINATOR, subject=world.tutor)
    word = {
        "adult_id": world.family.mother,
        "mode": "in_earshot",
        "route": Route.PHONE.value,
        "evidence": "number on file",
        "occasions": [{"session_id": one, "terms": 1} for one in ids],
    }
    place = f"/v1/children/{world.family.child}/pledges"
    assert (await both.post(place, word)).status == 403
    assert not any(await pledged(world, ids))


async def test_each_occasion_is_asked_about_again_on_its_day(
    world: World, browser: Browser
) -> None:
    ids = await weekly(world, count=2)
    url = await ways.to_session(world, ids[1])
    await browser.send(url, "pledges", **FILLED)
    case = await world.house.read(cases.load, ids[1])
    await world.house.until(case.session.starts_at - timedelta(minutes=15))
    page = await browser.open(url)
    assert {"here"} == {"here", "pledge", "pledges", "enter"} & page.forms.keys()
    assert "I am with the child now, and I agree to this purpose:" in page.text
