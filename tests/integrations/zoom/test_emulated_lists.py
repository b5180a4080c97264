"""Users, their settings, and lists in pages."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.zoom.emulator.scopes import ACCOUNT_SCOPES, ALL_SCOPES
from tests.integrations.zoom.bare import call, make
from tests.integrations.zoom.conftest import HOST, OTHER_HOST, Emulated

MEETINGS = f"/users/{HOST}/meetings"


async def listed(zoom: Emulated, query: str = "") -> list[dict[str, Any]]:
    status, found = await call(zoom, "GET", f"{MEETINGS}?page_size=300&{query}")
    assert status == 200, found
    return list(found["meetings"])


# --- pages ------------------------------------------------------------------------------------------


async def test_pages_join_up_to_the_whole(zoom: Emulated) -> None:
    made = {(await make(zoom))["id"] for _ in range(5)}
    seen: list[int] = []
    token = ""
    for page in (1, 2, 3):
        _, found = await call(zoom, "GET", f"{MEETINGS}?page_size=2&next_page_token={token}")
        assert (found["page_number"], found["page_count"], found["total_records"]) == (page, 3, 5)
        seen += [row["id"] for row in found["meetings"]]
        token = found["next_page_token"]
    assert token == ""
    assert len(seen) == 5
    assert set(seen) == made
    _, third = await call(zoom, "GET", f"{MEETINGS}?page_size=2&page_number=3")
    assert [row["id"] for row in third["meetings"]] == seen[4:]


@pytest.mark.pitfall(46)
async def test_a_page_token_lives_a_quarter_of_an_hour_and_for_one_list(zoom: Emulated) -> None:
    for _ in range(3):
        await make(zoom)
    _, first = await call(zoom, "GET", f"{MEETINGS}?page_size=1")
    query = f"page_size=1&next_page_token={first['next_page_token']}"
    other = f"/users/{OTHER_HOST}/meetings?{query}"
    for path in (other, f"{MEETINGS}?page_size=1&next_page_token=0"):
        assert (await call(zoom, "GET", path))[1]["code"] == 300
    await zoom.pass_time(timedelta(minutes=14, seconds=59))
    assert (await call(zoom, "GET", f"{MEETINGS}?{query}"))[0] == 200
    await zoom.pass_time(timedelta(seconds=1))
    status, refusal = await call(zoom, "GET", f"{MEETINGS}?{query}")
    assert (status, refusal["code"]) == (400, 300)


async def test_a_page_can_be_shorter_than_its_own_total(zoom: Emulated) -> None:
    for _ in range(3):
        await make(zoom)
    await zoom.do("options", rows_left_out=1)
    _, found = await call(zoom, "GET", f"{MEETINGS}?page_size=30&type=scheduled")
    assert (found["total_records"], len(found["meetings"]), found["next_page_token"]) == (3, 3, "")
    _, found = await call(zoom, "GET", f"{MEETINGS}?page_size=2&type=scheduled")
    assert (found["total_records"], len(found["meetings"])) == (3, 1)


# --- meetings ---------------------------------------------------------------------------------------


async def test_every_kind_of_list_shows_its_own(zoom: Emulated) -> None:
    over = (await make(zoom, start_time="2026-11-24T15:50:00Z", duration=30))["id"]
    running = await make(zoom, start_time="2026-11-24T15:55:00Z")
    ahead = (await make(zoom, start_time="2026-11-26T16:00:00Z"))["id"]
    await make(zoom, type=1)
    await zoom.do("people/open", url=running["start_url"])
    await zoom.pass_time(timedelta(minutes=50))

    async def ids(kind: str) -> list[int]:
        return [row["id"] for row in await listed(zoom, f"type={kind}")]

    assert await ids("scheduled") == [over, running["id"], ahead]
    assert await ids("live") == [running["id"]]
    assert await ids("upcoming") == [running["id"], ahead]
    assert await ids("upcoming_meetings") == [running["id"], ahead]
    assert await ids("previous_meetings") == [over]
    assert (await call(zoom, "GET", f"{MEETINGS}?type=nonsense"))[0] == 400


async def test_a_list_can_be_cut_to_dates_and_forgets_what_has_expired(zoom: Emulated) -> None:
    made = await make(zoom, start_time="2026-11-26T16:00:00Z")
    assert await listed(zoom, "from=2026-11-27&to=2026-11-30") == []
    (row,) = await listed(zoom, "from=2026-11-26&to=2026-11-26")
    assert row["id"] == made["id"]
    assert not {"password", "settings", "start_url"} & set(row)
    await zoom.pass_time(timedelta(days=33))
    assert await listed(zoom) == []


async def test_a_series_has_a_row_for_each_occasion_under_one_number(zoom: Emulated) -> None:
    made = await zoom.do(
        "meetings",
        host=HOST,
        type=8,
        start_time="2026-11-25T16:00:00Z",
        recurrence={"type": 2, "repeat_interval": 1, "end_times": 3},
    )
    rows = await listed(zoom)
    assert [row["id"] for row in rows] == [made["id"]] * 3
    starts = ["2026-11-25T16:00:00Z", "2026-12-02T16:00:00Z", "2026-12-09T16:00:00Z"]
    assert [row["start_time"] for row in rows] == starts
    occurrence = made["occurrences"][1]["occurrence_id"]
    path = f"/meetings/{made['id']}?occurrence_id="
    assert (await call(zoom, "DELETE", f"{path}{occurrence}"))[0] == 204
    assert (await call(zoom, "DELETE", f"{path}{occurrence}"))[0] == 404
    assert [row["start_time"] for row in await listed(zoom)] == [starts[0], starts[2]]


async def test_a_meeting_without_fixed_time_has_no_start_and_stays(zoom: Emulated) -> None:
    made = await zoom.do("meetings", host=HOST, type=3, settings={"approval_type": 2})
    assert "start_time" not in made
    await zoom.pass_time(timedelta(days=90))
    (row,) = await listed(zoom, "type=upcoming")
    assert (row["id"], row["type"]) == (made["id"], 3)
    path = f"/meetings/{made['id']}"
    assert (await call(zoom, "PATCH", path, {"settings": {"approval_type": 1}}))[0] == 204
    assert (await call(zoom, "GET", path))[1]["settings"]["approval_type"] == 2


async def test_a_personal_room_has_its_owners_number_and_cannot_be_deleted(zoom: Emulated) -> None:
    made = await zoom.do("meetings", host=HOST, pmi=True)
    _, user = await call(zoom, "GET", f"/users/{HOST}")
    assert (made["id"], made["pmi"], made["type"]) == (user["pmi"], str(user["pmi"]), 4)
    status, refusal = await call(zoom, "DELETE", f"/meetings/{made['id']}")
    assert (status, refusal["code"]) == (400, 3018)
    assert await zoom.tried("meetings", host=HOST, pmi=True) == 409


async def test_the_next_day_is_listed_with_passcodes(zoom: Emulated) -> None:
    soon = await make(zoom, start_time="2026-11-25T10:00:00Z", password="aB3xK9mQ2z")
    await make(zoom, start_time="2026-11-27T10:00:00Z")
    status, found = await call(zoom, "GET", f"/users/{HOST}/upcoming_meetings")
    assert status == 200
    assert [(row["id"], row["passcode"]) for row in found["meetings"]] == [
        (soon["id"], "aB3xK9mQ2z")
    ]
    status, refusal = await call(zoom, "GET", "/users/nobody/upcoming_meetings")
    assert (status, refusal["code"]) == (404, 3001)
    assert (await call(zoom, "GET", "/users/nobody/meetings"))[1]["code"] == 1001


async def test_a_meeting_that_became_a_webinar_is_refused(zoom: Emulated) -> None:
    made = await make(zoom)
    await zoom.do(f"meetings/{made['id']}/convert")
    status, refusal = await call(zoom, "GET", f"/meetings/{made['id']}")
    assert (status, refusal["code"]) == (400, 3000)


async def test_a_deleted_meeting_can_be_brought_back(zoom: Emulated) -> None:
    made = await make(zoom)
    path = f"/meetings/{made['id']}"
    await call(zoom, "DELETE", path)
    assert (await call(zoom, "GET", path))[0] == 404
    assert (await call(zoom, "PUT", f"{path}/status", {"action": "recover"}))[0] == 204
    assert (await call(zoom, "GET", path))[1]["join_url"] == made["join_url"]


# --- users ------------------------------------------------------------------------------------------


async def test_users_are_listed_by_status_in_pages(zoom: Emulated) -> None:
    for number in range(3):
        user = {"user_id": f"hostX{number}", "email": f"x{number}@tuition.example"}
        await zoom.do("hosts", **user, status="inactive" if number == 2 else "active")
    _, first = await call(zoom, "GET", "/users?page_size=3")
    token = first["next_page_token"]
    _, second = await call(zoom, "GET", f"/users?page_size=3&next_page_token={token}")
    assert (len(first["users"]), len(second["users"]), first["total_records"]) == (3, 1, 4)
    assert len({user["pmi"] for user in first["users"] + second["users"]}) == 4
    _, inactive = await call(zoom, "GET", "/users?status=inactive")
    assert [user["id"] for user in inactive["users"]] == ["hostX2"]
    status, refusal = await call(zoom, "POST", "/users/hostX2/meetings", {"topic": "x"})
    assert (status, refusal["code"]) == (400, 3161)


async def test_settings_are_read_whole_or_by_option_and_can_be_changed(zoom: Emulated) -> None:
    await zoom.do(
        f"hosts/{HOST}",
        user_settings={
            "in_meeting": {"private_chat": True},
            "meeting_security": {"waiting_room": True},
        },
    )
    path = f"/users/{HOST}/settings"
    _, whole = await call(zoom, "GET", path)
    assert whole["in_meeting"]["private_chat"] is True
    assert "meeting_security" not in whole
    _, part = await call(zoom, "GET", f"{path}?option=meeting_security")
    assert part["meeting_security"]["waiting_room"] is True
    rule = whole["schedule_meeting"]["meeting_password_requirement"]
    assert part["meeting_security"]["meeting_password_requirement"] == rule
    assert (await call(zoom, "GET", f"{path}?option=nonsense"))[0] == 400


async def test_what_the_account_locks_is_shown_to_who_may_see_it(zoom: Emulated) -> None:
    locks = {"in_meeting": {"waiting_room": True}, "meeting_security": {"waiting_room": True}}
    await zoom.do("account", locks=locks)
    assert (await call(zoom, "GET", "/accounts/me/lock_settings"))[1]["code"] == 4711
    await zoom.do("options", scopes=[*ALL_SCOPES, *ACCOUNT_SCOPES])
    _, whole = await call(zoom, "GET", "/accounts/me/lock_settings")
    assert whole == {"in_meeting": {"waiting_room": True}}
    _, part = await call(zoom, "GET", "/accounts/me/lock_settings?option=meeting_security")
    assert part == {"meeting_security": {"waiting_room": True}}
    assert (await call(zoom, "GET", "/accounts/demo-account/settings"))[0] == 200
    assert (await call(zoom, "GET", "/accounts/another/settings"))[0] == 404
