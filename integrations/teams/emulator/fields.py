"""What may be said about a meeting, and what holds where nothing is said.

https://learn.microsoft.com/graph/api/resources/onlinemeeting
"""

from datetime import UTC, datetime
from typing import Any

from integrations.teams.emulator.state import ApiError

Json = dict[str, Any]

SCOPES = (
    "organizer",
    "organization",
    "organizationAndFederated",
    "everyone",
    "invited",
    "organizationExcludingGuests",
)
NEWER_SCOPES = ("invited", "organizationExcludingGuests")
NEWER_ROLES = ("coorganizer", "producer")

_CHOICES: dict[str, tuple[str, ...]] = {
    "allowedLobbyAdmitters": ("organizerAndCoOrganizersAndPresenters", "organizerAndCoOrganizers"),
    "allowedPresenters": ("everyone", "organization", "roleIsPresenter", "organizer"),
    "allowMeetingChat": ("enabled", "disabled", "limited"),
    "allowLiveShare": ("enabled", "disabled"),
    "shareMeetingChatHistoryDefault": ("none", "all"),
}
_YES_OR_NO = {
    "allowAttendeeToEnableCamera": True,
    "allowAttendeeToEnableMic": True,
    "allowTeamworkReactions": True,
    "allowParticipantsToChangeName": False,
    "allowBreakoutRooms": True,
    "allowWhiteboard": True,
    "allowPowerPointSharing": True,
    "allowCopyingAndSharingMeetingContent": True,
    "allowRecording": True,
    "allowTranscription": True,
    "recordAutomatically": False,
    "isEntryExitAnnounced": True,
    "isEndToEndEncryptionEnabled": False,
}
_COMPOUND = {
    "watermarkProtection": {"isEnabledForContentSharing": False, "isEnabledForVideo": False},
    "chatRestrictions": {"allowTextOnly": False},
}
_TEXTS = ("meetingTemplateId", "meetingSpokenLanguageTag")
_FIXED = (
    "joinMeetingIdSettings",
    "externalId",
    "id",
    "joinWebUrl",
    "creationDateTime",
    "meetingTemplateId",
    "isBroadcast",
)


def defaults() -> Json:
    """A careless tenant's policy: everyone straight in, anyone may present and record."""
    return {
        **{name: values[0] for name, values in _CHOICES.items()},
        **_YES_OR_NO,
        **{name: dict(value) for name, value in _COMPOUND.items()},
        "lobbyBypassSettings": {"scope": "everyone", "isDialInBypassEnabled": False},
        "sensitivityLabelAssignment": None,
        "anonymizeIdentityForRoles": [],
        "meetingTemplateId": None,
        "meetingSpokenLanguageTag": "en-US",
    }


def stated(body: Json, held: Json) -> Json:
    """The settings of a request laid over those held. Names that Graph does not know are ignored."""
    now = dict(held)
    for name, values in _CHOICES.items():
        if name in body:
            now[name] = _one_of(name, body[name], values)
    for name in _YES_OR_NO:
        if name in body:
            now[name] = _flag(name, body[name])
    for name in _TEXTS:
        if name in body:
            now[name] = _text(name, body[name])
    for name, shape in _COMPOUND.items():
        if name in body:
            part = _part(name, body[name])
            given = {key: _flag(key, value) for key, value in part.items() if key in shape}
            now[name] = {**held[name], **given}
    if "lobbyBypassSettings" in body:
        now["lobbyBypassSettings"] = _lobby(body, held["lobbyBypassSettings"])
    if "sensitivityLabelAssignment" in body:
        now["sensitivityLabelAssignment"] = _part(
            "sensitivityLabelAssignment", body["sensitivityLabelAssignment"]
        )
    if "anonymizeIdentityForRoles" in body:
        now["anonymizeIdentityForRoles"] = _hidden_roles(body, held["anonymizeIdentityForRoles"])
    return now


def refuse_fixed(body: Json) -> None:
    """400 for what can never change after creation."""
    for name in _FIXED:
        if name in body:
            raise bad(f"Property '{name}' cannot be updated.")


def instant(body: Json, name: str) -> datetime | None:
    """An instant with its offset, or None if nothing was said."""
    if body.get(name) is None:
        return None
    try:
        found = datetime.fromisoformat(str(body[name]))
    except ValueError:
        raise bad(f"Invalid value specified for property '{name}'.") from None
    if found.tzinfo is None:
        raise bad(f"Invalid value specified for property '{name}': an offset is needed.")
    return found.astimezone(UTC)


def bad(message: str) -> ApiError:
    """400, in Graph's words."""
    return ApiError(400, "BadRequest", message)


def _lobby(body: Json, held: Json) -> Json:
    part = _part("lobbyBypassSettings", body["lobbyBypassSettings"])
    now = dict(held)
    if "scope" in part:
        now["scope"] = _one_of("scope", part["scope"], SCOPES)
    if "isDialInBypassEnabled" in part:
        now["isDialInBypassEnabled"] = _flag("isDialInBypassEnabled", part["isDialInBypassEnabled"])
    return now


def _hidden_roles(body: Json, held: list[str]) -> list[str]:
    roles = body["anonymizeIdentityForRoles"]
    if not isinstance(roles, list) or not set(roles) <= {"attendee"}:
        raise bad("Invalid value specified for property 'anonymizeIdentityForRoles'.")
    return sorted({*held, *roles})


def _one_of(name: str, value: object, values: tuple[str, ...]) -> str:
    if value not in values:
        raise bad(f"Invalid value specified for property '{name}' of resource 'onlineMeeting'.")
    return str(value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise bad(f"Cannot convert the value of property '{name}' to a Boolean.")
    return value


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise bad(f"Cannot convert the value of property '{name}' to a String.")
    return value


def _part(name: str, value: object) -> Json:
    if not isinstance(value, dict):
        raise bad(f"Property '{name}' is not an object.")
    return value
