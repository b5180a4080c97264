"""What is asked for, and what is found wanting in what was made."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.teams.meetings import (
    compare,
    create_body,
    oid_in_role,
    swaps_people,
    tight_body,
)
from service.ports import MeetingHandle
from tests.integrations.teams.client.parts import HOST, REFERENCE, SECOND, TUTOR, plan

HANDLE = MeetingHandle(HOST, "MSox*id")


def attendee(role: str, oid: str, upn: str = "") -> dict[str, Any]:
    return {"upn": upn, "role": role, "identity": {"user": {"id": oid, "tenantId": None}}}


def made(**changes: object) -> dict[str, Any]:
    """The meeting as Graph gives it back, all as asked."""
    asked = create_body(plan(), "disabled")
    return {
        **asked,
        "id": HANDLE.provider_id,
        "startDateTime": "2026-11-24T16:00:00.0000000Z",
        "creationDateTime": "2026-11-24T15:40:00.1234567Z",
        "joinMeetingIdSettings": {
            "isPasscodeRequired": True,
            "joinMeetingId": "12345678901234",
            "passcode": "aB3dE6gH",
        },
        "participants": {
            "organizer": attendee("presenter", HOST),
            "attendees": [
                attendee("coorganizer", SECOND.user_id, SECOND.upn),
                attendee("presenter", TUTOR.user_id, TUTOR.upn),
            ],
        },
        **changes,
    }


# --- what is asked for ----------------------------------------------------------------------------


@pytest.mark.pitfall(70)
def test_a_create_says_nothing_of_the_lesson_but_our_reference() -> None:
    body = create_body(plan(), "disabled")
    assert body["subject"] == REFERENCE
    texts = [value for value in body.values() if isinstance(value, str)]
    times = ["2026-11-24T16:00:00Z", "2026-11-24T16:45:00Z"]
    settings = ["organizerAndCoOrganizers", "roleIsPresenter", "disabled", "disabled", "none"]
    assert sorted(texts) == sorted([REFERENCE, *times, *settings])


@pytest.mark.pitfall(42)
def test_nobody_passes_the_lobby_and_only_second_staff_admit() -> None:
    body = create_body(plan(), "disabled")
    assert body["lobbyBypassSettings"] == {"scope": "organizer", "isDialInBypassEnabled": False}
    assert body["allowedLobbyAdmitters"] == "organizerAndCoOrganizers"
    assert body["joinMeetingIdSettings"] == {"isPasscodeRequired": True}
    assert body["participants"]["attendees"] == [
        {"upn": SECOND.upn, "role": "coorganizer"},
        {"upn": TUTOR.upn, "role": "presenter"},
    ]


def test_a_create_sends_neither_nulls_nor_what_graph_refuses() -> None:
    body = create_body(plan(), "limited")
    assert None not in body.values()
    assert "" not in body.values()
    assert not {"externalId", "id", "joinWebUrl"} & set(body)
    assert body["allowMeetingChat"] == "limited"


def test_a_time_in_another_zone_is_sent_as_the_same_instant() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    starts_at = datetime(2026, 11, 24, 21, 30, tzinfo=india)
    assert create_body(plan(starts_at=starts_at), "disabled")["startDateTime"] == (
        "2026-11-24T16:00:00Z"
    )


def test_a_time_without_a_zone_is_never_sent() -> None:
    naive = datetime(2026, 11, 24, 16, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        create_body(plan(starts_at=naive), "disabled")


def test_tightening_touches_no_time_and_takes_the_keys_from_all() -> None:
    assert tight_body()["participants"] == {"attendees": []}
    late = {"startDateTime", "endDateTime", "subject", "recordAutomatically"}
    late |= {"allowBreakoutRooms", "allowLiveShare", "allowPowerPointSharing", "allowWhiteboard"}
    assert not late & set(tight_body())
    assert tight_body()["lobbyBypassSettings"]["scope"] == "organizer"
    assert tight_body()["allowedPresenters"] == "organizer"
    assert tight_body()["allowAttendeeToEnableMic"] is False
    assert tight_body()["allowAttendeeToEnableCamera"] is False
    assert tight_body()["allowMeetingChat"] == "disabled"


# --- what is found wanting ------------------------------------------------------------------------


def test_a_meeting_as_asked_has_no_weakness() -> None:
    assert compare(made(), "disabled") == ()


@pytest.mark.pitfall(39)
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"lobbyBypassSettings": {"scope": "organization", "isDialInBypassEnabled": False}},
            "lobbyBypassSettings.scope",
        ),
        (
            {"lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": True}},
            "lobbyBypassSettings.isDialInBypassEnabled",
        ),
        ({"allowedLobbyAdmitters": "unknownFutureValue"}, "allowedLobbyAdmitters"),
        ({"allowedPresenters": "everyone"}, "allowedPresenters"),
        ({"recordAutomatically": True}, "recordAutomatically"),
        ({"allowRecording": True}, "allowRecording"),
        ({"allowTranscription": True}, "allowTranscription"),
        ({"allowBreakoutRooms": True}, "allowBreakoutRooms"),
        ({"allowParticipantsToChangeName": True}, "allowParticipantsToChangeName"),
        ({"allowMeetingChat": "enabled"}, "allowMeetingChat"),
        ({"allowMeetingChat": "limited"}, "allowMeetingChat"),
        ({"anonymizeIdentityForRoles": ["attendee"]}, "anonymizeIdentityForRoles"),
        (
            {"joinMeetingIdSettings": {"isPasscodeRequired": False, "passcode": None}},
            "joinMeetingIdSettings.isPasscodeRequired",
        ),
        (
            {"joinMeetingIdSettings": {"isPasscodeRequired": True, "passcode": ""}},
            "joinMeetingIdSettings.passcode",
        ),
    ],
)
def test_each_weakness_is_named(changes: dict[str, object], named: str) -> None:
    assert named in compare(made(**changes), "disabled")


@pytest.mark.pitfall(40)
@pytest.mark.parametrize(
    "name",
    [
        "lobbyBypassSettings",
        "allowedLobbyAdmitters",
        "allowedPresenters",
        "joinMeetingIdSettings",
        "recordAutomatically",
        "allowRecording",
        "allowMeetingChat",
        "participants",
    ],
)
@pytest.mark.parametrize("absent", [True, False])
def test_what_is_not_stated_does_not_hold(name: str, absent: bool) -> None:
    meeting = made(**{name: None})
    if absent:
        del meeting[name]
    assert any(weakness.startswith(name) for weakness in compare(meeting, "disabled"))


@pytest.mark.parametrize("name", ["allowTranscription", "allowBreakoutRooms"])
def test_what_a_tenant_has_not_got_may_stay_unsaid(name: str) -> None:
    assert compare(made(**{name: None}), "disabled") == ()


def test_chat_may_be_tighter_than_chosen_but_not_wider() -> None:
    assert compare(made(allowMeetingChat="disabled"), "limited") == ()
    assert compare(made(allowMeetingChat="limited"), "limited") == ()
    assert compare(made(allowMeetingChat="enabled"), "limited") == ("allowMeetingChat",)


HOLDER = attendee("coorganizer", SECOND.user_id)
TEACHER = attendee("presenter", TUTOR.user_id)


@pytest.mark.parametrize(
    ("attendees", "named"),
    [
        ([TEACHER], "participants.coorganizer"),
        ([HOLDER], "participants.presenter"),
        ([HOLDER, attendee("coorganizer", TUTOR.user_id)], "participants.coorganizer"),
        ([HOLDER, attendee("presenter", SECOND.user_id)], "participants.presenter"),
        ([HOLDER, TEACHER, attendee("attendee", HOST)], "participants.attendees"),
        ([HOLDER, TEACHER, attendee("coorganizer", HOST)], "participants.coorganizer"),
        ([attendee("unknownFutureValue", SECOND.user_id), TEACHER], "participants.coorganizer"),
        ([attendee("coorganizer", ""), TEACHER], "participants.coorganizer"),
        ([attendee("coorganizer", "sam@tuition.example"), TEACHER], "participants.coorganizer"),
        ([], "participants.attendees"),
    ],
)
def test_second_staff_alone_hold_the_room_and_the_tutor_only_presents(
    attendees: list[object], named: str
) -> None:
    assert named in compare(made(participants={"attendees": attendees}), "disabled")


def test_another_account_in_a_role_than_asked_for_is_noticed() -> None:
    assert not swaps_people(made(), plan())
    swapped = [
        attendee("coorganizer", TUTOR.user_id, TUTOR.upn),
        attendee("presenter", SECOND.user_id, SECOND.upn),
    ]
    assert swaps_people(made(participants={"attendees": swapped}), plan())
    unnamed = [attendee("coorganizer", SECOND.user_id), attendee("presenter", TUTOR.user_id)]
    assert not swaps_people(made(participants={"attendees": unnamed}), plan())


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(made())), _ANYTHING)
def test_no_nonsense_in_any_place_of_an_answer_breaks_the_comparison(
    name: str, nonsense: object
) -> None:
    meeting = made(**{name: nonsense})
    compare(meeting, "disabled")
    swaps_people(meeting, plan())
    oid_in_role(meeting, "coorganizer")


@given(_ANYTHING)
def test_no_lobby_but_the_one_asked_for_passes(lobby: object) -> None:
    wanted = {"scope": "organizer", "isDialInBypassEnabled": False}
    if lobby != wanted:
        assert compare(made(lobbyBypassSettings=lobby), "disabled")
