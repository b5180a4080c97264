"""Which accounts can hold a protected meeting, and what locks make of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.zoom.hosts import (
    defeated_by_locks,
    read_host,
    require_unlocked,
    require_usable,
)
from integrations.zoom.protocol import Json
from service.errors import ProviderRefused

GOOD = {"id": "hostAAAA", "status": "active", "type": 2}


def test_an_active_licensed_user_can_hold_meetings() -> None:
    require_usable(read_host(GOOD))


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": None},
        {"status": "inactive"},
        {"status": "pending"},
        {"status": None},
        {"type": 1},
        {"type": 4},
        {"type": 99},
        {"type": "2"},
    ],
)
def test_any_other_user_cannot(change: dict[str, object]) -> None:
    with pytest.raises(ProviderRefused):
        require_usable(read_host({**GOOD, **change}))


LOCKED = [
    ("in_meeting", "waiting_room", False, "waiting room"),
    ("meeting_security", "waiting_room", False, "waiting room"),
    ("recording", "auto_recording", "cloud", "recording"),
    ("schedule_meeting", "audio_type", "both", "telephone"),
    ("schedule_meeting", "meeting_authentication", True, "Zoom account"),
]


@pytest.mark.pitfall(39)
@pytest.mark.parametrize(("group", "name", "value", "word"), LOCKED)
def test_a_lock_that_would_defeat_the_meeting_is_named(
    group: str, name: str, value: object, word: str
) -> None:
    settings = {group: {name: value}}
    (sentence,) = defeated_by_locks(settings, {group: {name: True}})
    assert word in sentence
    with pytest.raises(ProviderRefused, match="No meeting was made"):
        require_unlocked(settings, {group: {name: True}})


@pytest.mark.parametrize(("group", "name", "value", "_"), LOCKED)
def test_a_default_that_is_not_locked_does_no_harm(
    group: str, name: str, value: object, _: str
) -> None:
    require_unlocked({group: {name: value}}, {group: {name: False}})
    require_unlocked({group: {name: value}}, {group: {}})
    require_unlocked({group: {name: value}}, {})


def test_a_lock_on_what_we_want_anyway_does_no_harm() -> None:
    settings: Json = {"in_meeting": {"waiting_room": True}, "recording": {"auto_recording": "none"}}
    locks: Json = {"in_meeting": {"waiting_room": True}, "recording": {"auto_recording": True}}
    assert defeated_by_locks(settings, locks) == ()


def test_the_same_lock_stated_twice_is_one_sentence() -> None:
    settings: Json = {
        "in_meeting": {"waiting_room": False},
        "meeting_security": {"waiting_room": False},
    }
    locks: Json = {"in_meeting": {"waiting_room": True}, "meeting_security": {"waiting_room": True}}
    assert len(defeated_by_locks(settings, locks)) == 1


SHAPES = st.dictionaries(
    st.sampled_from(["in_meeting", "recording", "schedule_meeting"]),
    st.none() | st.lists(st.none()) | st.dictionaries(st.text(), st.booleans()),
)


@given(SHAPES, SHAPES)
def test_answers_of_any_shape_are_judged_without_a_fault(settings: Json, locks: Json) -> None:
    assert isinstance(defeated_by_locks(settings, locks), tuple)
