"""Adults with a say who disagree: a no stands until it is settled or the lead ends it; told over HTTP."""

from datetime import timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Authority, Role
from service.policy.session import SessionState
from tests.api.people import coordinator, lead, machine, recorded, tutor
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import CONFLICT, a_parent, blockers, looked_after, resolve, tie
from tests.world import World, a_clear_session, book, say

pytestmark = on_sqlite


@pytest.mark.pitfall(1)
async def test_a_conflict_stops_everything_until_the_lead_settles_it_and_a_new_no_opens_it_again(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    assert await blockers(world, session_id) == {"consent_refused"}
    consent = f"/v1/children/{world.family.child}/consent"
    told = (await lead(world).get(consent)).body
    assert told["status"]["take_part"] == "conflict"
    assert [(word["position"], word["kind"]) for word in told["words"]] == [
        (1, "given"), (3, "refused"),
    ]  # fmt: skip
    for api in (tutor(world), machine(world)):
        hidden = (await api.get(consent)).body
        assert hidden["take_part"] is False
        words = ("status", "words", "present_adults", "resolutions")
        assert all(hidden[name] is None for name in words)

    assert (await resolve(world)).status == 201
    assert await blockers(world, session_id) == set()
    told = (await lead(world).get(consent)).body
    assert told["status"]["take_part"] == "live"
    assert [one["settles"] for one in told["resolutions"]] == [[1, 3]]
    assert (await tutor(world).get(consent)).body["resolutions"] is None
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN

    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert "consent.resolved" in await recorded(world.house)
    await check_everything(world.house)


@pytest.mark.pitfall(1)
async def test_a_decision_is_for_the_lead_about_words_that_stand(world: World) -> None:
    await a_clear_session(world)
    child = f"/v1/children/{world.family.child}/consent-resolution"
    for api in (coordinator(world), machine(world), tutor(world)):
        assert (await api.post(child, CONFLICT)).status == 403
    assert (await resolve(world, settles=[1])).fields == {"settles": "no_refusal"}
    assert (await resolve(world)).code == "words_changed"
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    assert (await resolve(world, basis="court_order")).fields == {"document": "missing"}
    stranger = world.house.api(Role.DSL, subject="staff_nobody")
    assert (await stranger.post(child, CONFLICT)).status == 403
    teaching = world.house.api(Role.DSL, subject=world.tutor)
    assert (await teaching.post(child, CONFLICT)).status == 403
    assert (await teaching.post(child, CONFLICT | {"stands": False})).status == 201
    await say(world, ConsentKind.GIVEN, giver=world.family.father)
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert told["take_part"] is False


# --- no refusal is silenced --------------------------------------------------------------------------


@pytest.mark.pitfall(1)
async def test_no_refusal_vanishes_with_the_authority_of_whoever_refused(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    path = f"/v1/children/{world.family.child}/parents/{world.family.father}"
    nothing = {"relation": "father", "authority": "none"}
    for api in (machine(world), coordinator(world)):
        assert (await api.put(path, nothing)).status == 403
    await looked_after(world)
    carer = {"parent_id": world.family.father, "relation": "carer"}
    moved = {"reason": "Moved", "new_carers": [carer]}
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await lead(world).post(place, moved)).fields == {"new_carers": "has_a_say"}
    assert await blockers(world, session_id) == {"consent_refused"}
    assert (await lead(world).put(path, nothing)).status == 204
    assert await blockers(world, session_id) == set()


@pytest.mark.pitfall(1)
async def test_no_refusal_ends_with_a_last_day_that_is_put_to_it(world: World) -> None:
    gran = await a_parent(world, "Gran")
    letter = {"document": "letter 7", "document_on": "2026-11-01"}
    until = (world.house.clock.now() + timedelta(days=30)).date()
    assert (
        await tie(world, gran, Authority.DELEGATED, **letter, until=until.isoformat())
    ).status == 204
    await say(world)
    session_id = await book(world, starts_at=world.house.clock.now() + timedelta(days=3))
    for giver in (world.family.father, gran):
        await say(world, ConsentKind.REFUSED, giver=giver)

    today = world.house.clock.now().date().isoformat()
    fathers = f"/v1/children/{world.family.child}/parents/{world.family.father}"
    ends = {"relation": "father", "authority": "parental_responsibility", "until": today}
    for api in (machine(world), coordinator(world), lead(world)):
        reply = await api.put(fathers, ends)
        assert reply.status in (403, 422), reply.text
    assert (await lead(world).put(fathers, ends)).fields == {"until": "not_delegated"}
    delegated = {"relation": "father", "authority": "delegated", **letter, "until": today}
    grans = f"/v1/children/{world.family.child}/parents/{gran}"
    sooner = {"relation": "gran", "authority": "delegated", **letter, "until": today}
    for api in (machine(world), coordinator(world)):
        assert (await api.put(fathers, delegated)).status == 403
        assert (await api.put(grans, sooner)).status == 403
        later = sooner | {"until": (until + timedelta(days=1)).isoformat()}
        assert (await api.put(grans, later)).status == 204
    assert "consent_refused" in await blockers(world, session_id)
    assert (await lead(world).put(grans, sooner)).status == 204
    assert (await lead(world).put(fathers, delegated)).status == 204
    assert "consent_refused" not in await blockers(world, session_id)


async def test_only_the_lead_takes_a_say_away(world: World) -> None:
    session_id = await a_clear_session(world)
    place = f"/v1/children/{world.family.child}/parents/{world.family.mother}/end"
    assert (await coordinator(world).post(place, {"reason": "Moved"})).status == 403
    assert (await lead(world).post(place, {"reason": "Court order"})).status == 204
    assert await blockers(world, session_id) == {"consent_missing", "pledge_missing"}
