"""Families as they are: in conflict, restricted, in care, and of age; told over HTTP."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from service.policy.consent import ConsentKind, Route
from service.policy.people import Authority, ChildId, ParentId, Role, SessionId
from service.policy.presence import PresenceMode
from service.policy.session import SessionState
from service.store.messages import MESSAGES
from service.store.transactions import Reader
from service.workflows import links, onboarding, presence
from tests.api.people import a_word, coordinator, lead, machine, recorded, tutor
from tests.harness import Reply
from tests.invariants import check_everything
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    session_of,
    then_everyone_is_shut_out,
    waits,
    ways_in,
)
from tests.world import (
    ADMIN,
    PIN_HASH,
    World,
    a_clear_session,
    an_open_session,
    book,
    cover,
    say,
)

pytestmark = on_sqlite
CONFLICT = {"settles": [1, 3], "basis": "agreement", "stands": True, "reason": "Both agree now."}


async def blockers(world: World, session_id: SessionId) -> set[str]:
    """What stands in the way, as a coordinator is told."""
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in reply.body["blockers"]}


async def resolve(world: World, **changes: Any) -> Reply:
    """The lead settles the conflict."""
    child = f"/v1/children/{world.family.child}"
    return await lead(world).post(f"{child}/consent-resolution", CONFLICT | changes)


async def a_parent(world: World, name: str) -> ParentId:
    """Another adult on record, with a PIN and no tie."""
    parent_id: ParentId = await world.house.do(
        onboarding.put_parent,
        onboarding.PutParent(SecretStr(name), SecretStr(f"{name.lower()}@home.example"), None),
        ADMIN,
    )
    pin = links.SetPin(parent_id, PIN_HASH, Route.PHONE, "number on file")
    await world.house.do(links.set_pin, pin, world.as_coordinator)
    return parent_id


async def tie(world: World, parent_id: ParentId, authority: Authority, **more: Any) -> Reply:
    """An adult is put on the child's record."""
    body = {"relation": "carer", "authority": authority, **more}
    place = f"/v1/children/{world.family.child}/parents/{parent_id}"
    return await coordinator(world).put(place, body)


# --- conflict ----------------------------------------------------------------------------------------


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


# --- restricted ---------------------------------------------------------------------------------------


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


# --- in care -----------------------------------------------------------------------------------------------


async def in_care(world: World) -> tuple[ParentId, ParentId]:
    """The council has authority, a foster carer none; the parents are off the record."""
    council, carer = await a_parent(world, "Duty"), await a_parent(world, "Foster")
    order = {"document": "care order 12", "document_on": "2026-01-05"}
    assert (await tie(world, council, Authority.LOCAL_AUTHORITY, **order)).status == 204
    assert (await tie(world, carer, Authority.NONE)).status == 204
    for parent_id in (world.family.mother, world.family.father):
        place = f"/v1/children/{world.family.child}/parents/{parent_id}/end"
        assert (await lead(world).post(place, {"reason": "Adoption order"})).status == 204
    return council, carer


async def agreed_by(world: World, council: ParentId, carer: ParentId) -> None:
    """The council consents and names the carer."""
    word = a_word(world, giver_id=council, present_adults=[carer])
    assert (await coordinator(world).post("/v1/consents", word)).status == 201


async def looked_after(world: World) -> None:
    """The child is flagged as living in care."""
    place = f"/v1/children/{world.family.child}/flags"
    flags = {"looked_after": True, "visiting_never": False}
    assert (await coordinator(world).put(place, flags)).status == 204


async def promised_by(world: World, session_id: SessionId, carer: ParentId) -> None:
    """The carer promises to be there."""
    command = presence.MakePledge(
        session_id, world.family.child, carer, 1, PresenceMode.IN_THE_ROOM, Route.LINK
    )
    await world.house.do(presence.make_pledge, command, world.as_parent(carer))


@pytest.mark.pitfall(6)
async def test_a_placement_change_ends_the_old_home_at_once_and_keeps_the_slots(
    world: World,
) -> None:
    council, carer = await in_care(world)
    await agreed_by(world, council, carer)
    session_id = await book(world)
    await cover(world, session_id)
    await promised_by(world, session_id, carer)
    later = await book(world, starts_at=world.house.clock.now() + timedelta(days=15))
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    page = world.house.letters("foster@home.example", "promise")[0].link
    page = page.removeprefix(world.house.base_url)

    shift = await a_parent(world, "Shift")
    change = {
        "reason": "Moved to a home",
        "new_carers": [{"parent_id": shift, "relation": "shift_worker"}],
    }
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await machine(world).post(place, change)).status == 403
    reply = await coordinator(world).post(place, change)
    assert reply.status == 202, reply.text
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    assert await blockers(world, session_id) == {"pledge_missing"}
    assert (await world.house.api().get(page)).status == 404
    kept = (await coordinator(world).get(f"/v1/sessions/{later}")).body["held_until"]
    assert datetime.fromisoformat(kept) == world.house.clock.now() + timedelta(days=14)
    record = (await lead(world).get(f"/v1/children/{world.family.child}")).body
    assert record["looked_after"] is True
    assert {one["parent_id"] for one in record["adults"]} == {council, shift}
    assert carer in {one["parent_id"] for one in record["former_adults"]}
    assert (await lead(world).get(f"/v1/parents/{carer}")).body["has_pin"] is False

    await world.house.settle()
    assert world.house.letters("duty@home.example", "decision is needed")
    await agreed_by(world, council, shift)
    await promised_by(world, session_id, shift)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)

    await world.house.advance(days=14)
    await world.house.settle()
    assert (await session_of(world, later)).state is SessionState.BOOKED
    assert "placement_unsettled" in await alerts_now(world)


@pytest.mark.pitfall(6)
async def test_a_nightly_import_does_not_bring_the_old_carer_back(world: World) -> None:
    _, carer = await in_care(world)
    place = f"/v1/children/{world.family.child}/placement-changed"
    assert (await coordinator(world).post(place, {"reason": "Moved"})).status == 202
    again = {"relation": "carer", "authority": "none"}
    path = f"/v1/children/{world.family.child}/parents/{carer}"
    assert (await machine(world).put(path, again)).code == "tie_ended"
    assert (await coordinator(world).put(path, again)).status == 204


@pytest.mark.pitfall(6)
async def test_delegation_names_its_paper_and_a_carer_cannot_be_given_more(world: World) -> None:
    carer = await a_parent(world, "Foster")
    assert (await tie(world, carer, Authority.DELEGATED)).fields == {"document": "missing"}
    paper = {"document": "letter 7", "document_on": "2026-11-01", "until": "2026-12-24"}
    assert (await tie(world, carer, Authority.DELEGATED, **paper)).status == 204
    await looked_after(world)
    place = f"/v1/children/{world.family.child}/placement-changed"
    for changes in (
        {"new_carers": [{"parent_id": carer, "relation": "x", "authority": "local_authority"}]},
        {"old_carers": [world.family.mother]},
    ):
        reply = await coordinator(world).post(place, {"reason": "Moved", **changes})
        assert reply.status == 422, reply.text


@pytest.mark.pitfall(1)
async def test_no_refusal_vanishes_with_the_authority_of_whoever_refused(world: World) -> None:
    session_id = await a_clear_session(world)
    assert (await tie(world, world.family.father, Authority.NONE)).status == 204
    assert (await tie(world, world.family.father, Authority.PARENTAL_RESPONSIBILITY)).status == 204
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


@pytest.mark.pitfall(1)
@pytest.mark.pitfall(6)
async def test_a_placement_changes_in_care_alone_and_silences_no_refusal(world: World) -> None:
    gran = await a_parent(world, "Gran")
    letter = {"document": "letter 7", "document_on": "2026-11-01"}
    assert (await tie(world, gran, Authority.DELEGATED, **letter)).status == 204
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=gran)
    place = f"/v1/children/{world.family.child}/placement-changed"
    moved = {"reason": "Moved", "old_carers": [gran]}
    for api in (coordinator(world), lead(world)):
        assert (await api.post(place, moved)).code == "not_looked_after"
    await looked_after(world)
    assert (await coordinator(world).post(place, moved)).status == 403
    assert await blockers(world, session_id) == {"consent_refused"}
    assert (await lead(world).post(place, moved)).status == 202
    assert await blockers(world, session_id) == {"pledge_missing"}
    await check_everything(world.house)


async def test_only_the_lead_takes_a_say_away(world: World) -> None:
    session_id = await a_clear_session(world)
    place = f"/v1/children/{world.family.child}/parents/{world.family.mother}/end"
    assert (await coordinator(world).post(place, {"reason": "Moved"})).status == 403
    assert (await lead(world).post(place, {"reason": "Court order"})).status == 204
    assert await blockers(world, session_id) == {"consent_missing", "pledge_missing"}


# --- in the room ------------------------------------------------------------------------------------------


@pytest.mark.pitfall(2)
@pytest.mark.pitfall(4)
async def test_a_restriction_during_the_lesson_ends_it(world: World) -> None:
    session_id = await a_live_session(world)
    place = f"/v1/parents/{world.family.mother}/restriction"
    await lead(world).put(place, {"kind": "no_contact", "reason": "Court order"})
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await ways_in(world, session_id) == set()


# --- of age -----------------------------------------------------------------------------------------------


@pytest.mark.pitfall(7)
async def test_on_the_18th_birthday_the_students_own_word_is_needed_and_enough(
    world: World,
) -> None:
    house, family = world.house, world.family
    birthday = house.clock.now() + timedelta(days=1)
    await _is_born(world, family.child, date(2008, 11, 25))
    await say(world)
    today = await book(world)
    on_the_day = await book(world, starts_at=birthday + timedelta(hours=2))
    for session_id in (today, on_the_day):
        await cover(world, session_id)
    assert await blockers(world, today) == {"pledge_missing"}
    assert await blockers(world, on_the_day) == {"consent_missing", "pledge_missing"}

    student = await a_parent(world, "River")
    early = await tie(world, student, Authority.SELF)
    assert early.fields == {"authority": "not_of_age"}
    await house.until(datetime(2026, 11, 25, 8, 0, tzinfo=birthday.tzinfo))
    await house.settle()
    assert (await tie(world, student, Authority.SELF)).status == 204
    mothers = a_word(world, kind="withdrawn", present_adults=[])
    reply = await coordinator(world).post("/v1/consents", mothers)
    assert reply.fields == {"giver_id": "no_authority"}

    ask = f"/v1/children/{family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": student})).status == 202
    await house.settle()
    (letter,) = house.letters("river@home.example", "permission")
    page = await house.api().get(letter.link.removeprefix(house.base_url))
    assert "I am 18 or older" in page.text
    assert "my child" not in page.text
    own = a_word(world, giver_id=student, present_adults=[])
    assert (await coordinator(world).post("/v1/consents", own)).status == 201
    assert await blockers(world, on_the_day) == {"pledge_missing"}
    await promised_by(world, on_the_day, student)
    assert await blockers(world, on_the_day) == set()
    await house.until((await session_of(world, on_the_day)).starts_at - timedelta(minutes=10))
    await house.settle()
    assert (await session_of(world, on_the_day)).state is SessionState.OPEN
    here = presence.CheckInFamily(on_the_day, family.child, student, 1, Route.LINK)
    await house.do(presence.check_in, here, world.as_parent(student))
    assert await waits(world, on_the_day, world.as_parent(student), family.child) == [
        "second_staff_not_in"
    ]
    assert await waits(world, on_the_day, world.as_parent(family.mother), family.child) is not None
    await check_everything(house)


@pytest.mark.pitfall(7)
async def test_a_date_of_birth_silences_nobody(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    for born_on in ("2000-05-05", "2017-05-06"):
        changed = {"name": "River", "born_on": born_on}
        for api in (machine(world), coordinator(world)):
            assert (await api.put(place, changed, headers=seen)).status == 403
    same = {"name": "River Marsh", "born_on": "2017-05-05"}
    assert (await machine(world).put(place, same, headers=seen)).status == 200
    assert await blockers(world, session_id) == {"consent_refused"}
    seen = {"If-Match": (await lead(world).get(place)).etag}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200


@pytest.mark.pitfall(7)
async def test_only_the_lead_corrects_a_date_by_which_others_would_decide(world: World) -> None:
    await book(world, starts_at=world.house.clock.now() + timedelta(days=30))
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    typo = {"name": "River", "born_on": "2016-05-05"}
    assert (await machine(world).put(place, typo, headers=seen)).status == 403
    for born_on in ("2000-05-05", "2008-12-01"):  # of age today; of age at the session
        changed = typo | {"born_on": born_on}
        assert (await coordinator(world).put(place, changed, headers=seen)).status == 403
    assert (await coordinator(world).put(place, typo, headers=seen)).status == 200
    seen = {"If-Match": (await lead(world).get(place)).etag}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200


@pytest.mark.pitfall(7)
async def test_a_date_by_which_consent_fails_shuts_the_room_in_the_same_step(world: World) -> None:
    session_id = await an_open_session(world)
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    changed = {"name": "River", "born_on": "2000-05-05"}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    await check_everything(world.house)


async def _is_born(world: World, child_id: ChildId, born_on: date) -> None:
    command = onboarding.PutChild(SecretStr("River"), born_on, child_id=child_id)
    await world.house.do(onboarding.put_child, command, ADMIN)
