"""What Zoom really makes of a requested meeting: coerced, locked, and never quite an echo."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.zoom.emulator.records import Host
from integrations.zoom.emulator.settings import LICENSED
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]

# A careless account's defaults: whoever leaves a setting unsaid finds out here, not with children.
HOST_DEFAULTS: Json = {
    "host_video": True,
    "participant_video": True,
    "join_before_host": True,
    "jbh_time": 0,
    "mute_upon_entry": False,
    "watermark": False,
    "use_pmi": True,
    "approval_type": 2,
    "audio": "both",
    "auto_recording": "cloud",
    "waiting_room": False,
    "waiting_room_options": {
        "mode": "follow_setting",
        "who_goes_to_waiting_room": "users_not_in_account",
    },
    "meeting_authentication": False,
    "alternative_hosts": "",
    "alternative_hosts_email_notification": True,
    "alternative_host_manage_meeting_summary": True,
    "alternative_host_manage_cloud_recording": True,
    "email_notification": True,
    "registrants_email_notification": True,
    "registrants_confirmation_email": True,
    "allow_multiple_devices": True,
    "breakout_room": {"enable": True},
    "continuous_meeting_chat": {"enable": True},
    "language_interpretation": {"enable": True},
    "sign_language_interpretation": {"enable": True},
    "push_change_to_calendar": True,
    "email_in_attendee_report": True,
    "private_meeting": False,
    "encryption_type": "enhanced_encryption",
    "auto_start_meeting_summary": True,
    "auto_start_ai_companion_questions": True,
}

_CHOICES: dict[str, tuple[tuple[object, ...], object]] = {
    "auto_recording": (("none", "local", "cloud"), "none"),
    "audio": (("both", "telephony", "voip", "thirdParty"), "both"),
    "approval_type": ((0, 1, 2), 2),
    "encryption_type": (("enhanced_encryption", "e2ee"), "enhanced_encryption"),
}

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def effective_settings(requested: Mapping[str, Any], host: Host, password: str) -> Json:
    """Defaults, then the request, then locks, then what Zoom insists on."""
    made = {**HOST_DEFAULTS, **host.defaults, **requested}
    for name, (allowed, fallback) in _CHOICES.items():
        if made[name] not in allowed:
            made[name] = fallback
    made.update(host.locked)
    if host.profile.type != LICENSED:
        made.update(approval_type=2, alternative_hosts="")
    # Minimum security: one of the three is forced on.
    if not (password or made["waiting_room"] or made["meeting_authentication"]):
        made["waiting_room"] = True
    if made["waiting_room"]:
        made["join_before_host"] = False
    return made


def checked_password(body: Mapping[str, Any], host: Host, spare: str) -> str:
    """The passcode of a new meeting, by the account's rule; 400/300 if it breaks the rule."""
    password = str(body.get("password", ""))
    if not password:
        return "" if body.get("default_password") is False else spare
    rule = host.passcode_rule or {}
    allowed = r"[0-9]*" if rule.get("only_allow_numeric") else r"[A-Za-z0-9@_*!-]*"
    broken = (
        len(password) > 10
        or len(password) < rule.get("length", 0)
        or not re.fullmatch(allowed, password)
        or (rule.get("have_number") and not re.search(r"\d", password))
        or (rule.get("have_letter") and not re.search(r"[A-Za-z]", password))
        or (rule.get("have_special_character") and not re.search(r"[@_*!-]", password))
        or (rule.get("have_upper_and_lower_characters") and password in _one_case(password))
        or _has_run(password, rule.get("consecutive_characters_length", 0))
    )
    if broken:
        raise ApiError(400, 300, "The passcode does not meet the account's policy.", "password")
    return password


def start_time_of(body: Mapping[str, Any], now: datetime) -> datetime:
    """UTC with `Z`, or local with a zone; missing or past means now."""
    text = str(body.get("start_time", ""))
    if not text:
        return now
    is_utc = text.endswith("Z")
    if not _LOCAL.fullmatch(text.removesuffix("Z")):
        raise ApiError(400, 300, "Validation Failed.", "start_time")
    try:
        zone = UTC if is_utc else ZoneInfo(str(body.get("timezone", "UTC")))
        at = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, ZoneInfoNotFoundError):
        raise ApiError(400, 300, "Validation Failed.", "start_time") from None
    return max(at, now)


def _one_case(password: str) -> tuple[str, str]:
    return password.lower(), password.upper()


def _has_run(password: str, length: int) -> bool:
    """Whether `length` characters in a row are equal, rising or falling."""
    if length < 2:
        return False
    for first in range(len(password) - length + 1):
        codes = [ord(character) for character in password[first : first + length]]
        steps = {after - before for before, after in pairwise(codes)}
        if len(steps) == 1 and steps <= {-1, 0, 1}:
            return True
    return False
