"""What the emulated account says of a session once it is over."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integrations.zoom.bare import call, encoded, make, register
from tests.integrations.zoom.conftest import HOST, Emulated

REPORT_KEYS = {
    *("id", "name", "user_id", "user_email", "registrant_id", "customer_key", "bo_mtg_id"),
    *("join_time", "leave_time", "duration", "failover", "status"),
}


async def room_with_two(zoom: Emulated) -> dict[str, Any]:
    """Ten minutes of a host and one registrant, who is let in after one and rejoins after six."""
    made = await make(zoom, topic="x", settings={"waiting_room": True, "approval_type": 1})
    link = (await register(zoom, made, "tutor"))["join_url"]
    await zoom.do("people/open", url=made["start_url"])
    tutor = await zoom.do("people/open", url=link)
    await zoom.pass_time(timedelta(minutes=1))
    await zoom.do(f"people/{tutor['key']}/admit")
    await zoom.pass_time(timedelta(minutes=5))
    await zoom.do(f"people/{tutor['key']}/drop")
    again = await zoom.do("people/open", url=link)
    await zoom.do(f"people/{again['key']}/admit")
    await zoom.pass_time(timedelta(minutes=4))
    await end(zoom, made)
    return made


async def end(zoom: Emulated, meeting: dict[str, Any]) -> None:
    status, _ = await call(zoom, "PUT", f"/meetings/{meeting['id']}/status", {"action": "end"})
    assert status == 204


async def rows(zoom: Emulated, path: str) -> list[dict[str, Any]]:
    status, found = await call(zoom, "GET", path)
    assert status == 200, found
    assert found["total_records"] == len(found["participants"])
    return list(found["participants"])


async def test_each_connection_and_the_waiting_room_are_rows_of_their_own(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    path = f"/report/meetings/{made['id']}/participants?include_fields=registrant_id"
    found = await rows(zoom, path)
    mine = [row for row in found if row["registrant_id"]]
    assert [(row["status"], row["duration"]) for row in mine] == [
        ("in_waiting_room", 60),
        ("in_meeting", 300),
        ("in_waiting_room", 0),
        ("in_meeting", 240),
    ]
    assert len({row["user_id"] for row in mine}) == 2
    (host,) = [row for row in found if not row["registrant_id"]]
    assert (host["duration"], host["user_email"]) == (600, HOST)


async def test_a_guests_row_lacks_the_key_that_the_hosts_row_has(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    found = await rows(zoom, f"/report/meetings/{made['id']}/participants")
    host, guest = found[0], found[1]
    assert set(guest) == REPORT_KEYS
    assert set(host) == {*REPORT_KEYS, "participant_user_id"}
    assert (guest["id"], guest["registrant_id"]) == ("", "")


async def test_the_public_guest_has_neither_address_nor_id(zoom: Emulated) -> None:
    made = await make(zoom, settings={"waiting_room": False})
    await zoom.do("people/open", url=made["start_url"])
    await zoom.do("people/open", url=made["join_url"], name="iPad")
    await end(zoom, made)
    found = await rows(zoom, f"/past_meetings/{made['id']}/participants")
    (guest,) = [row for row in found if row["name"] == "iPad"]
    assert (guest["id"], guest["user_email"], guest["internal_user"]) == ("", "", False)


async def test_a_breakout_room_makes_rows_with_its_id(zoom: Emulated) -> None:
    made = await make(zoom, settings={"waiting_room": False})
    await zoom.do("people/open", url=made["start_url"])
    guest = await zoom.do("people/open", url=made["join_url"])
    await zoom.do(f"people/{guest['key']}/enter_room")
    await zoom.do(f"people/{guest['key']}/leave_room")
    await end(zoom, made)
    found = await rows(zoom, f"/report/meetings/{made['id']}/participants")
    assert [bool(row["bo_mtg_id"]) for row in found] == [False, False, True, False]


# --- which occurrence -------------------------------------------------------------------------------


async def test_a_number_means_the_newest_occurrence_and_a_uuid_its_own(zoom: Emulated) -> None:
    made = await make(zoom, settings={"waiting_room": False})
    for guest in ("first", "second"):
        await zoom.do(f"meetings/{made['id']}/sign_in", name="host")
        await zoom.do("people/open", url=made["join_url"], name=guest)
        await end(zoom, made)
        await zoom.pass_time(timedelta(minutes=1))
    _, listed = await call(zoom, "GET", f"/past_meetings/{made['id']}/instances")
    uuids = [one["uuid"] for one in listed["meetings"]]
    assert len(set(uuids)) == 2

    async def guests(name: str) -> set[str]:
        found = await rows(zoom, f"/report/meetings/{name}/participants")
        return {row["name"] for row in found} - {"host"}

    assert await guests(str(made["id"])) == {"second"}
    assert [await guests(encoded(uuid)) for uuid in uuids] == [{"first"}, {"second"}]


async def test_a_uuid_in_the_wrong_form_is_unknown_and_cut_off(zoom: Emulated) -> None:
    made = await make(zoom)
    hostile = []
    for _ in range(3):
        await zoom.do(f"meetings/{made['id']}/sign_in")
        await end(zoom, made)
        _, past = await call(zoom, "GET", f"/past_meetings/{made['id']}")
        hostile += [past["uuid"]] if encoded(past["uuid"]).startswith("%25") else []
    uuid = hostile[0]
    assert (await call(zoom, "GET", f"/past_meetings/{encoded(uuid)}"))[1]["uuid"] == uuid
    once = uuid.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    status, refusal = await call(zoom, "GET", f"/past_meetings/{once}")
    assert (status, refusal["code"]) == (404, 3001)
    assert uuid not in refusal["message"]


async def test_nothing_is_told_before_the_end(zoom: Emulated) -> None:
    made = await make(zoom)
    await zoom.do("people/open", url=made["start_url"])
    for path in ("past_meetings/{0}", "past_meetings/{0}/participants", "report/meetings/{0}"):
        status, refusal = await call(zoom, "GET", f"/{path.format(made['id'])}")
        assert (status, refusal["code"]) == (404, 3001)


async def test_the_totals_are_of_what_really_happened(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    _, past = await call(zoom, "GET", f"/past_meetings/{made['id']}")
    assert (past["id"], past["duration"], past["participants_count"]) == (made["id"], 10, 2)
    assert (past["user_email"], past["total_minutes"]) == (HOST, 19)


async def test_a_report_outlives_the_meeting(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    assert (await call(zoom, "DELETE", f"/meetings/{made['id']}"))[0] == 204
    assert len(await rows(zoom, f"/report/meetings/{made['id']}/participants")) == 5


# --- when, and for whom -----------------------------------------------------------------------------


@pytest.mark.pitfall(47)
async def test_a_report_is_missing_then_without_durations_then_there(zoom: Emulated) -> None:
    await zoom.do("options", reports_ready_after=600)
    made = await room_with_two(zoom)
    path = f"/report/meetings/{made['id']}/participants"
    assert (await call(zoom, "GET", path))[0] == 404
    await zoom.pass_time(timedelta(minutes=5))
    assert {row["duration"] for row in await rows(zoom, path)} == {0}
    await zoom.pass_time(timedelta(minutes=5))
    assert sum(row["duration"] for row in await rows(zoom, path)) == 1200


async def test_a_meeting_of_one_person_is_left_out_unless_the_account_shows_it(
    zoom: Emulated,
) -> None:
    made = await make(zoom)
    await zoom.do("people/open", url=made["start_url"])
    await end(zoom, made)
    past, report = f"/past_meetings/{made['id']}", f"/report/meetings/{made['id']}"
    assert (await call(zoom, "GET", past))[1]["participants_count"] == 1
    assert await rows(zoom, f"{past}/participants") == []
    status, refusal = await call(zoom, "GET", f"{report}/participants")
    assert (status, refusal["code"]) == (404, 3001)
    await zoom.do("options", shows_one_person_meetings=True)
    assert len(await rows(zoom, f"{past}/participants")) == 1
    assert len(await rows(zoom, f"{report}/participants")) == 1


async def test_who_only_waited_did_not_attend(zoom: Emulated) -> None:
    made = await make(zoom, settings={"waiting_room": True})
    await zoom.do("people/open", url=made["start_url"])
    await zoom.do("people/open", url=made["join_url"])
    await end(zoom, made)
    assert (await call(zoom, "GET", f"/report/meetings/{made['id']}/participants"))[0] == 404


async def test_a_basic_host_has_no_reports(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    await zoom.do(f"hosts/{HOST}", type=1)
    for path in (f"report/meetings/{made['id']}/participants", f"report/users/{HOST}/meetings"):
        status, refusal = await call(zoom, "GET", f"/{path}?from=2026-11-01&to=2026-11-30")
        assert (status, refusal["code"]) == (400, 200)


async def test_after_a_year_it_is_too_late_to_ask(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    await zoom.pass_time(timedelta(days=366))
    status, refusal = await call(zoom, "GET", f"/past_meetings/{made['id']}")
    assert (status, refusal["code"]) == (400, 12702)


async def test_a_users_report_lists_one_month_of_shared_meetings(zoom: Emulated) -> None:
    made = await room_with_two(zoom)
    alone = await make(zoom)
    await zoom.do("people/open", url=alone["start_url"])
    await end(zoom, alone)
    path = f"/report/users/{HOST}/meetings?from=2026-11-01&to=2026-11-30"

    async def listed(kind: str) -> list[int]:
        _, found = await call(zoom, "GET", f"{path}&type={kind}")
        return [one["id"] for one in found["meetings"]]

    assert await listed("past") == [made["id"]]
    assert await listed("pastOne") == [alone["id"]]
    assert await listed("pastJoined") == [made["id"]]
    for window in ("from=2026-10-01&to=2026-11-30", "from=2026-01-01&to=2026-01-20", ""):
        status, _ = await call(zoom, "GET", f"/report/users/{HOST}/meetings?{window}")
        assert status == 400
