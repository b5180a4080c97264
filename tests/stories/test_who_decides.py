"""Whoever decides for a family, or takes down its yes, is neither the child's tutor nor one of the family."""

from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
from tests.api.people import a_promise, a_word, coordinator, here, lead
from tests.invariants import check_everything
from tests.stories.lists import bringer, lines
from tests.stories.register import a_second_entry_of_the_tutor, is_family
from tests.stories.steps import in_the_check_in_window, on_sqlite
from tests.stories.ties import blockers, resolve
from tests.world import World, a_clear_session, a_colleague, book, cover, say

pytestmark = on_sqlite


@pytest.mark.pitfall(28)
async def test_no_word_of_a_family_is_taken_down_by_its_tutor_under_another_entry(
    world: World,
) -> None:
    api = world.house.api(Role.COORDINATOR, subject=await a_second_entry_of_the_tutor(world))
    session_id = await book(world)
    await say(world)
    await cover(world, session_id)
    place = f"/v1/sessions/{session_id}"
    assert (await api.post("/v1/consents", a_word(world))).status == 403
    assert (await api.post(f"{place}/pledges", a_promise(world))).status == 403
    assert await blockers(world, session_id) == {"pledge_missing"}
    assert (await coordinator(world).post(f"{place}/pledges", a_promise(world))).status == 201
    await world.house.advance(minutes=45)
    await world.house.settle()
    assert (await api.post(f"{place}/check-ins", here(world))).status == 403
    assert (await coordinator(world).post(f"{place}/check-ins", here(world))).status == 201
    no = a_word(world, kind="withdrawn", present_adults=[])
    assert (await api.post("/v1/consents", no)).status == 201, "a no is taken down by anybody"
    await check_everything(world.house)


@pytest.mark.pitfall(13)
@pytest.mark.pitfall(28)
async def test_no_pin_is_taken_down_by_whoever_teaches_a_child_of_the_parent(world: World) -> None:
    pin = {"pin": "4711", "route": "phone", "evidence": "number on file"}
    mothers, fathers = (
        f"/v1/parents/{parent}/pin" for parent in (world.family.mother, world.family.father)
    )
    entries = (world.tutor, await a_second_entry_of_the_tutor(world))
    office = [world.house.api(Role.COORDINATOR, subject=one) for one in entries]
    assert (await office[0].put(mothers, pin)).status == 204, "nobody is taught yet"
    await book(world)
    for api in office:
        for place in (mothers, fathers):
            reply = await api.put(place, pin)
            assert (reply.status, "You teach a child" in reply.body["detail"]) == (403, True)
    assert (await coordinator(world).put(fathers, pin)).status == 204


@pytest.mark.pitfall(28)
async def test_a_lead_who_teaches_the_child_under_another_entry_settles_no_conflict(
    world: World,
) -> None:
    other = await a_second_entry_of_the_tutor(world)
    await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    place = f"/v1/children/{world.family.child}/consent-resolution"
    body = {"settles": [1, 3], "basis": "agreement", "stands": True, "reason": "Both agree now."}
    teaching = world.house.api(Role.DSL, subject=other)
    assert (await teaching.post(place, body)).status == 403
    assert (await lead(world).post(place, body)).status == 201


@pytest.mark.pitfall(1)
@pytest.mark.pitfall(9)
async def test_a_lead_of_the_family_loosens_nothing_and_another_lead_does(world: World) -> None:
    session_id = await a_clear_session(world)
    await is_family(world, world.lead, world.family.mother)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    reply = await resolve(world)
    assert reply.status == 403
    assert "Another lead must decide" in reply.body["detail"]
    assert await blockers(world, session_id) == {"consent_refused"}

    fathers = f"/v1/parents/{world.family.father}/restriction"
    childs = f"/v1/children/{world.family.child}/restriction"
    order = {"kind": "no_contact", "reason": "Court order", "details_hidden": True}
    silent = {"kind": "do_not_contact", "reason": "Told by telephone"}
    assert (await lead(world).put(fathers, order)).status == 204, "what protects is never refused"
    assert (await lead(world).put(childs, silent)).status == 204
    for changes in ({"kind": None}, {"details_hidden": False}):
        assert (await lead(world).put(fathers, order | changes)).status == 403
    assert (await lead(world).put(childs, silent | {"kind": None})).status == 403
    another = await a_colleague(world.house, "Dana", "dana")
    api = world.house.api(Role.DSL, subject=another)
    assert (await api.put(childs, silent | {"kind": None})).status == 204
    lifted = {"kind": None, "reason": "The order ended", "details_hidden": False}
    assert (await api.put(fathers, lifted)).status == 204
    decision = {"settles": [1, 3], "basis": "agreement", "stands": True, "reason": "They agree."}
    place = f"/v1/children/{world.family.child}/consent-resolution"
    assert (await api.post(place, decision)).status == 201
    await check_everything(world.house)


@pytest.mark.pitfall(9)
async def test_a_lead_of_the_family_takes_no_flag_away_and_accepts_no_connection_to_it(
    world: World,
) -> None:
    await is_family(world, world.lead, world.family.father)
    flags = f"/v1/children/{world.family.child}/flags"
    never = {"looked_after": False, "visiting_never": True}
    assert (await lead(world).put(flags, never)).status == 204
    assert (await lead(world).put(flags, never | {"visiting_never": False})).status == 403
    another = world.house.api(Role.DSL, subject=await a_colleague(world.house, "Dana", "dana"))
    assert (await another.put(flags, never | {"visiting_never": False})).status == 204
    connected = {"related_id": world.family.mother, "kind": "connection"}
    place = f"/v1/staff/{world.tutor}/relations"
    assert (await coordinator(world).post(place, connected)).status == 201
    accept = f"{place}/{world.family.mother}/acceptance"
    assert (await lead(world).post(accept, {"reason": "He only mows the lawn"})).status == 403


@pytest.mark.pitfall(9)
async def test_no_spoken_yes_is_taken_down_by_somebody_of_the_family(world: World) -> None:
    await is_family(world, world.coordinator, world.family.mother)
    fathers: dict[str, Any] = {
        "giver_id": world.family.father,
        "present_adults": [world.family.father],
    }
    yes = a_word(world, **fathers)
    reply = await coordinator(world).post("/v1/consents", yes)
    assert reply.status == 403
    assert "Another colleague" in reply.body["detail"]
    no = a_word(world, giver_id=world.family.father, kind="refused", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", no)).status == 201
    assert (await lead(world).post("/v1/consents", yes)).status == 201

    session_id = await in_the_check_in_window(world)
    place = f"/v1/sessions/{session_id}"
    promise = a_promise(world, adult_id=world.family.father)
    assert (await coordinator(world).post(f"{place}/pledges", promise)).status == 403
    assert (await coordinator(world).post(f"{place}/check-ins", here(world))).status == 403
    assert (await lead(world).post(f"{place}/check-ins", here(world))).status == 201
    await check_everything(world.house)


@pytest.mark.pitfall(9)
async def test_no_paper_counts_that_the_family_took_or_checked(world: World) -> None:
    await world.house.advance(days=1)
    await is_family(world, world.second, world.family.mother)
    paper = {
        "child_id": world.family.child,
        "giver_id": world.family.father,
        "purpose": "take_part",
        "answer": "given",
        "document": "F-12",
        "signed_on": world.house.clock.now().date().isoformat(),
        "taken_by": world.lead,
        "checked_by": world.second,
        "policy_version": "v3",
        "present_adults": world.family.father,
    }
    body = {"people": "consents", "lines": lines(paper), "go": True}
    (line,) = (await bringer(world).post("/v1/imports", body)).body["lines"]
    assert [one["code"] for one in line["problems"]] == ["is_family"]
    no = {**paper, "answer": "refused", "policy_version": "", "present_adults": ""}
    (line,) = (await bringer(world).post("/v1/imports", body | {"lines": lines(no)})).body["lines"]
    assert line["outcome"] == "new", "a no is taken down by anybody"
