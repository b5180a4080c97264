"""Every sentence of the pages is translated, and a parent reads theirs."""

from dataclasses import replace
from typing import Any

import pytest
from babel.messages.pofile import read_po
from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.policy.consent import Purpose
from service.policy.consent_wording import CHILD_WORDING, WORDING
from service.store.families import people
from service.store.transactions import Tx
from service.web.pages.languages import LOCALES, choose
from tests.api.people import lead
from tests.deployment import VISITED
from tests.pages import ways
from tests.pages.browsing import Browser, listed
from tests.pages.sentences import of_code, of_templates
from tests.world import ADMIN, PIN, World


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_every_sentence_of_the_pages_is_translated(path: object) -> None:
    catalogue = read_po(path.open("rb"))  # type: ignore[attr-defined]
    translated = {str(one.id) for one in catalogue if one.id and one.string}
    assert sorted({*of_templates(), *of_code()} - translated) == []


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_no_translation_is_left_over_or_loses_a_place_to_fill_in(path: object) -> None:
    catalogue = read_po(path.open("rb"))  # type: ignore[attr-defined]
    assert {str(one.id) for one in catalogue if one.id} - {*of_templates(), *of_code()} == set()
    assert [error for one in catalogue for error in one.check(catalogue)] == []
    assert [one.id for one in catalogue if one.fuzzy] == []


@pytest.mark.parametrize(
    ("own", "wishes", "spoken"),
    [
        ("de", "", "de"),
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("cy", "de;q=0.5, en;q=0.4", "de"),
        (None, "de-AT,de;q=0.9", "de"),
        (None, "en;q=0.1, de;q=0.2", "de"),
        (None, "fr", "en"),
        (None, "de;q=0", "en"),
        (None, "de;q=x, ;;;,*", "en"),
        (None, "", "en"),
        ("", "de", "de"),
    ],
)
def test_a_parents_own_language_comes_first_then_the_browsers(
    own: str | None, wishes: str, spoken: str
) -> None:
    assert choose(own, wishes) == spoken


async def test_a_page_says_which_language_it_is_in(world: World, browser: Browser) -> None:
    browser.headers["Accept-Language"] = "de"
    page = await browser.open(world.house.base_url + "/p/x")
    assert '<html lang="de">' in page.text
    assert "Diese Seite lässt sich nicht öffnen" in page.text
    assert page.headers["Content-Language"] == "de"


async def test_a_translated_wording_stands_beside_the_words_that_are_kept(
    world: World, browser: Browser
) -> None:
    page = await browser.open(await a_page_in_german(world))
    assert '<html lang="de">' in page.text
    assert "Ich stimme zu, dass mein Kind" in page.text
    for kept in (WORDING[Purpose.TAKE_PART], CHILD_WORDING):
        assert f'<blockquote lang="en">{kept}</blockquote>' in page.text


async def test_what_was_shown_is_kept_word_for_word_in_both_languages(
    world: World, browser: Browser
) -> None:
    url = await a_page_in_german(world)
    sent = await browser.send(url, "give", **an_answer(world), child_agrees="yes")
    assert sent.status == 303
    (word,) = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body["words"]
    assert (word["language"], word["wording"]) == ("de", WORDING[Purpose.TAKE_PART])
    assert word["shown"].startswith("Ich stimme zu, dass mein Kind")
    assert word["child_shown"].startswith("In den Stunden bin ich freundlich")
    assert word["child_wording"] == CHILD_WORDING


async def test_an_answer_to_words_that_are_asked_no_more_is_no_answer(
    world: World, browser: Browser
) -> None:
    url = await a_page_in_german(world)
    filled_in = (await browser.open(url)).forms["give"] | listed(an_answer(world))
    await world.house.reorganise(VISITED)
    refused = await browser.post(url, filled_in)
    assert refused.status == 422
    assert "Die Worte haben sich geändert" in refused.text
    ledger = await lead(world).get(f"/v1/children/{world.family.child}/consent")
    assert ledger.body["words"] == []
    again = await browser.send(url, "give", **an_answer(world))
    assert again.status == 303


def an_answer(world: World) -> dict[str, str | list[str]]:
    """What a mother fills in who agrees."""
    return {"agree": "yes", "pin": PIN.get_secret_value(), "adults": str(world.family.mother)}


async def a_page_in_german(world: World) -> str:
    """The mother's link to the consent page, which she reads in German."""
    mail = SecretStr(world.family.mother_mail)
    details = (SecretStr("Mother River"), mail, None, "de")
    await world.house.do(_speaks, (world.family.mother, details), ADMIN)
    return await ways.to_consent(world)


def _speaks(tx: Tx, command: Any) -> None:
    parent_id, (name, email, phone, language) = command
    before = people.parent_record(tx, parent_id)
    people.change_parent(
        tx, replace(before, name=name, email=email, phone=phone, language=language)
    )
    tx.record(Entry(Event.PARENT_CHANGED, parent_id))
