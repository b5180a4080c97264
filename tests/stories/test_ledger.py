"""What each word in a child's ledger takes with it, and what it leaves; told over HTTP."""

from datetime import timedelta

import pytest

from service.policy.consent import ConsentKind, Purpose, Route
from service.policy.people import Authority, ParentId
from service.policy.session import SessionState
from service.workflows.consents import consent
from tests.api.people import a_promise, a_word, coordinator, lead, recorded, tutor
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite, session_of
from tests.stories.ties import a_parent, blockers, promised_by, resolve, tie
from tests.world import World, a_clear_session, book, cover, say

pytestmark = on_sqlite


async def never_right(world: World, giver: str) -> None:
    """The office finds that a yes was not the giver's."""
    word = a_word(world, giver_id=giver, kind="invalidated", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", word)).status == 201


@pytest.mark.pitfall(1)
async def test_a_false_yes_that_is_invalidated_does_not_take_the_true_no_before_it_away(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    father = world.family.father
    await say(world, ConsentKind.REFUSED, giver=father)
    await say(world, giver=father)  # somebody else had his link
    assert await blockers(world, session_id) == set()
    await never_right(world, father)
    assert await blockers(world, session_id) == {"consent_refused"}
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED

    assert (await resolve(world, settles=[1, 3])).status == 201
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)


async def names(world: World, giver: ParentId, *adults: ParentId) -> None:
    """A giver says yes by link and names these adults."""
    command = consent.SayWord(
        world.family.child,
        giver,
        Purpose.TAKE_PART,
        ConsentKind.GIVEN,
        Route.LINK,
        policy_version="v3",
        present_adults=adults,
        child_agrees=True,
    )
    await world.house.do(consent.say_word, command, world.as_parent(giver))


@pytest.mark.pitfall(16)
async def test_whom_somebody_named_with_a_false_yes_is_neither_asked_nor_may_promise(
    world: World,
) -> None:
    father, aunt = world.family.father, await a_parent(world, "Xenia")
    await tie(world, aunt, Authority.NONE)
    await names(world, father, aunt)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, aunt)
    assert await blockers(world, session_id) == set()
    await say(world)  # the mother agrees too, and names herself alone
    await never_right(world, father)
    assert await blockers(world, session_id) == {"pledge_void"}
    shown = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert shown["present_adults"] == [world.family.mother]

    another = await book(world, starts_at=world.house.clock.now() + timedelta(days=2))
    promise = a_promise(world, adult_id=aunt)
    refused = await coordinator(world).post(f"/v1/sessions/{another}/pledges", promise)
    assert refused.fields == {"adult_id": "not_named"}
    await world.house.settle()
    assert len(world.house.letters("xenia@home.example", "needs your promise")) == 1
    assert len(world.house.letters(world.family.mother_mail, "needs your promise")) == 2

    await names(world, father, aunt)
    assert await blockers(world, session_id) == set()
    await world.house.settle()
    assert len(world.house.letters("xenia@home.example", "needs your promise")) == 2
    await check_everything(world.house)


@pytest.mark.pitfall(16)
async def test_a_room_is_shut_when_the_yes_falls_that_named_its_adult(world: World) -> None:
    father = world.family.father
    await say(world)
    await say(world, giver=father)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, father)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    (asked,) = world.house.letters(world.family.father_mail, "needs your promise")
    page = asked.link.removeprefix(world.house.base_url)
    await never_right(world, father)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert "No parent or carer whose consent counts" in (await world.house.api().get(page)).text
    await check_everything(world.house)


@pytest.mark.pitfall(16)
async def test_that_a_refusal_was_settled_does_not_bring_its_givers_names_back(
    world: World,
) -> None:
    father = world.family.father
    await say(world, giver=father)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, father)
    await say(world, ConsentKind.WITHDRAWN, giver=father)
    await say(world)
    assert (await resolve(world, settles=[3])).status == 201
    assert await blockers(world, session_id) == {"pledge_void"}
    await check_everything(world.house)


# --- the paper it rested on ---------------------------------------------------------------------------


@pytest.mark.pitfall(6)
async def test_each_word_keeps_the_authority_and_the_paper_that_it_rested_on(
    world: World,
) -> None:
    carer = await a_parent(world, "Foster")
    first = {"document": "Delegation 1", "document_on": "2026-01-05"}
    await tie(world, carer, Authority.DELEGATED, **first)
    await names(world, carer, carer)
    await tie(world, carer, Authority.PARENTAL_RESPONSIBILITY)
    await names(world, carer, carer)
    place = f"/v1/children/{world.family.child}/consent"
    kept = [
        (word["authority"], word["document"], word["document_on"])
        for word in (await lead(world).get(place)).body["words"]
    ]
    assert kept == [
        ("delegated", "Delegation 1", "2026-01-05"),
        ("parental_responsibility", None, None),
    ]
    assert (await tutor(world).get(place)).status == 404
    await check_everything(world.house)


@pytest.mark.pitfall(6)
async def test_a_carer_who_comes_back_under_another_paper_answers_anew(world: World) -> None:
    carer, aunt = await a_parent(world, "Foster"), await a_parent(world, "Xenia")
    await tie(world, aunt, Authority.NONE)
    await tie(world, carer, Authority.DELEGATED, document="D 1", document_on="2026-01-05")
    await names(world, carer, aunt)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, aunt)
    assert await blockers(world, session_id) == set()
    place = f"/v1/children/{world.family.child}"
    in_care = {"looked_after": True, "visiting_never": False}
    assert (await coordinator(world).put(f"{place}/flags", in_care)).status == 204
    moved = await coordinator(world).post(f"{place}/placement-changed", {"reason": "Moved"})
    assert moved.status == 202
    paper = {"document": "D 2", "document_on": "2026-11-20"}
    assert (await tie(world, carer, Authority.DELEGATED, by=lead(world), **paper)).status == 204
    await tie(world, aunt, Authority.NONE)
    assert await blockers(world, session_id) == {"consent_lapsed", "pledge_missing"}
    kinds = [kind for kind in await recorded(world.house) if kind.startswith(("consent", "adult"))]
    assert kinds == [
        "consent.given", "adult.named", "consent.lapsed", "adult.unnamed",
    ]  # fmt: skip
    shown = (await lead(world).get(f"{place}/consent")).body
    assert [(word["kind"], word["document"]) for word in shown["words"]] == [
        ("given", "D 1"), ("lapsed", "D 1"),
    ]  # fmt: skip
    await check_everything(world.house)


@pytest.mark.pitfall(6)
async def test_a_delegation_that_ran_out_brings_no_yes_back_when_it_is_renewed(
    world: World,
) -> None:
    carer = await a_parent(world, "Foster")
    today = world.house.clock.now().date()
    paper = {"document": "D 1", "document_on": "2026-01-05"}
    await tie(world, carer, Authority.DELEGATED, **paper, until=today.isoformat())
    await names(world, carer, carer)
    await tie(world, carer, Authority.DELEGATED, **paper)
    session_id = await book(world, starts_at=world.house.clock.now() + timedelta(days=3))
    assert "consent_lapsed" not in await blockers(world, session_id), "it had not run out"
    ends = {**paper, "until": today.isoformat()}
    assert (await tie(world, carer, Authority.DELEGATED, by=lead(world), **ends)).status == 204
    await world.house.advance(days=1)
    await tie(world, carer, Authority.DELEGATED, document="D 2", document_on="2026-11-20")
    assert "consent_lapsed" in await blockers(world, session_id)
    await names(world, carer, carer)
    assert "consent_lapsed" not in await blockers(world, session_id)
