"""Whoever has a say in a merged record keeps it in the one that is kept; nobody gains one by a merge."""

from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Authority, ChildId, ParentId
from service.policy.session import SessionState
from service.store.families import ties
from service.store.families.ties import KeptTie
from tests.api.people import a_word, coordinator, inspector, lead, machine, recorded
from tests.harness import Reply
from tests.invariants import check_everything
from tests.pages.browsing import Browser
from tests.stories.steps import alerts_now, on_sqlite, session_of, then_everyone_is_shut_out
from tests.stories.ties import a_parent, blockers, tie
from tests.world import Family, World, a_clear_session, a_family, an_open_session, say

TWICE = {"reason": "One child, entered twice"}


async def merge(world: World, twin: Family) -> None:
    """The lead joins the twin's record with the child's."""
    body = TWICE | {"into": world.family.child}
    assert (await lead(world).post(f"/v1/children/{twin.child}/merge", body)).status == 201


async def merge_adults(world: World, merged: ParentId, into: ParentId) -> None:
    """The lead joins two records of an adult."""
    reply = await lead(world).post(f"/v1/parents/{merged}/merge", TWICE | {"into": into})
    assert reply.status == 201


async def put(world: World, child: ChildId, adult: ParentId, **body: Any) -> Reply:
    """A booking platform's nightly list puts an adult on a child's record."""
    place = f"/v1/children/{child}/parents/{adult}"
    return await machine(world).put(place, {"relation": "carer", "authority": "none"} | body)


async def take_off(world: World, child: ChildId, adult: ParentId) -> None:
    """An adult is taken off a child's record."""
    place = f"/v1/children/{child}/parents/{adult}/end"
    assert (await lead(world).post(place, {"reason": "moved out"})).ok


async def place_of(world: World, adult: ParentId, child: ChildId | None = None) -> KeptTie | None:
    """An adult's place on a child's record."""
    found: KeptTie | None = await world.house.read(ties.between, child or world.family.child, adult)
    return found


@pytest.mark.pitfall(22)
async def test_a_father_on_the_merged_record_alone_refuses_and_the_open_session_falls(
    world: World,
) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    session_id = await an_open_session(world)
    await merge(world, twin)
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    no = a_word(world, giver_id=twin.father, kind="refused", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", no)).status == 201
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"consent_refused"}
    assert (await recorded(world.house)).count("tie.added") == 6
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(22)
async def test_his_link_leads_to_the_record_that_is_kept(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    ask = f"/v1/children/{twin.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": twin.father})).status == 202
    await world.house.settle()
    (letter,) = world.house.letters(twin.father_mail)
    session_id = await a_clear_session(world)
    await merge(world, twin)
    browser = Browser(world.house.session)
    assert (await browser.send(letter.link, "refuse", sure="yes")).status == 303
    assert await blockers(world, session_id) == {"consent_refused"}
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert [word["kind"] for word in told["words"]] == ["given", "refused"]


@on_sqlite
@pytest.mark.pitfall(22)
async def test_an_adult_on_both_records_has_the_stronger_say_with_its_paper(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    carer = await a_parent(world, "Carla")
    await tie(world, carer, Authority.NONE)
    paper = {"document": "letter 7", "document_on": "2026-11-20", "until": "2027-11-20"}
    place = f"/v1/children/{twin.child}/parents/{carer}"
    body = {"relation": "foster carer", "authority": "delegated"} | paper
    assert (await coordinator(world).put(place, body)).ok
    await merge(world, twin)
    kept, other = await place_of(world, carer), await place_of(world, carer, twin.child)
    assert kept is not None and other is not None
    assert (kept.place, kept.paper) == (other.place, other.paper)
    entries = await inspector(world).get("/v1/audit/entries", params={"limit": "200"})
    ties_added = [one["facts"] for one in entries.body["items"] if one["kind"] == "tie.added"]
    assert (
        ties_added.count(
            {"authority": "delegated", "document_on": "2026-11-20", "until": "2027-11-20"}
        )
        == 2
    ), "what was copied is on record as what was put there first"


@on_sqlite
@pytest.mark.pitfall(6)
async def test_a_merge_brings_nobody_back_who_was_taken_off_either_record(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    here, there, once = [await a_parent(world, name) for name in ("Here", "There", "Once")]
    for child, adult in ((world.family.child, here), (twin.child, here), (twin.child, once)):
        assert (await put(world, child, adult)).ok
    for child, adult in ((world.family.child, there), (twin.child, there)):
        assert (await put(world, child, adult)).ok
    await take_off(world, world.family.child, here)
    await take_off(world, twin.child, there)
    await take_off(world, twin.child, once)
    await take_off(world, world.family.child, world.family.father)
    assert (
        await put(
            world,
            twin.child,
            world.family.father,
            relation="father",
            authority="parental_responsibility",
        )
    ).ok
    session_id = await a_clear_session(world)
    await merge(world, twin)
    for adult in (here, there, once, world.family.father):
        kept = await place_of(world, adult)
        assert kept is not None and kept.place.ended
        assert (await put(world, world.family.child, adult)).code == "tie_ended"
    assert await blockers(world, session_id) == set()
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(3)
@pytest.mark.parametrize("before", ["no say", "ended"])
async def test_of_an_adults_two_records_the_one_in_use_gets_the_stronger_say(
    world: World, before: str
) -> None:
    double = await a_parent(world, "Fay")
    await tie(world, double, Authority.NONE)
    if before == "ended":
        await take_off(world, world.family.child, double)
    session_id = await a_clear_session(world)
    await merge_adults(world, world.family.father, double)
    kept = await place_of(world, double)
    assert kept is not None and not kept.place.ended
    assert kept.place.tie.authority is Authority.PARENTAL_RESPONSIBILITY
    await say(world, ConsentKind.REFUSED, giver=double)
    assert await blockers(world, session_id) == {"consent_refused"}


@on_sqlite
@pytest.mark.pitfall(3)
async def test_a_bar_on_either_record_of_an_adult_outweighs_the_stronger_say(world: World) -> None:
    double = await a_parent(world, "Fay")
    await tie(world, double, Authority.NONE)
    order = {"kind": "no_contact", "reason": "court order"}
    assert (await lead(world).put(f"/v1/parents/{double}/restriction", order)).status == 204
    await merge_adults(world, world.family.mother, double)
    yes = a_word(world, giver_id=double)
    assert (await coordinator(world).post("/v1/consents", yes)).fields == {
        "giver_id": "no_authority"
    }
    no = a_word(world, giver_id=double, kind="refused", present_adults=[])
    assert (await coordinator(world).post("/v1/consents", no)).status == 201


@on_sqlite
@pytest.mark.pitfall(8)
async def test_the_newest_wish_of_either_record_is_what_the_child_wants(world: World) -> None:
    twin = await a_family(world.house, "rivers", world.coordinator)
    older = await a_family(world.house, "riverside", world.coordinator)
    session_id = await a_clear_session(world)
    for child, wish in (
        (older.child, "glad"),
        (world.family.child, "camera_off"),
        (twin.child, "does_not_want"),
    ):
        said = await lead(world).post(f"/v1/children/{child}/wishes", {"wish": wish})
        assert said.status == 201
        await world.house.advance(minutes=1)
    for family, wanted in ((older, "camera_off"), (twin, "does_not_want")):
        await merge(world, family)
        shown = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body
        assert shown["wishes"] == {world.family.child: wanted}
    assert "child_does_not_want" in await alerts_now(world)
    assert (await recorded(world.house)).count("child.wished") == 4
