"""Concerns: raised in one step by whoever has one, never changed, never lost (POL-40 to 44)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from service.policy.concern import About, ConcernKind, Severity
from service.policy.people import Role, SessionId
from service.store.concerns import concerns
from service.workflows.concerns import handling
from service.workflows.concerns.concerns import RaiseConcern, raise_concern
from tests import invariants
from tests.api.people import lead, machine, second, tutor
from tests.stories.concerns import LATER, WORDS, alerted, numbers, other_lead, raised, step
from tests.stories.steps import on_sqlite
from tests.world import World, book, say

# --- one concern's life -------------------------------------------------------------------------------


@pytest.mark.pitfall(69)
async def test_a_concern_is_raised_read_decided_and_closed_by_named_people(world: World) -> None:
    session_id = await book(world)
    mine = await raised(tutor(world), kind="disclosure", severity="danger", session_id=session_id)
    assert (mine["number"], mine["status"], mine["with_whom"]) == ("1", "raised", "leads")
    assert await alerted(lead(world)) == ["concern_of_danger"]

    assert (await tutor(world).get(f"/v1/concerns/{mine['concern_id']}")).status == 403
    both = [step(who, mine, "acknowledge") for who in (lead(world), other_lead(world))]
    replies = await asyncio.gather(*both)
    assert [reply.body["status"] for reply in replies] == ["acknowledged"] * 2
    assert (await step(lead(world), mine, "take-on")).body["handler"] == world.lead
    assert await alerted(lead(world)) == []
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["words"], read["reporter_id"]) == (WORDS, world.tutor)
    assert [one["kind"] for one in read["steps"]] == ["acknowledged", "taken_on"]

    assert (await step(lead(world), mine, "decisions", words="Children's services told.")).ok
    closed = await step(lead(world), mine, "close", outcome="referred", words="They took it on.")
    assert (closed.body["closed_by"], closed.body["outcome"]) == (world.lead, "referred")
    (seen,) = (await tutor(world).get("/v1/concerns/raised")).body["items"]
    assert seen["status"] == "closed"
    assert "words" not in seen and "handler" not in seen
    await invariants.check_everything(world.house)


@on_sqlite
async def test_words_are_only_ever_added_and_open_a_closed_concern_again(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "close", outcome="no_action", words="A misunderstanding.")
    added = await step(tutor(world), mine, "addenda", words=LATER)
    assert added.status == 201
    assert await alerted(lead(world)) == ["concern_added_to"]
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["words"], read["status"]) == (WORDS, "raised")
    assert [one["words"] for one in read["steps"]] == ["A misunderstanding.", LATER]
    assert (await step(second(world), mine, "addenda", words="x")).status == 404, "not theirs"
    assert (await step(lead(world), mine, "acknowledge")).ok
    assert await alerted(lead(world)) == []
    await invariants.check_everything(world.house)


@on_sqlite
async def test_words_added_to_an_open_concern_are_seen_by_whoever_has_it(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "take-on")
    await step(tutor(world), mine, "addenda", words=LATER)
    assert await alerted(lead(world)) == ["concern_added_to"]
    assert (await step(lead(world), mine, "acknowledge")).body["status"] == "in_hand"
    assert await alerted(lead(world)) == []
    await step(lead(world), mine, "acknowledge")
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    kinds = [one["kind"] for one in read["steps"]]
    assert kinds == ["taken_on", "added_to", "acknowledged"]


@on_sqlite
async def test_no_open_concern_drops_off_the_page_behind_closed_ones(world: World) -> None:
    found = [await raised(tutor(world)) for _ in range(3)]
    for one in found[1:]:
        await step(lead(world), one, "close", outcome="no_action", words="A misunderstanding.")
    by = world.actor(world.lead, Role.DSL)
    shown = await world.house.read(handling.at_hand, by, 1)
    assert [one.label for one in shown] == ["1", "3"]
    await step(tutor(world), found[1], "addenda", words=LATER)
    shown = await world.house.read(handling.at_hand, by, 1)
    assert [one.label for one in shown] == ["1", "2", "3"]


@on_sqlite
async def test_a_closed_concern_takes_no_step_but_words(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "close", outcome="advice_given", words="Told how to note it.")
    for what in ("acknowledge", "take-on", "pass-on"):
        assert (await step(lead(world), mine, what)).code == "closed"
    unknown = world.house.api(Role.DSL, subject="staff_unknown")
    other = await raised(tutor(world))
    assert (await step(unknown, other, "acknowledge")).code == "not_allowed"


# --- the running number ---------------------------------------------------------------------------------


async def test_numbers_have_no_gap_however_many_come_at_once(world: World) -> None:
    def one(place: int) -> Any:
        about = ["lead"] if place % 3 == 0 else ["child"]
        wrong = {"session_id": "session_nothing"} if place % 5 == 0 else {}
        body = {"words": f"{WORDS} {place}", "about": about} | wrong
        return tutor(world).post("/v1/concerns", body)

    replies = await asyncio.gather(*(one(place) for place in range(1, 25)))
    given = sorted(reply.body["number"] for reply in replies if reply.status == 201)
    assert sorted(reply.status for reply in replies) == [201] * 20 + [422] * 4
    past_the_leads = [number for number in given if number.startswith("U")]
    assert past_the_leads == sorted(f"U{place}" for place in range(1, 8))
    assert sorted(int(number) for number in set(given) - set(past_the_leads)) == list(range(1, 14))
    await invariants.check_everything(world.house)


@on_sqlite
async def test_the_same_request_twice_is_one_concern(world: World) -> None:
    key = {"headers": {"Idempotency-Key": "a-tap-and-another"}}
    first = await tutor(world).post("/v1/concerns", {"words": WORDS}, **key)
    again = await tutor(world).post("/v1/concerns", {"words": WORDS}, **key)
    assert first.body == again.body
    assert await numbers(lead(world)) == ["1"]


# --- whose concern it is ------------------------------------------------------------------------------------


def a_parents(world: World, session_id: SessionId, **more: Any) -> RaiseConcern:
    """What the mother's page sends."""
    values: dict[str, Any] = {
        "kind": ConcernKind.BULLYING,
        "severity": Severity.SERIOUS,
        "words": SecretStr(WORDS),
        "session_id": session_id,
        "child_id": world.family.child,
    }
    return RaiseConcern(**values | more)


@on_sqlite
async def test_a_parent_is_told_once_somebody_has_it_and_never_what_it_was(world: World) -> None:
    await say(world)
    session_id = await book(world)
    mother = world.as_parent(world.family.mother)
    concern_id = await world.house.do(raise_concern, a_parents(world, session_id), mother)
    quiet = a_parents(world, session_id, about=frozenset({About.TUTOR}))
    about_staff = await world.house.do(raise_concern, quiet, mother)
    for one in (concern_id, about_staff):
        assert (await step(lead(world), {"concern_id": one}, "acknowledge")).ok
    await world.house.settle()
    letters = world.house.letters(world.family.mother_mail, "We received what you told us")
    assert len(letters) == 1, "nothing is written where the copy might reach whom it is about"
    assert WORDS not in letters[0].text
    await invariants.check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(65)
async def test_without_a_session_whoever_lately_taught_the_child_may_be_meant(world: World) -> None:
    await say(world)
    session_id = await book(world)
    mother = world.as_parent(world.family.mother)
    about = frozenset({About.TUTOR, About.SECOND_STAFF})
    command = replace(a_parents(world, session_id, about=about), session_id=None)
    concern_id = await world.house.do(raise_concern, command, mother)
    concern = await world.house.read(concerns.get, concern_id)
    assert concern.subjects == {world.tutor}
    as_lead_too = world.house.api(Role.DSL, subject=world.tutor)
    assert await numbers(as_lead_too) == []


@on_sqlite
async def test_a_program_passes_one_on_with_whose_it_is(world: World) -> None:
    refused = await machine(world).post("/v1/concerns", {"words": WORDS})
    assert refused.fields == {"told_by": "missing"}
    told = {"reporter_as": "parent", "reporter_id": world.family.mother}
    mine = await raised(machine(world), told_by=told)
    stranger = {"reporter_as": "other", "words": "A neighbour, 020 7946 0099"}
    await raised(machine(world), told_by=stranger)
    child = await machine(world).post(
        "/v1/concerns", {"words": WORDS, "told_by": told, "child_id": "c"}
    )
    assert child.fields == {"child_id": "unknown"}
    nobody = {"reporter_as": "parent", "reporter_id": "parent_nobody"}
    reply = await machine(world).post("/v1/concerns", {"words": WORDS, "told_by": nobody})
    assert reply.fields == {"told_by": "unknown"}
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["reporter_id"], read["raised_by"]) == (world.family.mother, "booking-platform")
    assert len((await machine(world).get("/v1/concerns/raised")).body["items"]) == 2
    await invariants.check_everything(world.house)
