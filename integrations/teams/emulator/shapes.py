"""A meeting as Graph answers it: an open type, so with more in it than is documented."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from integrations.teams.emulator import attendees
from integrations.teams.emulator.fields import NEWER_SCOPES
from integrations.teams.emulator.keys import STATE
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import Meeting

Json = dict[str, Any]

_ADMITTED = {
    "everyone": "everyone",
    "organizer": "organizer",
    "invited": "invitedUsers",
    "organizationAndFederated": "everyoneInCompany",
}


def described(request: web.Request, meeting: Meeting) -> Json:
    """The onlineMeeting. Enum members that an old client cannot know read `unknownFutureValue`."""
    knows_newer = prefers_newer(request)
    lobby = dict(meeting.settings["lobbyBypassSettings"])
    scope = lobby["scope"]
    if scope in NEWER_SCOPES and not knows_newer:
        lobby["scope"] = "unknownFutureValue"
    return {
        "@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#users('{meeting.organiser_id}')"
        "/onlineMeetings/$entity",
        **meeting.settings,
        **_identified(meeting),
        **_undocumented(meeting),
        "subject": meeting.subject or None,
        "creationDateTime": graph_time(meeting.created_at),
        "startDateTime": graph_time(meeting.starts_at),
        "endDateTime": graph_time(meeting.ends_at),
        "expiryDateTime": graph_time(meeting.expires_at),
        "lobbyBypassSettings": lobby,
        "participants": attendees.shown(request.app[STATE], meeting, knows_newer=knows_newer),
    }


def prefers_newer(request: web.Request) -> bool:
    """Whether the caller asks for every enum member.

    https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations
    """
    asked = ",".join(request.headers.getall("Prefer", [])).lower()
    return "include-unknown-enum-members" in asked


def _identified(meeting: Meeting) -> Json:
    """What names the meeting and leads into it. The join information repeats the passcode."""
    text = f"Join: {meeting.join_url}\r\nMeeting ID: {meeting.join_meeting_id}\r\n"
    if meeting.passcode:
        text += f"Passcode: {meeting.passcode}\r\n"
    return {
        "id": meeting.meeting_id,
        "joinWebUrl": meeting.join_url,
        "joinInformation": {
            "content": "data:text/html," + quote(f"<div>{text}</div>", safe=""),
            "contentType": "html",
        },
        "joinMeetingIdSettings": {
            "isPasscodeRequired": meeting.passcode is not None,
            "joinMeetingId": meeting.join_meeting_id,
            "passcode": meeting.passcode,
        },
        "externalId": meeting.external_id,
        "chatInfo": {
            "threadId": meeting.thread_id,
            "messageId": "0",
            "replyChainMessageId": None,
        },
        "audioConferencing": None,
        "videoTeleconferenceId": None,
        "meetingType": "scheduled",
        "meetingOptionsWebUrl": f"https://teams.microsoft.com/meetingOptions/?threadId="
        f"{quote(meeting.thread_id, safe='')}",
    }


def _undocumented(meeting: Meeting) -> Json:
    """What live answers hold besides."""
    scope = meeting.settings["lobbyBypassSettings"]["scope"]
    return {
        "joinUrl": meeting.join_url,
        "meetingCode": meeting.join_meeting_id,
        "autoAdmittedUsers": _ADMITTED.get(scope, "everyoneInCompany"),
        "isCancelled": False,
        "isBroadcast": False,
        "broadcastSettings": None,
        "outerMeetingAutoAdmittedUsers": None,
        "capabilities": [],
    }
