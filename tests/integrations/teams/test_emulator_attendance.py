"""What the emulator says after a session: attendance reports and call records."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.integrations.teams.conftest import (
    SECOND_STAFF,
    TUTOR,
    EmulatedTenant,
    Receiver,
    begin,
    path_of,
)

RECORDS = "/v1.0/communications/callRecords"


async def play(teams: EmulatedTenant, meeting: dict[str, Any], minutes: int = 30) -> None:
    """Second staff and a parent are in for half an hour; somebody else only waits."""
    staff = await begin(teams, meeting)
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    stranger = await teams.open(url=meeting["joinWebUrl"], name="Stranger")
    await teams.do(f"people/{parent}/admit")
    await teams.pass_time(timedelta(minutes=minutes))
    for person in (parent, stranger, staff):
        await teams.do(f"people/{person}/leave")


async def reports(teams: EmulatedTenant, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    """What is listed, each read again with its records."""
    path = f"{path_of(meeting)}/attendanceReports"
    _, listed = await teams.call("GET", path)
    assert all(one["attendanceRecords"] == [] for one in listed["value"])
    found = []
    for one in listed["value"]:
        _, whole = await teams.call("GET", f"{path}/{one['id']}?$expand=attendanceRecords")
        found.append(whole)
    return found


async def test_a_report_counts_who_was_inside_and_not_who_waited(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    await play(teams, meeting)
    (report,) = await reports(teams, meeting)
    records = {one["identity"]["displayName"]: one for one in report["attendanceRecords"]}
    assert set(records) == {"second.staff", "D4F-2"}
    assert report["totalParticipantCount"] == 2
    assert records["second.staff"]["emailAddress"] == SECOND_STAFF
    assert records["second.staff"]["role"] == "Presenter"
    assert records["D4F-2"]["emailAddress"] is None
    assert records["D4F-2"]["totalAttendanceInSeconds"] == 1800


async def test_nothing_is_reported_while_it_runs_nor_before_its_time(
    teams: EmulatedTenant,
) -> None:
    await teams.do("options", report_delay_seconds=300)
    meeting = await teams.make()
    staff = await begin(teams, meeting)
    assert await reports(teams, meeting) == []
    await teams.do(f"people/{staff}/leave")
    await teams.pass_time(timedelta(seconds=299))
    assert await reports(teams, meeting) == []
    await teams.pass_time(timedelta(seconds=1))
    assert len(await reports(teams, meeting)) == 1


async def test_each_return_after_an_empty_room_makes_a_report_of_its_own(
    teams: EmulatedTenant,
) -> None:
    meeting = await teams.make()
    await play(teams, meeting, 5)
    await play(teams, meeting, 10)
    newest, oldest = await reports(teams, meeting)
    assert newest["meetingStartDateTime"] > oldest["meetingStartDateTime"]
    assert oldest["attendanceRecords"][0]["totalAttendanceInSeconds"] == 300


async def test_a_member_on_two_devices_is_one_record_with_two_intervals(
    teams: EmulatedTenant,
) -> None:
    meeting = await teams.make()
    first, second = await begin(teams, meeting), await begin(teams, meeting)
    await teams.pass_time(timedelta(minutes=1))
    for person in (first, second):
        await teams.do(f"people/{person}/leave")
    (report,) = await reports(teams, meeting)
    (record,) = report["attendanceRecords"]
    assert [one["durationInSeconds"] for one in record["attendanceIntervals"]] == [60, 60]


async def test_only_the_newest_fifty_are_listed(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    for _ in range(51):
        await teams.do(f"people/{await teams.open(**staff(meeting))}/leave")
    _, listed = await teams.call("GET", f"{path_of(meeting)}/attendanceReports")
    calls = (await teams.see("state"))["meetings"][0]["calls"]
    assert [one["id"] for one in listed["value"]] == [one["id"] for one in calls[:0:-1]]


def staff(meeting: dict[str, Any]) -> dict[str, str]:
    return {"url": meeting["joinWebUrl"], "as": SECOND_STAFF}


async def test_details_can_be_lost_and_reports_switched_off(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    await play(teams, meeting)
    await teams.do("options", null_intervals=True, record_emails=False)
    (report,) = await reports(teams, meeting)
    record = report["attendanceRecords"][0]
    assert record["emailAddress"] is None
    assert record["attendanceIntervals"] == [
        {"joinDateTime": None, "leaveDateTime": None, "durationInSeconds": 0}
    ]
    await teams.do("options", attendance_reports=False)
    assert await reports(teams, meeting) == []


async def test_records_come_in_pages(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    await play(teams, meeting)
    await teams.do("options", records_per_page=1)
    (report,) = await reports(teams, meeting)
    path, names = f"{path_of(meeting)}/attendanceReports/{report['id']}/attendanceRecords", []
    while path:
        _, page = await teams.call("GET", path)
        names += [one["identity"]["displayName"] for one in page["value"]]
        following = urlsplit(page.get("@odata.nextLink", ""))
        path = f"{following.path}?{following.query}" if following.path else ""
    assert names == ["second.staff", "D4F-2"]


@pytest.mark.parametrize(("outlives", "status"), [(False, 404), (True, 200)])
async def test_whether_reports_outlive_their_meeting_is_a_switch(
    teams: EmulatedTenant, outlives: bool, status: int
) -> None:
    await teams.do("options", reports_outlive_meeting=outlives)
    meeting = await teams.make()
    await play(teams, meeting)
    await teams.call("DELETE", path_of(meeting))
    path = f"{path_of(meeting)}/attendanceReports"
    assert (await teams.call("GET", path))[0] == status


async def test_only_organisers_of_the_meeting_read_its_reports(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    for upn, status in ((TUTOR, 404), (SECOND_STAFF, 200)):
        _, member = await teams.call("GET", f"/v1.0/users/{upn}")
        await teams.do(f"organisers/{upn}", policy_granted=True)
        path = f"{path_of(meeting, member['id'])}/attendanceReports"
        assert (await teams.call("GET", path))[0] == status


async def test_a_call_record_comes_later_and_grows(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    wish = {
        "changeType": "created,updated",
        "resource": "/communications/callRecords",
        "notificationUrl": receiver.url,
        "expirationDateTime": "2026-11-25T15:40:00Z",
        "clientState": "our-secret",
    }
    assert (await teams.call("POST", "/v1.0/subscriptions", wish))[0] == 201
    meeting = await teams.make()
    await play(teams, meeting)
    assert receiver.items == []
    await teams.pass_time(timedelta(minutes=15))
    (item,) = receiver.items
    assert (item["changeType"], "encryptedContent" in item) == ("created", False)
    path = f"{RECORDS}/{item['resourceData']['id']}"
    await teams.sign_in()
    _, record = await teams.call("GET", f"{path}?$expand=sessions($expand=segments)")
    assert (record["version"], record["joinWebUrl"]) == (1, meeting["joinWebUrl"])
    assert len(record["sessions"]) == 2
    guest = next(one for one in record["participants"] if one["user"]["displayName"] is None)
    assert guest["user"]["id"].startswith("teamsvisitor:")
    (subscription,) = (await teams.see("state"))["subscriptions"]
    await teams.call("POST", f"/v1.0/subscriptions/{subscription['id']}/reauthorize")
    await teams.pass_time(timedelta(minutes=15))
    assert [one["changeType"] for one in receiver.items] == ["created", "updated"]
    assert (await teams.call("GET", path))[1]["version"] == 2
    await teams.pass_time(timedelta(days=30))
    await teams.sign_in()
    assert (await teams.call("GET", path))[0] == 404
