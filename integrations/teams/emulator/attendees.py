"""Who is listed on a meeting, in which role.

https://learn.microsoft.com/graph/api/resources/meetingparticipantinfo
"""

from typing import Any

from integrations.teams.emulator.fields import NEWER_ROLES, bad
from integrations.teams.emulator.state import Meeting, State

Json = dict[str, Any]

_NEED_MEMBERS = ("presenter", "coorganizer")
_ROLES = ("attendee", *_NEED_MEMBERS)
_NOBODY_ELSE = {"acsUser": None, "guest": None, "phone": None, "encrypted": None}


def listed(
    state: State, body: Json, settings: Json, organiser_id: str, held: list[Json]
) -> list[Json]:
    """The attendees of a request, all of them, or those held if it names none."""
    participants = body.get("participants")
    if participants is None:
        return held
    if not isinstance(participants, dict):
        raise bad("Property 'participants' is not an object.")
    organiser = participants.get("organizer")
    if organiser and _user_id(organiser) not in ("", organiser_id):
        raise bad("The organizer of a meeting cannot be set.")
    rows = participants.get("attendees")
    if rows is None:
        return held
    if not isinstance(rows, list):
        raise bad("Property 'attendees' is not an array.")
    return [_attendee(state, row, settings) for row in rows]


def _attendee(state: State, row: object, settings: Json) -> Json:
    if not isinstance(row, dict):
        raise bad("An attendee is not an object.")
    role, upn = row.get("role") or "attendee", str(row.get("upn") or "")
    if role not in _ROLES:
        raise bad(f"Invalid role '{role}' of an attendee.")
    named = _user_id(row) or upn
    if not named:
        raise bad("An attendee needs an upn or an identity.")
    member = state.member(named)
    if role in _NEED_MEMBERS and member is None:
        raise bad(f"The role '{role}' needs an identity of the directory.")
    if role == "presenter" and settings["allowedPresenters"] != "roleIsPresenter":
        raise bad("The role 'presenter' needs allowedPresenters to be 'roleIsPresenter'.")
    user_id = member.user_id if member else ""
    return {"user_id": user_id, "upn": member.upn if member else upn, "role": role}


def shown(state: State, meeting: Meeting, *, knows_newer: bool) -> Json:
    """`participants` of an answer; roles an old client cannot know are hidden from it."""
    organiser = state.users[meeting.organiser_id]
    rows = []
    for one in meeting.attendees:
        is_hidden = one["role"] in NEWER_ROLES and not knows_newer
        role = "unknownFutureValue" if is_hidden else one["role"]
        rows.append(_row(state, one["user_id"], one["upn"], role))
    return {
        "organizer": _row(state, organiser.user_id, organiser.upn, "presenter"),
        "attendees": rows,
        "producers": [],
        "contributors": [],
    }


def _row(state: State, user_id: str, upn: str, role: str) -> Json:
    tenant = state.settings.tenant_id
    user = {"id": user_id, "displayName": None, "tenantId": tenant, "identityProvider": "AAD"}
    return {
        "upn": upn,
        "role": role,
        "identity": {**_NOBODY_ELSE, "user": user if user_id else None},
    }


def _user_id(row: object) -> str:
    identity = row.get("identity") if isinstance(row, dict) else None
    user = identity.get("user") if isinstance(identity, dict) else None
    return str(user.get("id") or "") if isinstance(user, dict) else ""
