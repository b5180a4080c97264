"""Second staff chosen by the rules, accepted beforehand, standing by, and away."""

from datetime import datetime, timedelta

import pytest

from service.policy.people import Role, SessionId, StaffId
from service.policy.session import SessionState
from service.store.tables import MeetingStage
from service.workflows.staff import register
from tests.api.people import coordinator
from tests.harness import Api
from tests.invariants import check_everything
from tests.stories.second_staff import place, stretch
from tests.stories.steps import alerts_now, on_sqlite, session_of, stages
from tests.world import (
    ADMIN,
    World,
    a_colleague,
    a_family,
    an_open_session,
    book,
    cover,
    pledge,
    say,
)

pytestmark = on_sqlite


def as_second(world: World, who: StaffId) -> Api:
    return world.house.api(Role.SECOND_STAFF, subject=who)


async def suggested(world: World, session_id: SessionId) -> tuple[list[str], dict[str, int]]:
    reply = await coordinator(world).post(place(session_id, "/suggestions"))
    assert reply.status == 200, reply.text
    eligible = [one["staff_id"] for one in reply.body["eligible"]]
    return eligible, {one["code"]: one["people"] for one in reply.body["not_eligible"]}


async def the_others_are_away(world: World) -> None:
    """Coordinator and lead could be second staff as well: here they are not at work."""
    for who in (world.coordinator, world.lead):
        reply = await coordinator(world).post(f"/v1/staff/{who}/absences", stretch(world))
        assert reply.status == 201, reply.text


@pytest.mark.pitfall(29)
async def test_people_are_suggested_by_the_rules_and_fairly_and_auto_takes_the_first(
    world: World,
) -> None:
    await the_others_are_away(world)
    other = await a_colleague(world.house, "Nora", "nora")
    busy = await book(world, starts_at=world.house.clock.now() + timedelta(hours=3))
    await cover(world, busy)
    session_id = await book(world)
    eligible, reasons = await suggested(world, session_id)
    assert eligible == [other, world.second], "whoever has least to do comes first"
    assert reasons == {"second_staff_absent": 2}
    reply = await coordinator(world).put(place(session_id), {"auto": True})
    assert reply.status == 200, reply.text
    assert reply.body["second_staff"]["staff_id"] == other
    assert reply.body["second_staff"]["accepted_at"] is None, "they still say yes themselves"


async def test_nobody_is_chosen_whom_the_rules_keep_out_and_no_name_is_told(world: World) -> None:
    await the_others_are_away(world)
    related = register.DeclareRelation(world.second, world.family.child)
    await world.house.do(register.declare_relation, related, ADMIN)
    session_id = await book(world)
    reply = await coordinator(world).put(place(session_id), {"auto": True})
    assert (reply.status, reply.code) == (409, "nobody_eligible")
    reasons = reply.body["details"]["reasons"]
    assert [(one["sentence"], one["people"]) for one in reasons] == [
        ("The second member of staff is away at that time.", 2),
        ("The second member of staff is family.", 1),
    ]
    blockers = (await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")).body[
        "blockers"
    ]
    (missing,) = [one for one in blockers if one["code"] == "second_staff_missing"]
    lift_before = datetime.fromisoformat(missing["lift_before"])
    suggestions = await coordinator(world).post(place(session_id, "/suggestions"))
    for one in (*reasons, *suggestions.body["not_eligible"]):
        assert one["lifted_by"]
        assert datetime.fromisoformat(one["lift_before"]) == lift_before
    tutor = world.house.api(Role.TUTOR, subject=world.tutor)
    assert (await tutor.post(place(session_id, "/suggestions"))).status == 403


async def test_somebody_already_asked_for_that_time_is_not_asked_twice(world: World) -> None:
    await the_others_are_away(world)
    first = await book(world)
    assert (await coordinator(world).put(place(first), {"auto": True})).status == 200
    family = await a_family(world.house, "brook", world.coordinator)
    tutor = await a_colleague(world.house, "Tess", "tess")
    second = await book(world, family.child, tutor=tutor)
    eligible, reasons = await suggested(world, second)
    assert world.second not in eligible
    assert reasons["second_staff_elsewhere"] == 2, "second staff, and the tutor of the first"


async def test_the_rota_accepts_what_is_assigned_in_it_before_and_after(world: World) -> None:
    before = await book(world)
    later = await book(world, starts_at=world.house.clock.now() + timedelta(hours=3))
    beyond = await book(world, starts_at=world.house.clock.now() + timedelta(hours=3.9))
    for session_id in (before, beyond):
        await coordinator(world).put(place(session_id), {"staff_id": world.second})
    rota = f"/v1/staff/{world.second}/rota"
    assert (await as_second(world, world.tutor).post(rota, stretch(world))).status == 403
    assert (await as_second(world, world.second).post(rota, stretch(world))).status == 201
    await coordinator(world).put(place(later), {"staff_id": world.second})
    accepted = {}
    for session_id in (before, later, beyond):
        reply = await coordinator(world).get(f"/v1/sessions/{session_id}")
        accepted[session_id] = reply.body["second_staff"]["accepted_at"] is not None
    assert accepted == {before: True, later: True, beyond: False}
    await check_everything(world.house)


async def test_a_stretch_of_the_rota_is_taken_back_with_what_was_accepted_by_it_alone(
    world: World,
) -> None:
    second = as_second(world, world.second)
    own_word = await book(world, starts_at=world.house.clock.now() + timedelta(hours=3))
    await cover(world, own_word)
    by_rota = await book(world)
    await coordinator(world).put(place(by_rota), {"staff_id": world.second})
    rota = f"/v1/staff/{world.second}/rota"
    mistyped, another = [
        (await second.post(rota, stretch(world, hours))).body["id"] for hours in (5, 4)
    ]
    assert [one["id"] for one in (await second.get(rota)).body["items"]] == [mistyped, another]
    for method in ("GET", "DELETE"):
        path = rota if method == "GET" else f"{rota}/{mistyped}"
        assert (await as_second(world, world.tutor).call(method, path)).status == 403

    await say(world)
    await pledge(world, by_rota)
    await world.house.advance(minutes=35)
    await world.house.settle()
    assert (await session_of(world, by_rota)).state is SessionState.OPEN
    assert (await second.delete(f"{rota}/{mistyped}")).status == 204
    assert (await second.delete(f"{rota}/{mistyped}")).status == 404
    assert (await session_of(world, by_rota)).state is SessionState.OPEN, "another stretch is left"
    assert (await coordinator(world).delete(f"{rota}/{another}")).status == 204
    await world.house.settle()
    assert (await session_of(world, by_rota)).state is SessionState.BOOKED
    codes = (await coordinator(world).get(f"/v1/sessions/{by_rota}/clearance")).body["blockers"]
    assert "second_staff_unaccepted" in {one["code"] for one in codes}
    kept = (await coordinator(world).get(f"/v1/sessions/{own_word}")).body["second_staff"]
    assert kept["accepted_at"] is not None, "they said yes to that session themselves"
    assert (await second.get(rota)).body["items"] == []
    await check_everything(world.house)


@pytest.mark.pitfall(25)
async def test_a_standby_steps_in_and_the_meeting_is_ready_with_the_familys_link_unchanged(
    world: World,
) -> None:
    session_id = await an_open_session(world)
    letters = len(world.house.letters(world.family.mother_mail))
    related = await a_colleague(world.house, "Ann", "ann")
    relation = register.DeclareRelation(related, world.family.child)
    await world.house.do(register.declare_relation, relation, ADMIN)
    fitting = await a_colleague(world.house, "Nora", "nora")
    body = stretch(world, staff=[related, fitting])
    assert (await coordinator(world).put("/v1/standby", body)).status == 200
    reply = await coordinator(world).post(
        place(session_id, "/replace-from-standby"), {"reason": "ill"}
    )
    assert reply.status == 200, reply.text
    assert reply.body["second_staff"]["staff_id"] == fitting
    assert reply.body["second_staff"]["accepted_at"] is not None
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    assert await stages(world, session_id) == [MeetingStage.CLOSED, MeetingStage.OPEN]
    assert len(world.house.letters(world.family.mother_mail)) == letters
    link = world.house.letters(world.family.mother_mail, "")[0].link
    async with world.house.session.get(link) as page:
        assert page.status == 200
    await check_everything(world.house)


async def test_only_people_who_are_clear_stand_by(world: World) -> None:
    suspend = register.Suspend(world.second, True, "inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
    body = stretch(world, staff=[world.second, "staff_unknown"])
    reply = await coordinator(world).put("/v1/standby", body)
    assert reply.fields == {"staff.0": "suspended", "staff.1": "unknown"}
    assert (await coordinator(world).get("/v1/standby")).body["items"] == []


async def test_an_absence_shuts_what_is_open_and_tells_and_can_be_taken_back(world: World) -> None:
    session_id = await an_open_session(world)
    away = f"/v1/staff/{world.second}/absences"
    reply = await as_second(world, world.second).post(away, stretch(world))
    assert reply.status == 201
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert "second_staff_absent" in await alerts_now(world)
    gone = await as_second(world, world.second).delete(f"{away}/{reply.body['id']}")
    assert gone.status == 204
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@pytest.mark.pitfall(29)
async def test_fixed_pairs_are_reported_to_the_lead_with_their_share(world: World) -> None:
    await say(world)
    first = world.house.clock.now() + timedelta(hours=1)
    for day, who in enumerate((world.second, world.second, world.lead)):
        starts_at = first + timedelta(days=day)
        session_id = await book(world, starts_at=starts_at)
        await cover(world, session_id, who)
        await pledge(world, session_id)
        await world.house.until(starts_at - timedelta(minutes=5))
        await world.house.settle()
        await world.house.until(starts_at + timedelta(hours=2))
        await world.house.settle()
    now = world.house.clock.now()
    period = {
        "starts_at": (now - timedelta(days=9)).isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
    }
    lead = world.house.api(Role.DSL, subject=world.lead)
    reply = await lead.get("/v1/reports/pairs", params=period)
    assert reply.status == 200, reply.text
    found = [(one["second_staff_id"], one["sessions"], one["share"]) for one in reply.body["items"]]
    assert found == [(world.second, 2, 0.667), (world.lead, 1, 0.333)]
    assert (await lead.get("/v1/reports/pairs")).body == reply.body, "the last 90 days by default"
    half = await lead.get("/v1/reports/pairs", params={"starts_at": period["starts_at"]})
    assert half.status == 422
    assert (await coordinator(world).get("/v1/reports/pairs", params=period)).status == 403
