"""What the emulated account's dashboard shows of a running meeting."""

from datetime import timedelta
from typing import Any

from tests.integrations.zoom.bare import call, make, register
from tests.integrations.zoom.conftest import HOST, Emulated

LIVE = "type=live&include_fields=registrant_id"


async def a_room_that_one_has_left(zoom: Emulated) -> dict[str, Any]:
    made = await make(zoom, topic="x", settings={"waiting_room": False, "approval_type": 1})
    link = (await register(zoom, made, "tutor"))["join_url"]
    await zoom.do("people/open", url=made["start_url"])
    tutor = await zoom.do("people/open", url=link)
    await zoom.pass_time(timedelta(minutes=5))
    await zoom.do(f"people/{tutor['key']}/leave")
    return made


async def test_an_account_below_business_has_none(zoom: Emulated) -> None:
    made = await a_room_that_one_has_left(zoom)
    status, found = await call(zoom, "GET", f"/metrics/meetings/{made['id']}/participants?{LIVE}")
    assert (status, found["code"]) == (400, 200)


async def test_who_has_left_stays_in_the_live_list_with_the_time_of_it(zoom: Emulated) -> None:
    await zoom.do("options", has_dashboard=True)
    made = await a_room_that_one_has_left(zoom)
    status, found = await call(zoom, "GET", f"/metrics/meetings/{made['id']}/participants?{LIVE}")
    assert status == 200
    host, tutor = found["participants"]
    assert (host["email"], host["role"], "leave_time" in host) == (HOST, "host", False)
    assert (tutor["status"], tutor["leave_time"]) == ("in_meeting", "2026-11-24T15:45:00Z")
    assert (tutor["registrant_id"] != "", tutor["id"]) == (True, "")


async def test_it_is_behind_what_happens(zoom: Emulated) -> None:
    await zoom.do("options", has_dashboard=True, dashboard_lags=60)
    made = await a_room_that_one_has_left(zoom)
    path = f"/metrics/meetings/{made['id']}/participants?{LIVE}"
    _, found = await call(zoom, "GET", path)
    assert not any("leave_time" in row for row in found["participants"])
    await zoom.pass_time(timedelta(minutes=1))
    _, found = await call(zoom, "GET", path)
    assert [row for row in found["participants"] if "leave_time" in row]


async def test_nothing_is_live_that_has_not_begun(zoom: Emulated) -> None:
    await zoom.do("options", has_dashboard=True)
    made = await make(zoom)
    status, found = await call(zoom, "GET", f"/metrics/meetings/{made['id']}/participants?{LIVE}")
    assert (status, found["code"]) == (404, 3001)
