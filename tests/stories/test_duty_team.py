"""The council's duty team has the say for a child in care; whoever is on duty answers in their own name."""

import pytest
from pydantic import SecretStr

from service.policy.consent import ConsentKind
from service.policy.people import Authority, ParentId
from service.policy.session import SessionState
from service.workflows.families import onboarding
from tests.api.people import a_word, coordinator, lead, machine
from tests.invariants import check_everything
from tests.pages.browsing import Browser
from tests.stories.steps import on_sqlite, second_staff_go_in, session_of, tutor_goes_in, waits
from tests.stories.ties import a_parent, blockers, tie
from tests.world import ADMIN, PIN, World, a_clear_session, book, cover, say

pytestmark = [on_sqlite, pytest.mark.pitfall(6)]
SHOWN = PIN.get_secret_value()


async def a_duty_team(world: World) -> tuple[ParentId, ParentId, ParentId, ParentId]:
    """The team with its order, two deputies, and a shift worker of the home who has no say."""
    team, dora, dan = [await a_parent(world, name) for name in ("Duty", "Dora", "Dan")]
    shift = await a_parent(world, "Shift")
    order = {"document": "care order 12", "document_on": "2026-01-05"}
    assert (await tie(world, team, Authority.LOCAL_AUTHORITY, **order)).status == 204
    assert (await tie(world, shift, Authority.NONE)).status == 204
    for parent_id in (world.family.mother, world.family.father):
        place = f"/v1/children/{world.family.child}/parents/{parent_id}/end"
        assert (await lead(world).post(place, {"reason": "Care order"})).status == 204
    for deputy in (dora, dan):
        reply = await coordinator(world).post(f"/v1/parents/{team}/deputies", {"parent_id": deputy})
        assert reply.status == 201, reply.text
    return team, dora, dan, shift


async def test_a_deputy_answers_by_their_own_link_and_a_shift_worker_is_there(
    world: World,
) -> None:
    house, browser = world.house, Browser(world.house.session)
    team, dora, dan, shift = await a_duty_team(world)
    ask = f"/v1/children/{world.family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": team})).status == 202
    session_id = await book(world)
    await cover(world, session_id)
    await house.settle()
    assert not house.letters("duty@home.example")
    (doras,) = house.letters("dora@home.example", "permission")
    (dans,) = house.letters("dan@home.example", "permission")
    assert doras.link != dans.link

    given = await browser.send(
        doras.link,
        "give",
        agree="yes",
        policy_version="v3",
        adults=shift,
        child_agrees="yes",
        pin=SHOWN,
    )
    assert given.status == 303, given.text
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert [(one["giver_id"], one["answered_by"]) for one in told["words"]] == [(team, dora)]
    assert told["present_adults"] == [shift]

    await house.settle()
    (asked,) = house.letters("shift@home.example", "needs your promise")
    promised = await browser.send(asked.link, "pledge", mode="in_the_room", agree="yes", pin=SHOWN)
    assert promised.status == 303, promised.text
    assert await blockers(world, session_id) == set()
    await house.advance(minutes=45)
    await house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    here = await browser.send(asked.link, "here", agree="yes", pin=SHOWN)
    assert here.status == 303, here.text
    await second_staff_go_in(world, session_id)
    await tutor_goes_in(world, session_id)
    assert await waits(world, session_id, world.as_parent(shift), world.family.child) is None

    # The other deputy takes the team's word back, without a PIN, and the room is shut.
    taken_back = await browser.send(dans.link, "withdraw", sure="yes")
    assert taken_back.status == 303, taken_back.text
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert [one["answered_by"] for one in told["words"]] == [dora, dan]
    assert told["status"]["take_part"] == "refused"
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    await check_everything(house)


async def test_a_word_for_a_team_names_the_deputy_who_spoke(world: World) -> None:
    team, dora, dan, shift = await a_duty_team(world)
    word = a_word(world, giver_id=team, present_adults=[shift])
    api = coordinator(world)
    assert (await api.post("/v1/consents", word)).fields == {"answered_by": "not_a_deputy"}
    other = word | {"answered_by": shift}
    assert (await api.post("/v1/consents", other)).fields == {"answered_by": "not_a_deputy"}
    absent = word | {"answered_by": dora, "present_adults": [team]}
    assert (await api.post("/v1/consents", absent)).fields == {"present_adults": "is_a_team"}
    assert (await api.post("/v1/consents", word | {"answered_by": dora})).status == 201
    await world.house.settle()
    assert world.house.letters("dora@home.example", "What we noted")
    assert not world.house.letters("duty@home.example")
    mothers = a_word(world, giver_id=shift, answered_by=dora)
    assert (await api.post("/v1/consents", mothers)).fields == {"answered_by": "no_team"}

    # A deputy who has left answers no more; with nobody left, nobody says yes for the team.
    place = f"/v1/parents/{team}/deputies"
    for deputy in (dora, dan):
        assert (await api.post(f"{place}/{deputy}/end")).status == 204
    gone = word | {"answered_by": dora, "kind": "withdrawn", "present_adults": []}
    assert (await api.post("/v1/consents", gone)).fields == {"answered_by": "not_a_deputy"}
    assert (await api.post("/v1/consents", word)).fields == {"answered_by": "not_a_deputy"}
    nobody = word | {"kind": "withdrawn", "present_adults": []}
    assert (await api.post("/v1/consents", nobody)).status == 201, "a no needs no deputy"
    assert (await coordinator(world).post(place, {"parent_id": dora})).status == 201
    (link,) = {one.link for one in world.house.letters("dora@home.example", "What we noted")}
    page = await world.house.api().get(link.removeprefix(world.house.base_url))
    assert page.status == 404
    await check_everything(world.house)


async def test_deputies_are_people_named_by_a_named_person(world: World) -> None:
    team, dora, *_ = await a_duty_team(world)
    place = f"/v1/parents/{team}/deputies"
    assert (await machine(world).post(place, {"parent_id": dora})).status == 403
    assert (await lead(world).post(place, {"parent_id": dora})).code == "is_deputy"
    assert (await lead(world).post(place, {"parent_id": team})).fields == {"parent_id": "is_a_team"}
    missing = await lead(world).post(place, {"parent_id": "parent_x"})
    assert missing.fields == {"parent_id": "unknown"}
    nobody = await lead(world).post("/v1/parents/parent_x/deputies", {"parent_id": dora})
    assert nobody.status == 404


@pytest.mark.pitfall(1)
async def test_nobody_with_a_say_of_their_own_becomes_a_team(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    xena, gran, aunt = [await a_parent(world, name) for name in ("Xena", "Gran", "Aunt")]
    letter = {"document": "letter 7", "document_on": "2026-11-01"}
    assert (await tie(world, gran, Authority.DELEGATED, **letter)).status == 204
    assert (await tie(world, aunt, Authority.NONE)).status == 204
    await say(world, ConsentKind.REFUSED, giver=gran)
    for person in (world.family.father, gran, aunt, xena):
        reply = await coordinator(world).post(
            f"/v1/parents/{person}/deputies", {"parent_id": world.family.mother}
        )
        assert reply.code == "not_a_team", reply.text
    yes = a_word(world, giver_id=world.family.father, answered_by=xena)
    assert (await coordinator(world).post("/v1/consents", yes)).fields == {"answered_by": "no_team"}
    assert await blockers(world, session_id) == {"consent_refused"}


async def test_a_team_never_gets_the_say_of_a_person_and_no_parent_speaks_for_it(
    world: World,
) -> None:
    team = await a_parent(world, "Duty")
    order = {"document": "care order 12", "document_on": "2026-01-05"}
    assert (await tie(world, team, Authority.LOCAL_AUTHORITY, **order)).status == 204
    place = f"/v1/parents/{team}/deputies"
    mother = await coordinator(world).post(place, {"parent_id": world.family.mother})
    assert mother.fields == {"parent_id": "has_a_say"}
    dora = await a_parent(world, "Dora")
    assert (await coordinator(world).post(place, {"parent_id": dora})).status == 201
    own = await tie(world, team, Authority.PARENTAL_RESPONSIBILITY)
    assert own.fields == {"authority": "is_a_team"}


@pytest.mark.pitfall(9)
async def test_no_session_rests_on_the_word_of_a_deputy_who_teaches_it(world: World) -> None:
    team, dora, _, shift = await a_duty_team(world)
    session_id = await book(world)
    contact = onboarding.PutParent(SecretStr("Theo"), SecretStr("theo@tuition.example"), None)
    theo: ParentId = await world.house.do(onboarding.put_parent, contact, ADMIN)
    place = f"/v1/parents/{team}/deputies"
    reply = await coordinator(world).post(place, {"parent_id": theo})
    assert reply.fields == {"parent_id": "is_the_tutor"}

    # Whoever becomes a deputy with other contacts is found out when their own are put on record.
    word = a_word(world, giver_id=team, present_adults=[shift], answered_by=dora)
    assert (await coordinator(world).post("/v1/consents", word)).status == 201
    assert "tutor_is_family" not in await blockers(world, session_id)
    known = onboarding.PutParent(
        SecretStr("Dora"), SecretStr("theo@tuition.example"), None, parent_id=dora
    )
    await world.house.do(onboarding.put_parent, known, ADMIN)
    assert "tutor_is_family" in await blockers(world, session_id)
    assert (await coordinator(world).post(f"{place}/{dora}/end")).status == 204
    assert "tutor_is_family" in await blockers(world, session_id), "the yes they gave still stands"
