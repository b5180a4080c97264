"""A child died, or its family is to be left alone: nothing is sent, and nobody learns why (pitfall 21)."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.policy.session import SessionState
from service.store.messages.messages import MESSAGES
from service.store.transactions import Reader
from tests.api.people import a_word, coordinator, lead, machine, recorded, tutor
from tests.harness import Reply
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    pass_by,
    session_of,
    waits,
    ways_in,
)
from tests.world import World, a_family, an_open_session, book, cover, pledge, say

pytestmark = [on_sqlite, pytest.mark.pitfall(21)]
DIED = {"kind": "deceased", "reason": "The father telephoned on Monday."}


async def restricted(world: World, api: Any = None, **changes: Any) -> Reply:
    """The child's record is restricted."""
    place = f"/v1/children/{world.family.child}/restriction"
    reply: Reply = await (api or coordinator(world)).put(place, DIED | changes)
    return reply


async def test_nothing_is_sent_about_a_child_that_died_not_even_what_was_written_before(
    world: World,
) -> None:
    house, family = world.house, world.family
    await house.advance(hours=7)  # the office is closed: what is written now waits
    await say(world)
    later = await book(world, starts_at=house.clock.now() + timedelta(days=9))
    ask = f"/v1/children/{family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": family.father})).status == 202
    assert await house.read(_outcomes, family.mother) == [None]
    assert (await restricted(world)).status == 204
    assert (await session_of(world, later)).state is SessionState.CANCELLED
    await house.advance(hours=14)
    await house.settle()
    await pass_by(world, timedelta(days=20).total_seconds(), every=86400)
    assert not house.letters(family.mother_mail)
    assert not house.letters(family.father_mail)
    assert await house.read(_outcomes, family.mother) == ["overtaken"]
    assert await house.read(_outcomes, family.father) == ["withheld"]
    assert not {"message_not_sent", "parent_without_address"} & await alerts_now(world)

    assert (await lead(world).post(ask, {"giver_id": family.father})).code == "restricted"
    note = a_word(world, giver_id=family.father, kind="refused", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", note)).status == 201
    await house.settle()
    assert not house.letters(family.father_mail)
    assert "child.restricted" in await recorded(house)
    await check_everything(house)


def _outcomes(reader: Reader, parent_id: str) -> list[str | None]:
    query = sa.select(MESSAGES.c.outcome).where(MESSAGES.c.parent_id == parent_id)
    return list(reader.conn.execute(query).scalars())


async def test_an_open_session_is_called_off_and_tells_nobody_why(world: World) -> None:
    session_id = await an_open_session(world)
    before = len(world.house.letters(world.family.mother_mail))
    (asked,) = world.house.letters(world.family.mother_mail, "needs your promise")
    assert (await restricted(world)).status == 204
    assert await ways_in(world, session_id) == set()
    await world.house.settle()
    assert await world.house.rooms.meetings() == []
    assert len(world.house.letters(world.family.mother_mail)) == before
    page = asked.link.removeprefix(world.house.base_url)
    assert (await world.house.api().get(page)).status == 404
    shown = (await tutor(world).get(f"/v1/sessions/{session_id}")).body
    assert (shown["state"], shown["reason"]) == ("cancelled", "Called off by the office.")
    assert "deceased" not in str(shown)
    record = (await lead(world).get(f"/v1/children/{world.family.child}")).body
    assert record["restriction"] == "deceased"
    body = {
        "tutor_id": world.tutor, "children": [world.family.child], "purpose": "Sums",
        "starts_at": (world.house.clock.now() + timedelta(days=1)).isoformat(),
        "duration_minutes": 45,
    }  # fmt: skip
    assert (await tutor(world).post("/v1/sessions", body)).fields == {"children.0": "no_sessions"}
    await check_everything(world.house)


async def test_in_a_group_the_others_go_on_and_their_families_learn_nothing(world: World) -> None:
    other = await a_family(world.house, "brook", world.coordinator)
    for family in (world.family, other):
        await say(world, family=family)
    session_id = await book(world, world.family.child, other.child)
    await cover(world, session_id)
    for family in (world.family, other):
        await pledge(world, session_id, family)
    assert (await restricted(world)).status == 204
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert world.family.child not in await ways_in(world, session_id)
    assert other.child in await ways_in(world, session_id)
    mother = world.as_parent(world.family.mother)
    assert await waits(world, session_id, mother, world.family.child) is not None
    shown = (await tutor(world).get(f"/v1/sessions/{session_id}/clearance")).body["blockers"]
    assert {one["code"] for one in shown} <= {"consent_not_in_place", "promise_not_in_place"}
    letters = [letter.subject for letter in world.house.letters(other.mother_mail)]
    assert letters == ["A session needs your promise"]
    await check_everything(world.house)


async def test_a_running_lesson_ends_and_no_statement_is_asked_of_the_family(world: World) -> None:
    session_id = await a_live_session(world)
    assert (await restricted(world, kind="do_not_contact")).status == 204
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert not world.house.letters(world.family.mother_mail, "Was everything as it should be")
    assert not world.house.letters(world.family.mother_mail, "does not take place")
    await check_everything(world.house)


async def test_any_lead_restricts_a_record_and_only_the_safeguarding_lead_lifts_that(
    world: World,
) -> None:
    assert (await restricted(world, machine(world))).status == 403
    assert (await restricted(world, tutor(world))).status == 403
    assert (await restricted(world, kind="no_contact")).fields == {"kind": "not_of_a_child"}
    assert (await restricted(world, reason=" ")).status == 422
    assert (await restricted(world)).status == 204
    lifted = {"kind": None, "reason": "It was another child."}
    assert (await restricted(world, **lifted)).status == 403
    assert (await restricted(world, lead(world), **lifted)).status == 204
    await say(world)
    session_id = await book(world)
    await world.house.settle()
    assert world.house.letters(world.family.mother_mail, "needs your promise")
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
