"""How a meeting is asked for, and whether the meeting Zoom really holds is as safe as was asked.

https://developers.zoom.us/docs/api/meetings/ (create a meeting)
API-made meetings follow the host's own defaults wherever we say nothing, so we say everything.
Private chat cannot be set per meeting: it must be off in the account (pitfall 53).
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from integrations.links import segment
from integrations.zoom.passcodes import is_strong
from integrations.zoom.protocol import Json, instant_of
from service.errors import ProviderUnsure
from service.ports import MeetingFacts, MeetingHandle, MeetingPlan

_SCHEDULED = 2
_LONGEST_MINUTES = 1440
_REFERENCE = re.compile(r"(?=.*[2-9])[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{10}")

# Zoom must show each of these as it stands here, or the meeting is never released.
_ESSENTIAL: Json = {
    "waiting_room": True,
    "join_before_host": False,
    "use_pmi": False,
    # Manual approval: a leaked registration page yields only "pending"; we approve our own.
    "approval_type": 1,
    "auto_recording": "none",
    "auto_start_meeting_summary": False,
    "auto_start_ai_companion_questions": False,
}

# Zoom may leave these unsaid where the account lacks the feature, but not say otherwise.
_WHERE_STATED: Json = {
    # The account's default may let its own members skip the waiting room.
    "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"},
    # Families have no Zoom account; who they are rests on personal registrant links.
    "meeting_authentication": False,
    "allow_multiple_devices": False,
    "alternative_hosts": "",
    "alternative_hosts_email_notification": False,
    "alternative_host_manage_cloud_recording": False,
    "alternative_host_manage_meeting_summary": False,
    # No telephone: callers would come without a registrant link (POL-06, pitfall 51).
    "audio": "voip",
    # Rooms and channels the second staff cannot hear (POL-03, pitfall 50).
    "breakout_room": {"enable": False},
    "language_interpretation": {"enable": False},
    "sign_language_interpretation": {"enable": False},
    "continuous_meeting_chat": {"enable": False},
    # Every word to a family goes through us (POL-22, POL-24).
    "email_notification": False,
    "registrants_email_notification": False,
    "registrants_confirmation_email": False,
    "push_change_to_calendar": False,
    "email_in_attendee_report": False,
}

# Stated so that no host default decides, but no reason to hold a meeting back.
_MANNERS: Json = {
    "mute_upon_entry": True,
    "host_video": False,
    "participant_video": False,
    "request_permission_to_unmute_participants": True,
    "allow_host_control_participant_mute_state": False,
    "participant_focused_meeting": False,
    "focus_mode": False,
    "private_meeting": True,
    "close_registration": True,
    "show_share_button": False,
    "show_join_info": False,
    "alternative_host_update_polls": False,
    "host_pause_stop_recording": False,
    "auto_add_recording_to_video_management": {"enable": False},
    "device_testing": False,
    "internal_meeting": False,
    "watermark": False,
    "encryption_type": "enhanced_encryption",
    "global_dial_in_countries": [],
    "meeting_invitees": [],
    "authentication_exception": [],
}


def create_body(plan: MeetingPlan, passcode: str) -> Json:
    """The body of a create. The reference, in topic and agenda, is all it says about us (POL-07)."""
    minutes = math.ceil((plan.ends_at - plan.starts_at).total_seconds() / 60)
    return {
        "type": _SCHEDULED,
        "topic": plan.reference,
        "agenda": plan.reference,
        "start_time": _utc_text(plan.starts_at),
        "timezone": "UTC",
        "duration": min(max(minutes, 1), _LONGEST_MINUTES),
        "password": passcode,
        "default_password": False,
        "settings": {**_ESSENTIAL, **_WHERE_STATED, **_MANNERS},
    }


def compare(meeting: Mapping[str, object]) -> tuple[str, ...]:
    """The names of all protective settings that are not as required, in the meeting as it is.

    Zoom silently changes what was asked for: minimum security, locked settings, licence limits
    (pitfall 39). What it does not state counts as not held, for the settings that matter most.
    Whether start and reference are those asked for, only the caller knows.
    """
    settings = meeting.get("settings")
    held = settings if isinstance(settings, dict) else {}
    weak = [name for name, wanted in _ESSENTIAL.items() if held.get(name) != wanted]
    weak += [
        name
        for name, wanted in _WHERE_STATED.items()
        if held.get(name) is not None and not _agrees(held[name], wanted)
    ]
    if not is_strong(_text(meeting, "password")):
        weak.append("passcode")
    if meeting.get("type") != _SCHEDULED:
        weak.append("type")
    if meeting.get("agenda", meeting.get("topic")) != meeting.get("topic"):
        # We write the same word into both: one was changed, and may name somebody (POL-07).
        weak.append("agenda")
    return tuple(weak)


def _is_hosted_by(meeting: Mapping[str, object], host_account: str) -> bool:
    """Whether the host is still the one asked for: it is the host who may start and admit."""
    stated = {_text(meeting, name).lower() for name in ("host_id", "host_email")} - {""}
    return not stated or host_account.lower() in stated


def read_facts(meeting: Mapping[str, object], handle: MeetingHandle) -> MeetingFacts:
    """A meeting as Zoom describes it. `ProviderUnsure` if the description is not of that meeting."""
    if str(meeting.get("id", "")) != handle.provider_id:
        raise ProviderUnsure("Zoom described another meeting than the one asked about.")
    starts_at = instant_of(meeting.get("start_time"))
    if starts_at is None:
        raise ProviderUnsure("Zoom described a meeting without a start.")
    weaknesses = compare(meeting)
    if not _is_hosted_by(meeting, handle.host_account):
        weaknesses += ("host",)
    return MeetingFacts(
        handle=handle,
        reference=_text(meeting, "topic"),
        passcode=SecretStr(_text(meeting, "password")),
        starts_at=starts_at,
        created_at=instant_of(meeting.get("created_at")),
        # Anything but Zoom's word that nobody is in it counts as running.
        running=meeting.get("status") != "waiting",
        holder=_text(meeting, "host_id"),
        weaknesses=weaknesses,
    )


def read_id(made: Mapping[str, object]) -> str:
    """The id of a meeting just made. Without one we cannot name what now exists."""
    found = made.get("id")
    if isinstance(found, bool) or not isinstance(found, int | str) or not str(found):
        raise ProviderUnsure()
    return str(found)


def is_reference(text: object) -> bool:
    """Whether a topic has exactly the form of our references; no person's name has."""
    return isinstance(text, str) and _REFERENCE.fullmatch(text) is not None


def when_over(listed: Mapping[str, object], *, default: datetime) -> datetime:
    """When a listed meeting is planned to be over; `default` if it has no fixed time."""
    starts_at, minutes = instant_of(listed.get("start_time")), listed.get("duration")
    if starts_at is None:
        return default
    return starts_at + timedelta(minutes=minutes if isinstance(minutes, int) else 0)


def carries(listed: Mapping[str, object], reference: str) -> bool:
    """Whether a listed meeting bears our reference, as a whole word, in its topic or agenda."""
    if not reference.strip():
        return False
    whole = re.compile(rf"(?<!\w){re.escape(reference)}(?!\w)")
    return any(whole.search(_text(listed, name)) for name in ("topic", "agenda"))


def path_of(handle: MeetingHandle) -> str:
    """Where a meeting is found, by its number."""
    return f"/meetings/{segment(handle.provider_id)}"


# --- reading values -------------------------------------------------------------------------------


def _agrees(held: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        if not isinstance(held, dict):
            return False
        return all(held.get(name) == value for name, value in wanted.items())
    return held == wanted


def _utc_text(at: datetime) -> str:
    """Zoom takes no fractions and no offsets; a wrong `Z` moves a lesson by hours."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be sent")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
