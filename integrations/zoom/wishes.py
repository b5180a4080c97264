"""How a host account should be set beyond what each meeting states for itself.

https://developers.zoom.us/docs/api/users/ (user settings)
Some of it Zoom has no setting for in a single meeting; the rest guards meetings made by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.zoom.hosts import part_of
from service.ports import Weight


@dataclass(frozen=True)
class Wish:
    """One setting and how it should be; `inner` names a part of it, where it has parts."""

    code: str
    group: str
    name: str
    value: object
    sentence: str
    weight: Weight = Weight.WRONG
    inner: str = ""


SETTINGS_WISHES = (
    Wish(
        *("private_chat", "in_meeting", "private_chat", False),
        "lets people in a meeting write to one another unseen. Turn private chat off in Zoom's "
        "settings, under In Meeting: no single meeting can do it.",
    ),
    Wish(
        *("local_recording", "recording", "local_recording", False),
        "lets meetings be recorded on people's own devices. Turn local recording off.",
    ),
    Wish(
        *("cloud_recording", "recording", "cloud_recording", False),
        "lets the host record in Zoom's cloud. Turn cloud recording off, unless you use it with "
        "recorded consent.",
        Weight.LOOK,
    ),
    Wish(
        *("auto_recording", "recording", "auto_recording", "none"),
        "records by itself whatever is not made by this service. Turn automatic recording off.",
        Weight.LOOK,
    ),
    Wish(
        *("waiting_room", "in_meeting", "waiting_room", True),
        "has no waiting room in meetings that are not made by this service. Turn it on.",
        Weight.LOOK,
    ),
    Wish(
        *("join_before_host", "schedule_meeting", "join_before_host", False),
        "lets people into meetings before the host, where this service did not make them. Turn it "
        "off.",
        Weight.LOOK,
    ),
    Wish(
        *("breakout_rooms", "in_meeting", "breakout_room", False),
        "can open breakout rooms, where the second staff sees and hears nothing. Turn them off.",
        Weight.LOOK,
    ),
    Wish(
        *("ai_summary", "in_meeting", "meeting_summary_with_ai_companion", False),
        "lets the AI companion write down what children say. Turn the meeting summary off.",
        inner="enable",
    ),
    Wish(
        *("ai_questions", "in_meeting", "ai_companion_questions", False),
        "lets the AI companion answer questions about what children say. Turn it off.",
        inner="enable",
    ),
    Wish(
        *("personal_room", "schedule_meeting", "use_pmi_for_scheduled_meetings", False),
        "uses its personal room, whose link never changes, for meetings. Turn it off.",
        Weight.LOOK,
    ),
)

SECURITY_WISHES = (
    Wish(
        *("who_admits", "meeting_security", "waiting_room_settings", 0),
        "lets others than the host admit people from the waiting room. Allow the host and "
        "co-hosts only.",
        inner="users_who_can_admit_participants_from_waiting_room",
    ),
    Wish(
        *("browser", "meeting_security", "only_authenticated_can_join_from_webclient", False),
        "keeps families without a Zoom account from joining in a browser. Turn it off.",
    ),
)

# Where Zoom says nothing about these, we must not take it for good.
_MUST_BE_STATED = ("private_chat",)


def unmet(
    wishes: Iterable[Wish], settings: Mapping[str, object]
) -> Iterable[tuple[str, str, Weight]]:
    """Code, sentence and weight of each setting that is otherwise."""
    for wish in wishes:
        held = _held(wish, settings)
        if held is None and wish.code in _MUST_BE_STATED:
            text = f"does not show us its setting {wish.group}.{wish.name}. Look in Zoom."
            yield f"{wish.code}_unseen", text, Weight.LOOK
        elif held is not None and held != wish.value:
            yield wish.code, wish.sentence, wish.weight


def _held(wish: Wish, settings: Mapping[str, object]) -> object:
    held = part_of(settings, wish.group).get(wish.name)
    if wish.inner:
        return held.get(wish.inner) if isinstance(held, dict) else None
    return held
