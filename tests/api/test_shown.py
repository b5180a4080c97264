"""Sessions as each may see them: one's own, without who or why for tutors, and never a way in."""

from datetime import timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
from tests.api.people import coordinator, lead, second, tutor
from tests.world import World, a_clear_session, a_colleague, an_open_session, book, say


async def test_staff_see_their_own_sessions_and_others_look_like_nothing(world: World) -> None:
    mine = await book(world)
    other = await a_colleague(world.house, "Tina", "tina")
    stranger = world.house.api(Role.TUTOR, subject=other)
    assert (await stranger.get(f"/v1/sessions/{mine}")).status == 404
    assert (await stranger.get(f"/v1/sessions/{mine}/clearance")).status == 404
    assert (await stranger.get("/v1/sessions")).body["items"] == []
    assert (await second(world).get(f"/v1/sessions/{mine}")).status == 404
    assert [
        one["session_id"] for one in (await tutor(world).get("/v1/sessions")).body["items"]
    ] == [mine]


@pytest.mark.pitfall(69)
async def test_a_tutor_learns_whether_and_never_who_or_why(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, kind=ConsentKind.REFUSED, giver=world.family.father)
    place = f"/v1/sessions/{session_id}"
    told = (await tutor(world).get(place)).body["blockers"]["open"]
    assert [one["code"] for one in told] == ["consent_not_in_place"]
    known = (await coordinator(world).get(place)).body["blockers"]["open"]
    assert [one["code"] for one in known] == ["consent_refused"]
    about = f"/v1/children/{world.family.child}/consent"
    yes_no = await tutor(world).get(about)
    assert yes_no.body["take_part"] is False
    assert yes_no.body["status"] is yes_no.body["words"] is yes_no.body["present_adults"] is None
    for secret in ("refused", "conflict", world.family.father, world.family.mother):
        assert secret not in yes_no.text + (await tutor(world).get(place)).text
    full = (await coordinator(world).get(about)).body
    assert full["status"]["take_part"] == "conflict"
    assert [word["kind"] for word in full["words"]] == ["given", "refused"]


async def test_a_list_goes_by_start_and_can_be_cut_and_filtered(world: World) -> None:
    now = world.house.clock.now()
    booked = [await book(world, starts_at=now + timedelta(hours=hours)) for hours in (5, 1, 3)]
    in_order = [booked[1], booked[2], booked[0]]
    api, seen, cursor = coordinator(world), [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/sessions", params=query)).body
        seen += [one["session_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == in_order
    span = {
        "from": (now + timedelta(hours=2)).isoformat(),
        "to": (now + timedelta(hours=5)).isoformat(),
        "state": "booked",
    }
    assert [
        one["session_id"] for one in (await api.get("/v1/sessions", params=span)).body["items"]
    ] == [booked[2]]
    assert (await api.get("/v1/sessions", params={"state": "live"})).body["items"] == []
    assert (await api.get("/v1/sessions", params={"cursor": "x"})).status == 400
    assert (await api.get("/v1/sessions", params={"from": "2026-11-24"})).status == 422


async def test_a_session_never_shows_a_link_or_passcode(world: World) -> None:
    session_id = await an_open_session(world)
    reply = await lead(world).get(f"/v1/sessions/{session_id}")
    assert (reply.body["state"], reply.body["meeting_open"]) == ("open", True)
    meeting = (await world.house.rooms.meetings())[0]
    for secret in (world.house.rooms.url, str(meeting.get("password")), str(meeting.get("id"))):
        assert secret not in reply.text
