"""How a meeting is asked for, and whether the meeting Teams really holds is as safe as was asked.

https://learn.microsoft.com/graph/api/application-post-onlinemeetings
Where we say nothing, the tenant's and the organiser's policies decide, so we say everything that
protects. The passcode guards joining by number only; the lobby is the gate (pitfall 42).
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import SecretStr

from integrations.teams.identities import is_object_id
from integrations.teams.reading import Json, instant, part, rows, text, utc_text
from service.errors import ProviderUnsure
from service.ports import MeetingFacts, MeetingHandle, MeetingPlan

Chat = Literal["disabled", "limited"]
"""Whether people may write to each other: never, or only while the call runs."""

HOLDER, PRESENTER = "coorganizer", "presenter"
"""Second staff hold the room; the tutor may present, and waits in the lobby like everybody."""

# Teams must show each of these as it stands here, or the meeting is never released.
_ESSENTIAL: Json = {
    # Nobody passes the lobby but the organiser, who is an account that nobody signs into.
    "lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": False},
    "allowedLobbyAdmitters": "organizerAndCoOrganizers",
    "joinMeetingIdSettings": {"isPasscodeRequired": True},
    "allowedPresenters": "roleIsPresenter",
    "recordAutomatically": False,
    "allowRecording": False,
}

# Teams may leave these unsaid where the tenant lacks the feature, but not say otherwise.
_WHERE_STATED: Json = {
    "allowTranscription": False,
    # Rooms that second staff cannot hear (POL-03, pitfall 50).
    "allowBreakoutRooms": False,
    # A changed name would no longer be the door code that was let in.
    "allowParticipantsToChangeName": False,
    "allowCopyingAndSharingMeetingContent": False,
    "shareMeetingChatHistoryDefault": "none",
}

# Stated so that no policy decides, but no reason to hold a meeting back.
_MANNERS: Json = {
    "allowAttendeeToEnableCamera": True,
    "allowAttendeeToEnableMic": True,
    "allowTeamworkReactions": True,
    "allowWhiteboard": True,
    "allowPowerPointSharing": True,
    "allowLiveShare": "disabled",
    "isEntryExitAnnounced": True,
}

# What takes effect in a running call, and never a time: changing one would prolong the link. Second
# staff lose their key as well: the list of people counts from the next call on, so that they still
# hold the one that runs, and a link that is opened later finds nobody who could pass or admit.
# https://learn.microsoft.com/graph/api/onlinemeeting-update
_TIGHT: Json = {
    "lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": False},
    "allowedLobbyAdmitters": "organizerAndCoOrganizers",
    "allowedPresenters": "organizer",
    "allowAttendeeToEnableCamera": False,
    "allowAttendeeToEnableMic": False,
    "allowMeetingChat": "disabled",
    "allowTeamworkReactions": False,
    "allowRecording": False,
    "allowTranscription": False,
    "participants": {"attendees": []},
}


def create_body(plan: MeetingPlan, chat: Chat) -> Json:
    """The body of a create. Our reference is all it says about the lesson (POL-07)."""
    return {
        "subject": plan.reference,
        "startDateTime": utc_text(plan.starts_at),
        "endDateTime": utc_text(plan.ends_at),
        "participants": {
            "attendees": [
                _attendee(plan.second_staff_account, HOLDER),
                _attendee(plan.tutor_account, PRESENTER),
            ]
        },
        "allowMeetingChat": chat,
        **_ESSENTIAL,
        **_WHERE_STATED,
        **_MANNERS,
    }


def tight_body() -> Json:
    """The body that shuts a room as far as it can be shut from outside."""
    return dict(_TIGHT)


def is_tight(meeting: Mapping[str, object]) -> bool:
    """Whether a meeting, as Teams answers it, lets nobody new in but through its organiser's lobby."""
    lobby = {"lobbyBypassSettings": _TIGHT["lobbyBypassSettings"]}
    return not _unlike(meeting, lobby)


def _attendee(account: SecretStr, role: str) -> Json:
    return {"upn": account.get_secret_value(), "role": role}


def compare(meeting: Mapping[str, object], chat: Chat) -> tuple[str, ...]:
    """The names of all protective settings that are not as required, in the meeting as it is.

    Tenant policy silently changes what was asked for (pitfall 39). What Teams does not state counts
    as not held, for the settings that matter most.
    """
    weak = _unlike(meeting, _ESSENTIAL)
    weak += [
        name
        for name, wanted in _WHERE_STATED.items()
        if meeting.get(name) is not None and meeting[name] != wanted
    ]
    if meeting.get("allowMeetingChat") not in ("disabled", chat):
        weak.append("allowMeetingChat")
    if not text(part(meeting, "joinMeetingIdSettings"), "passcode"):
        weak.append("joinMeetingIdSettings.passcode")
    if meeting.get("anonymizeIdentityForRoles"):
        weak.append("anonymizeIdentityForRoles")  # we could not see who is there
    return tuple(weak) + _misplaced(meeting)


def _unlike(held: Mapping[str, object], wanted: Json, path: str = "") -> list[str]:
    weak = []
    for name, value in wanted.items():
        if isinstance(value, dict):
            weak += _unlike(part(held, name), value, f"{name}.")
        elif held.get(name) != value:
            weak.append(f"{path}{name}")
    return weak


def _misplaced(meeting: Mapping[str, object]) -> tuple[str, ...]:
    """Whether one member holds the room, another presents, and nobody else has any part."""
    holder, tutor = oid_in_role(meeting, HOLDER), oid_in_role(meeting, PRESENTER)
    weak = []
    if not holder:
        weak.append("participants.coorganizer")
    if not tutor or tutor == holder:
        weak.append("participants.presenter")
    if len(_attendees(meeting)) != 2:
        weak.append("participants.attendees")
    return tuple(weak)


def oid_in_role(meeting: Mapping[str, object], role: str) -> str:
    """The object id of the only participant with a role; empty if there is none, or not one only."""
    held = [row for row in _attendees(meeting) if text(row, "role").lower() == role]
    if len(held) != 1:
        return ""
    oid = text(part(part(held[0], "identity"), "user"), "id").lower()
    return oid if is_object_id(oid) else ""


def swaps_people(meeting: Mapping[str, object], plan: MeetingPlan) -> bool:
    """Whether Teams names another account in a role than was asked for."""
    wanted = {HOLDER: plan.second_staff_account, PRESENTER: plan.tutor_account}
    for row in _attendees(meeting):
        asked = wanted.get(text(row, "role").lower())
        upn = text(row, "upn").casefold()
        if asked is not None and upn and upn != asked.get_secret_value().casefold():
            return True
    return False


def _attendees(meeting: Mapping[str, object]) -> list[Json]:
    return rows(part(meeting, "participants"), "attendees")


def read_facts(meeting: Mapping[str, object], handle: MeetingHandle, chat: Chat) -> MeetingFacts:
    """A meeting as Teams describes it. `ProviderUnsure` if the description is not of that meeting.

    Teams does not say whether a call is running, so `running` is always False.
    """
    if text(meeting, "id") != handle.provider_id:
        raise ProviderUnsure("Teams described another meeting than the one asked about.")
    starts_at = instant(meeting, "startDateTime")
    if starts_at is None:
        raise ProviderUnsure("Teams described a meeting without a start.")
    return MeetingFacts(
        handle=handle,
        reference=text(meeting, "subject"),
        passcode=SecretStr(text(part(meeting, "joinMeetingIdSettings"), "passcode")),
        starts_at=starts_at,
        created_at=instant(meeting, "creationDateTime"),
        running=False,
        weaknesses=compare(meeting, chat),
        holder=oid_in_role(meeting, HOLDER),
    )


def read_id(made: Mapping[str, object]) -> str:
    """The id of a meeting just made. Without one we cannot name what now exists."""
    found = text(made, "id")
    if not found:
        raise ProviderUnsure()
    return found
