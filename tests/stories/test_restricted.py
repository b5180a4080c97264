"""Adults who must not be written to, or who must learn nothing: at once, for every way to them."""

import pytest
import sqlalchemy as sa

from service.policy.people import ParentId
from service.policy.session import SessionState
from service.store.messages.messages import MESSAGES
from service.store.transactions import Reader
from tests.api.people import a_word, coordinator, lead, machine
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    session_of,
    then_everyone_is_shut_out,
    ways_in,
)
from tests.stories.ties import blockers
from tests.world import World, a_clear_session, an_open_session

pytestmark = on_sqlite


@pytest.mark.pitfall(2)
@pytest.mark.pitfall(21)
async def test_an_adult_under_a_court_order_loses_links_messages_and_times_at_once(
    world: World,
) -> None:
    session_id = await an_open_session(world)
    (asked,) = world.house.letters(world.family.mother_mail, "needs your promise")
    page = asked.link.removeprefix(world.house.base_url)
    assert (await world.house.api().get(page)).status == 200
    order = {"kind": "no_contact", "reason": "Court order", "details_hidden": True}
    place = f"/v1/parents/{world.family.mother}/restriction"
    assert (await machine(world).put(place, order)).status == 403
    assert (await coordinator(world).put(place, order)).status == 204
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"consent_missing", "pledge_void"}
    assert (await world.house.api().get(page)).status == 404
    before = len(world.house.letters(world.family.mother_mail))
    ask = f"/v1/children/{world.family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": world.family.mother})).status == 404
    await world.house.advance(hours=3)
    await world.house.settle()
    assert len(world.house.letters(world.family.mother_mail)) == before

    parent = f"/v1/parents/{world.family.mother}"
    assert (await coordinator(world).get(parent)).body["email"] is None
    assert (await lead(world).get(parent)).body["email"] == world.family.mother_mail
    assert (await lead(world).get(parent)).body["restriction"] == "no_contact"
    lifted = order | {"kind": None, "details_hidden": False}
    assert (await coordinator(world).put(place, lifted)).status == 403
    assert (await lead(world).put(place, lifted)).status == 204
    assert (await world.house.api().get(page)).status == 404
    await check_everything(world.house)


@pytest.mark.pitfall(2)
async def test_a_restricted_parents_refusal_is_still_heard(world: World) -> None:
    session_id = await a_clear_session(world)
    place = f"/v1/parents/{world.family.father}/restriction"
    await lead(world).put(place, {"kind": "do_not_contact", "reason": "As he asked"})
    ask = f"/v1/children/{world.family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": world.family.father})).code == "restricted"
    await lead(world).put(place, {"kind": "no_contact", "reason": "Court order"})
    word = a_word(world, giver_id=world.family.father, kind="refused", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", word)).status == 201
    assert await blockers(world, session_id) == {"consent_refused"}
    yes = a_word(world, giver_id=world.family.father)
    assert (await coordinator(world).post("/v1/consents", yes)).fields == {
        "giver_id": "no_authority"
    }
    assert not world.house.letters(world.family.father_mail)


@pytest.mark.pitfall(21)
@pytest.mark.parametrize("kind", ["deceased", "do_not_contact"])
async def test_a_message_that_waits_is_withheld_from_somebody_restricted_meanwhile(
    world: World, kind: str
) -> None:
    await world.house.advance(hours=7)
    ask = f"/v1/children/{world.family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": world.family.father})).status == 202
    await world.house.settle()
    restriction = {"kind": kind, "reason": "Told by telephone"}
    place = f"/v1/parents/{world.family.father}/restriction"
    assert (await coordinator(world).put(place, restriction)).status == 204
    await world.house.advance(hours=12)
    await world.house.settle()
    assert not world.house.letters(world.family.father_mail)
    assert await world.house.read(_outcomes, world.family.father) == ["withheld"]
    assert "message_not_sent" not in await alerts_now(world)


def _outcomes(reader: Reader, parent_id: ParentId) -> list[str]:
    query = sa.select(MESSAGES.c.outcome).where(MESSAGES.c.parent_id == parent_id)
    return list(reader.conn.execute(query).scalars())


@pytest.mark.pitfall(2)
@pytest.mark.pitfall(4)
async def test_a_restriction_during_the_lesson_ends_it(world: World) -> None:
    session_id = await a_live_session(world)
    place = f"/v1/parents/{world.family.mother}/restriction"
    await lead(world).put(place, {"kind": "no_contact", "reason": "Court order"})
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await ways_in(world, session_id) == set()


@pytest.mark.pitfall(2)
@pytest.mark.pitfall(31)
async def test_a_restriction_is_made_stricter_by_the_office_and_looser_by_the_lead_alone(
    world: World,
) -> None:
    session_id = await an_open_session(world)
    place = f"/v1/parents/{world.family.mother}/restriction"
    why = {"reason": "Told by telephone"}
    silent = why | {"kind": "do_not_contact", "details_hidden": True}
    assert (await coordinator(world).put(place, silent)).status == 204
    assert (await session_of(world, session_id)).state is SessionState.OPEN, (
        "she may still be there"
    )
    for kind in ("no_contact", "deceased", "no_contact"):
        assert (await coordinator(world).put(place, why | {"kind": kind})).status == 204
        assert (await session_of(world, session_id)).state is SessionState.BOOKED
        assert (await coordinator(world).get(f"/v1/parents/{world.family.mother}")).body[
            "details_hidden"
        ], "what is not said stays as it is"
    await then_everyone_is_shut_out(world, session_id)
    shown = {"kind": "no_contact", "details_hidden": False}
    for changes in ({"kind": "do_not_contact"}, {"kind": None}, shown):
        assert (await coordinator(world).put(place, why | changes)).status == 403
        assert (await lead(world).put(place, why | changes)).status == 204
        assert (await lead(world).put(place, silent | {"kind": "no_contact"})).status == 204
    await check_everything(world.house)


@pytest.mark.pitfall(21)
@pytest.mark.pitfall(31)
async def test_that_a_child_died_is_put_on_record_by_whoever_hears_of_it(world: World) -> None:
    place = f"/v1/children/{world.family.child}/restriction"
    why = {"reason": "The father telephoned on Monday."}
    for kind in ("do_not_contact", "deceased"):
        assert (await coordinator(world).put(place, why | {"kind": kind})).status == 204
    for looser in ("do_not_contact", None):
        assert (await coordinator(world).put(place, why | {"kind": looser})).status == 403
    assert (await lead(world).put(place, why | {"kind": "do_not_contact"})).status == 204
