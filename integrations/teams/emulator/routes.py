"""The part of Graph that is emulated: name, method, path, application permissions, handler."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from integrations.teams.emulator import (
    attendance,
    call_records,
    directory,
    meetings,
    subscriptions,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_WRITE = ("OnlineMeetings.ReadWrite.All",)
_READ = ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All")
_ARTIFACTS = ("OnlineMeetingArtifact.Read.All",)
_USERS = ("User.Read.All", "User.ReadBasic.All", "Directory.Read.All")
_LICENCES = ("User.Read.All", "LicenseAssignment.Read.All", "Directory.Read.All")
_TENANT = ("Organization.Read.All", "Directory.Read.All")
_RECORDS = ("CallRecords.Read.All",)
_ANY: tuple[str, ...] = ()

_USER = "/v1.0/users/{user_id}"
_MEETINGS = f"{_USER}/onlineMeetings"
_MEETING = _MEETINGS + "/{meeting_id}"
_REPORTS = f"{_MEETING}/attendanceReports"
_REPORT = _REPORTS + "/{report_id}"
_SUBSCRIPTIONS = r"/{version:v1\.0|beta}/subscriptions"
_SUBSCRIPTION = _SUBSCRIPTIONS + "/{subscription_id}"

API: dict[str, tuple[str, str, tuple[str, ...], Handler]] = {
    "read_user": ("GET", _USER, _USERS, directory.read_user),
    "read_licences": ("GET", f"{_USER}/licenseDetails", _LICENCES, directory.read_licences),
    "read_organization": ("GET", "/v1.0/organization", _TENANT, directory.read_organization),
    "create_meeting": ("POST", _MEETINGS, _WRITE, meetings.create_meeting),
    "create_or_get": ("POST", f"{_MEETINGS}/createOrGet", _WRITE, meetings.create_or_get),
    "find_meeting": ("GET", _MEETINGS, _READ, meetings.find_meeting),
    "read_meeting": ("GET", _MEETING, _READ, meetings.read_meeting),
    "update_meeting": ("PATCH", _MEETING, _WRITE, meetings.update_meeting),
    "delete_meeting": ("DELETE", _MEETING, _WRITE, meetings.delete_meeting),
    "list_reports": ("GET", _REPORTS, _ARTIFACTS, attendance.list_reports),
    "read_report": ("GET", _REPORT, _ARTIFACTS, attendance.read_report),
    "list_records": ("GET", f"{_REPORT}/attendanceRecords", _ARTIFACTS, attendance.list_records),
    "create_subscription": (
        "POST",
        _SUBSCRIPTIONS,
        _ANY,
        subscriptions.create_subscription,
    ),
    "list_subscriptions": ("GET", _SUBSCRIPTIONS, _ANY, subscriptions.list_subscriptions),
    "read_subscription": ("GET", _SUBSCRIPTION, _ANY, subscriptions.read_subscription),
    "update_subscription": ("PATCH", _SUBSCRIPTION, _ANY, subscriptions.update_subscription),
    "delete_subscription": ("DELETE", _SUBSCRIPTION, _ANY, subscriptions.delete_subscription),
    "reauthorize_subscription": (
        "POST",
        f"{_SUBSCRIPTION}/reauthorize",
        _ANY,
        subscriptions.reauthorize_subscription,
    ),
    "read_call_record": (
        "GET",
        "/v1.0/communications/callRecords/{record_id}",
        _RECORDS,
        call_records.read_call_record,
    ),
}
