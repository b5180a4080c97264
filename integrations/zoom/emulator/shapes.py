"""A meeting as the API states it, and what changed between two states of one."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE, origin_of
from integrations.zoom.emulator.records import Meeting
from integrations.zoom.emulator.settings import zoom_time

Json = dict[str, Any]

HOST_LINK_LIVES = timedelta(hours=2)

NO_FIXED_TIME = 3
_NO_REGISTRATION = 2


def described(request: web.Request, meeting: Meeting) -> Json:
    """The answer of create and read: effective settings, never an echo, and a fresh start link."""
    state = request.app[STATE]
    host_key = state.new_token(32)
    meeting.host_keys[host_key] = state.clock.now() + HOST_LINK_LIVES
    shown = {
        **listed(request, meeting),
        "host_email": meeting.host.profile.email,
        "status": meeting.status,
        "start_url": f"{origin_of(request)}/s/{meeting.meeting_id}?zak={host_key}",
        "password": meeting.password,
        "encrypted_password": meeting.link_token,
        "settings": meeting.settings,
        "creation_source": meeting.creation_source,
    }
    if meeting.occurrences:
        shown.update(occurrences=meeting.occurrences, recurrence=meeting.recurrence)
    if meeting.settings["approval_type"] != _NO_REGISTRATION:
        page = f"{origin_of(request)}/meeting/register/{meeting.meeting_id}"
        shown["registration_url"] = page
    return shown


def listed(request: web.Request, meeting: Meeting) -> Json:
    """A row of a list: no passcode, no settings, the agenda cut short."""
    shown = {
        "id": meeting.meeting_id,
        "uuid": meeting.occurrence,
        "host_id": meeting.host.profile.user_id,
        "topic": meeting.topic,
        "agenda": meeting.agenda[:250],
        "type": meeting.type,
        "start_time": zoom_time(meeting.start_time),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "created_at": zoom_time(meeting.created_at),
        "join_url": join_url(request, meeting),
    }
    if meeting.type == NO_FIXED_TIME:
        del shown["start_time"]
    if meeting.pmi:
        shown["pmi"] = meeting.pmi
    return shown


def join_url(request: web.Request, meeting: Meeting) -> str:
    """The public link; with the passcode's token in it, as the account embeds it."""
    link = f"{origin_of(request)}/j/{meeting.meeting_id}"
    return f"{link}?pwd={meeting.link_token}" if meeting.password else link


def changeable(meeting: Meeting) -> Json:
    """All that a change can touch, to compare before with after."""
    return {
        "topic": meeting.topic,
        "agenda": meeting.agenda,
        "duration": meeting.duration,
        "start_time": zoom_time(meeting.start_time),
        "timezone": meeting.timezone,
        "password": meeting.password,
        "settings": dict(meeting.settings),
    }


def difference(before: Json, after: Json) -> tuple[Json, Json]:
    """The old and the new values of what changed; of the settings, only the changed ones."""
    old: Json = {}
    new: Json = {}
    for name in before:
        if before[name] == after[name]:
            continue
        is_group = name == "settings"
        old[name], new[name] = (
            difference(before[name], {**before[name], **after[name]})
            if is_group
            else (before[name], after[name])
        )
    return old, new
