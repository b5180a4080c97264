"""What the parents' pages do for the child's agreement, a restricted parent, and a student of age."""

from datetime import date

import pytest
from pydantic import SecretStr

from service.policy.consent import Route
from service.policy.consent_wording import CHILD_WORDING, OWN_WORDING
from service.policy.people import Authority, Restriction, Role
from service.workflows.families import links, onboarding, parting
from tests.api.people import a_word, coordinator, lead
from tests.pages import ways
from tests.pages.browsing import Browser
from tests.world import ADMIN, PIN, PIN_HASH, World, a_clear_session


async def test_the_child_agrees_by_a_tick_of_its_own_and_the_parent_is_told_while_it_is_missing(
    world: World, browser: Browser
) -> None:
    url = await ways.to_consent(world)
    assert CHILD_WORDING in (await browser.open(url)).text
    yes = {"adults": world.family.mother, "agree": "yes", "pin": PIN.get_secret_value()}
    missing = "The child has not agreed to the rules for children yet."
    assert missing not in (await browser.open(url)).text
    assert (await browser.send(url, "give", **yes)).status == 303
    assert missing in (await browser.open(url)).text
    assert (await browser.send(url, "give", **yes, child_agrees="yes")).status == 303
    assert missing not in (await browser.open(url)).text
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body["words"]
    assert [one["child_agreed"] for one in told] == [False, True]


@pytest.mark.pitfall(2)
async def test_even_a_link_made_afterwards_opens_nothing_for_a_restricted_parent(
    world: World, browser: Browser
) -> None:
    session_id = await a_clear_session(world)
    command = parting.Restrict(world.family.mother, Restriction.NO_CONTACT, False, "Court order")
    await world.house.do(parting.restrict, command, world.as_coordinator)
    for url in (await ways.to_consent(world), await ways.to_session(world, session_id)):
        assert (await browser.open(url)).status == 404


@pytest.mark.pitfall(7)
async def test_a_student_of_age_answers_for_themselves_and_names_nobody(
    world: World, browser: Browser
) -> None:
    family = world.family
    born = onboarding.PutChild(SecretStr("River"), date(2008, 11, 24), child_id=family.child)
    await world.house.do(onboarding.put_child, born, world.actor(world.lead, Role.DSL))
    student = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr("River"), SecretStr("river@home.example"), None),
        ADMIN,
    )
    own = onboarding.PutTie(family.child, student, "self", Authority.SELF)
    await world.house.do(onboarding.put_tie, own, ADMIN)
    pin = links.SetPin(student, PIN_HASH, Route.PHONE, "number on file")
    await world.house.do(links.set_pin, pin, world.as_coordinator)
    url = await ways.to_consent(world, student)
    page = await browser.open(url)
    assert next(iter(OWN_WORDING.values())) in page.text
    assert "Who may be present" not in page.text
    assert CHILD_WORDING not in page.text
    given = await browser.send(url, "give", agree="yes", pin=PIN.get_secret_value())
    assert given.status == 303
    told = (await lead(world).get(f"/v1/children/{family.child}/consent")).body
    assert told["take_part"] is True
    assert told["present_adults"] == [student]
    mothers = await browser.open(await ways.to_consent(world))
    assert "not on record as somebody who can give permission" in mothers.text


@pytest.mark.pitfall(2)
async def test_a_giver_reads_of_nobody_whose_details_are_hidden_from_the_other_side(
    world: World, browser: Browser
) -> None:
    family = world.family
    carer = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr("Rosalind"), SecretStr("rosa@home.example"), None),
        ADMIN,
    )
    of_refuge = onboarding.PutTie(family.child, carer, "key worker, Elm House", Authority.NONE)
    await world.house.do(onboarding.put_tie, of_refuge, ADMIN)
    fathers = await ways.to_consent(world, family.father)
    assert "Elm House" in (await browser.open(fathers)).text
    for adult in (carer, family.mother):
        hide = parting.Restrict(adult, None, True, "They had to move")
        await world.house.do(parting.restrict, hide, world.as_coordinator)
    page = (await browser.open(fathers)).text
    for word in ("Rosalind", "Elm House", carer, family.mother, "(mother)"):
        assert word not in page
    assert "(father)" in page
    mothers = (await browser.open(await ways.to_consent(world))).text
    assert "(mother)" in mothers
    assert "Elm House" not in mothers

    # Whom he named by telephone stays named, however often he answers on his page.
    spoken = a_word(world, giver_id=family.father, present_adults=[family.father, carer])
    assert (await coordinator(world).post("/v1/consents", spoken)).status == 201
    yes = {"adults": family.father, "agree": "yes", "pin": PIN.get_secret_value()}
    assert (await browser.send(fathers, "give", **yes)).status == 303
    told = (await lead(world).get(f"/v1/children/{family.child}/consent")).body
    assert told["present_adults"] == sorted([family.father, carer])
