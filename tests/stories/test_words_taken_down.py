"""Words that somebody took down count for no session of theirs, and words that disagree are told."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.workflows.sessions import amending
from tests.api.people import a_promise, a_word, coordinator, lead
from tests.invariants import check_everything
from tests.stories.lists import bringer, lines
from tests.stories.register import a_second_entry_of_the_tutor
from tests.stories.steps import alerts_now, on_sqlite, session_of
from tests.stories.ties import blockers, resolve
from tests.world import World, a_colleague, book, cover, say

pytestmark = on_sqlite


@pytest.mark.pitfall(13)
async def test_a_yes_that_somebody_took_down_counts_for_no_session_that_they_teach(
    world: World,
) -> None:
    assert (await coordinator(world).post("/v1/consents", a_word(world))).status == 201
    session_id = await book(world)
    await cover(world, session_id)
    place = f"/v1/sessions/{session_id}"
    assert (await coordinator(world).post(f"{place}/pledges", a_promise(world))).status == 201
    assert await blockers(world, session_id) == set()
    await teaches_instead(world, session_id)
    assert await blockers(world, session_id) == {"consent_taken_by_tutor"}
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED

    await say(world)
    assert await blockers(world, session_id) == {"pledge_taken_by_tutor"}
    again = await lead(world).post(f"{place}/pledges", a_promise(world))
    assert (again.status, await blockers(world, session_id)) == (201, set())
    await check_everything(world.house)


async def teaches_instead(world: World, session_id: SessionId) -> None:
    """The coordinator takes the lesson on."""
    change = amending.Amend(session_id, None, tutor_id=world.coordinator)
    await world.house.do(amending.amend, change, world.as_coordinator)


@pytest.mark.pitfall(13)
@pytest.mark.parametrize("witness", ["taken_by", "checked_by"])
async def test_a_paper_counts_for_no_session_whose_tutor_witnessed_it(
    world: World, witness: str
) -> None:
    nell = await a_colleague(world.house, "Nell", "nell")
    row = {
        "child_id": world.family.child,
        "giver_id": world.family.mother,
        "purpose": "take_part",
        "answer": "given",
        "document": "Form 17",
        "signed_on": world.house.clock.now().date().isoformat(),
        "taken_by": world.lead,
        "checked_by": world.second,
        "policy_version": "v3",
        "present_adults": world.family.mother,
        "child_agrees": "yes",
        witness: nell,
    }
    brought = {"people": "consents", "lines": lines(row), "go": True}
    assert (await bringer(world).post("/v1/imports", brought)).status == 200
    session_id = await book(world, tutor=nell)
    assert "consent_taken_by_tutor" in await blockers(world, session_id)
    shown = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert shown["words"][0][witness] == nell
    other = await book(world, starts_at=world.house.clock.now() + timedelta(days=2))
    assert await blockers(world, other) == {"second_staff_missing", "pledge_missing"}
    await check_everything(world.house)


@pytest.mark.pitfall(13)
@pytest.mark.pitfall(28)
async def test_nobody_takes_a_promise_down_for_their_own_session_under_another_entry(
    world: World,
) -> None:
    await say(world)
    other = await a_second_entry_of_the_tutor(world)
    session_id = await book(world)
    office = world.house.api(Role.COORDINATOR, subject=other)
    reply = await office.post(f"/v1/sessions/{session_id}/pledges", a_promise(world))
    assert (reply.status, reply.code) == (403, "not_allowed")


# --- told ---------------------------------------------------------------------------------------------


async def open_alerts(world: World) -> list[dict[str, Any]]:
    """What the lead sees of the open alerts."""
    items: list[dict[str, Any]] = (await lead(world).get("/v1/alerts")).body["items"]
    return items


@pytest.mark.pitfall(1)
async def test_the_lead_hears_of_a_conflict_and_when_it_is_over(world: World) -> None:
    await say(world)
    assert "consent_conflict" not in await alerts_now(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    await world.house.settle()
    (told,) = world.house.letters("lea@tuition.example")
    assert "the lead decides" in told.text
    assert not {"River", "Mother", "Father"} & set(told.text.replace(",", " ").split())
    alerts = (await lead(world).get("/v1/alerts")).body["items"]
    assert [(one["code"], one["over_since"]) for one in alerts] == [("consent_conflict", None)]
    assert (await resolve(world)).status == 201
    assert [one["over_since"] is None for one in await open_alerts(world)] == [False]
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    assert [one["over_since"] is None for one in await open_alerts(world)] == [True]
    await say(world, giver=world.family.father)
    assert [one["over_since"] is None for one in await open_alerts(world)] == [False]
    await check_everything(world.house)


@pytest.mark.pitfall(13)
async def test_a_link_that_contradicts_what_was_taken_down_is_told_past_whoever_took_it_down(
    world: World,
) -> None:
    assert (await coordinator(world).post("/v1/consents", a_word(world))).status == 201
    await say(world)
    assert await alerts_now(world) == set(), "the parent says the same"
    assert (await coordinator(world).post("/v1/consents", a_word(world))).status == 201
    await say(world, ConsentKind.WITHDRAWN)
    assert await alerts_now(world) == {"word_contradicted"}
    await world.house.settle()
    assert world.house.letters("lea@tuition.example")
    assert not world.house.letters("cora@tuition.example")
    (alert,) = await open_alerts(world)
    place = f"/v1/alerts/{alert['alert_id']}/acknowledge"
    assert (await coordinator(world).post(place)).status == 403
    assert (await lead(world).post(place)).status == 200
    await check_everything(world.house)
