"""What a meeting is asked to be, and how every departure from it is named."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from integrations.zoom.meetings import (
    carries,
    compare,
    create_body,
    is_reference,
    read_facts,
)
from service.errors import ProviderUnsure
from service.ports import MeetingHandle, MeetingPlan

STARTS = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
PLAN = MeetingPlan(
    reference="K7Q2XMABCD",
    host_account="host@tuition.example",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(minutes=45),
    tutor_account=SecretStr("tutor@tuition.example"),
    second_staff_account=SecretStr("second@tuition.example"),
)
HANDLE = MeetingHandle("host@tuition.example", "87654321098")

# Stated once more by hand: a setting that vanishes from the code must be missed here.
REQUIRED: dict[str, Any] = {
    "waiting_room": True,
    "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"},
    "join_before_host": False,
    "use_pmi": False,
    "approval_type": 1,
    "auto_recording": "none",
    "auto_start_meeting_summary": False,
    "auto_start_ai_companion_questions": False,
    "meeting_authentication": False,
    "allow_multiple_devices": False,
    "alternative_hosts": "",
    "audio": "voip",
    "breakout_room": {"enable": False},
    "continuous_meeting_chat": {"enable": False},
    "email_notification": False,
    "registrants_email_notification": False,
    "registrants_confirmation_email": False,
}


def as_made() -> dict[str, Any]:
    """The meeting as an honest provider shows it."""
    body = deepcopy(create_body(PLAN, "aB3xK9mQ2z"))
    return {**body, "id": 87654321098, "status": "waiting", "created_at": "2026-11-24T15:40:00Z"}


@pytest.mark.pitfall(50)
@pytest.mark.pitfall(51)
@pytest.mark.pitfall(52)
def test_every_protective_setting_is_stated() -> None:
    stated = create_body(PLAN, "aB3xK9mQ2z")["settings"]
    assert {name: stated.get(name) for name in REQUIRED} == REQUIRED


def test_the_body_says_nothing_but_our_reference() -> None:
    body = create_body(PLAN, "aB3xK9mQ2z")
    assert (body["topic"], body["agenda"]) == (PLAN.reference, PLAN.reference)
    assert PLAN.host_account not in json.dumps(body)
    assert body["default_password"] is False


@pytest.mark.parametrize(
    "starts_at",
    [
        STARTS,
        STARTS.astimezone(timezone(timedelta(hours=5, minutes=30))),
        STARTS + timedelta(microseconds=999_999),
    ],
)
def test_the_start_is_sent_as_whole_seconds_of_utc(starts_at: datetime) -> None:
    assert create_body(replace(PLAN, starts_at=starts_at), "x")["start_time"] == (
        "2026-11-24T16:00:00Z"
    )


def test_a_start_without_a_zone_is_never_sent() -> None:
    naive = STARTS.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        create_body(replace(PLAN, starts_at=naive, ends_at=naive), "x")


@pytest.mark.parametrize(
    ("length", "minutes"),
    [(timedelta(0), 1), (timedelta(minutes=44, seconds=1), 45), (timedelta(days=2), 1440)],
)
def test_the_length_is_rounded_up_within_zooms_bounds(length: timedelta, minutes: int) -> None:
    assert create_body(replace(PLAN, ends_at=STARTS + length), "x")["duration"] == minutes


def test_the_meeting_as_asked_for_has_no_weakness() -> None:
    assert compare(as_made()) == ()


@pytest.mark.pitfall(39)
@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_each_protective_setting_is_named_when_it_is_otherwise(name: str) -> None:
    meeting = as_made()
    wanted = meeting["settings"][name]
    meeting["settings"][name] = (not wanted) if isinstance(wanted, bool) else "otherwise"
    assert compare(meeting) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "waiting_room",
        "join_before_host",
        "use_pmi",
        "approval_type",
        "auto_recording",
        "auto_start_meeting_summary",
        "auto_start_ai_companion_questions",
    ],
)
def test_an_essential_setting_that_is_not_shown_counts_as_not_held(name: str) -> None:
    meeting = as_made()
    del meeting["settings"][name]
    assert compare(meeting) == (name,)


@given(st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.none()))
def test_settings_of_any_shape_are_never_taken_for_safe(settings: object) -> None:
    assert "waiting_room" in compare({**as_made(), "settings": settings})


@pytest.mark.parametrize("password", [None, "", "1", "123456789", "1111111111", 1234567890])
def test_a_missing_or_feeble_passcode_is_a_weakness(password: object) -> None:
    assert compare({**as_made(), "password": password}) == ("passcode",)


def test_a_meeting_of_another_type_is_a_weakness() -> None:
    assert compare({**as_made(), "type": 3}) == ("type",)


@pytest.mark.pitfall(70)
def test_a_topic_that_somebody_rewrote_is_a_weakness() -> None:
    assert compare({**as_made(), "topic": "Latin with Ada"}) == ("agenda",)
    assert compare({**as_made(), "agenda": "Ada's room"}) == ("agenda",)
    unsaid = as_made()
    del unsaid["agenda"]
    assert compare(unsaid) == ()


@pytest.mark.parametrize(
    ("stated", "weaknesses"),
    [
        ({}, ()),
        ({"host_email": "Host@Tuition.example", "host_id": "abc"}, ()),
        ({"host_email": "", "host_id": "host@tuition.example"}, ()),
        ({"host_email": "other@tuition.example", "host_id": "abc"}, ("host",)),
        ({"host_id": "abc"}, ("host",)),
    ],
)
def test_a_meeting_that_now_belongs_to_someone_else_is_a_weakness(
    stated: dict[str, object], weaknesses: tuple[str, ...]
) -> None:
    assert read_facts({**as_made(), **stated}, HANDLE).weaknesses == weaknesses


@pytest.mark.pitfall(45)
@pytest.mark.parametrize(
    ("status", "running"),
    [("waiting", False), ("started", True), ("paused", True), (None, True), (7, True)],
)
def test_only_zooms_own_word_that_nobody_is_in_it_counts_as_over(
    status: object, running: bool
) -> None:
    assert read_facts({**as_made(), "status": status}, HANDLE).running is running


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("K7Q2XMABCD", True),
        ("K7Q2XMABC", False),
        ("K7Q2XMABCDE", False),
        ("K7Q2XMABC0", False),
        ("k7q2xmabcd", False),
        ("K7Q2XMABCD ", False),
        (None, False),
        (7, False),
    ],
)
def test_a_reference_has_one_form_only(text: object, ours: bool) -> None:
    assert is_reference(text) is ours


def test_the_facts_hide_the_passcode() -> None:
    facts = read_facts(as_made(), HANDLE)
    assert facts.passcode.get_secret_value() == "aB3xK9mQ2z"
    assert "aB3xK9mQ2z" not in repr(facts)


@pytest.mark.parametrize("change", [{"id": 1}, {"id": None}, {"start_time": "soon"}])
def test_a_description_of_something_else_is_not_believed(change: dict[str, object]) -> None:
    with pytest.raises(ProviderUnsure):
        read_facts({**as_made(), **change}, HANDLE)


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ({"topic": "K7Q2XMABCD"}, True),
        ({"topic": "renamed", "agenda": "K7Q2XMABCD"}, True),
        ({"topic": "copy of K7Q2XMABCD."}, True),
        ({"topic": "K7Q2XMABCD2"}, False),
        ({"topic": "K7Q2XMABC"}, False),
        ({"topic": None, "agenda": 5}, False),
        ({}, False),
    ],
)
def test_a_reference_is_found_as_a_whole_word(listed: dict[str, object], found: bool) -> None:
    assert carries(listed, "K7Q2XMABCD") is found


@pytest.mark.parametrize("reference", ["", "  "])
def test_no_reference_finds_nothing(reference: str) -> None:
    assert not carries({"topic": "anything", "agenda": ""}, reference)
