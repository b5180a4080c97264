"""The emulator's meetings: what is kept, what is silently ignored, what is refused."""

from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from integrations.teams.emulator.settings import EmulatorSettings
from tests.integrations.teams.conftest import (
    GUARDED,
    ORGANISER,
    OTHER_ORGANISER,
    SECOND_STAFF,
    TENANT,
    TUTOR,
    EmulatedTenant,
    emulating,
    path_of,
)

MEETINGS = f"/v1.0/users/{ORGANISER}/onlineMeetings"
NEWER = {"Prefer": "include-unknown-enum-members"}


# --- creating -------------------------------------------------------------------------------------


async def test_a_meeting_has_the_identifiers_of_the_real_thing(teams: EmulatedTenant) -> None:
    made = await teams.make()
    layout = b64decode(made["id"]).decode()
    assert layout == f"1*{ORGANISER}*0**{made['chatInfo']['threadId']}"
    assert len(made["joinMeetingIdSettings"]["joinMeetingId"]) == 14
    assert len(made["joinMeetingIdSettings"]["passcode"]) == 8
    link = made["joinWebUrl"]
    assert link.startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_")
    assert f'"Tid":"{TENANT}"' in unquote(link)
    assert f'"Oid":"{ORGANISER}"' in unquote(link)
    assert made["joinUrl"] == link


async def test_links_lead_to_the_emulator_where_that_is_wanted() -> None:
    settings = EmulatorSettings(public_url="http://127.0.0.1:7070/", links_open_here=True)
    async with emulating(settings) as teams:
        assert (await teams.make())["joinWebUrl"].startswith("http://127.0.0.1:7070/l/meetup-join/")


async def test_a_passcode_is_made_only_if_asked_for_and_is_never_the_callers(
    teams: EmulatedTenant,
) -> None:
    wish = {"isPasscodeRequired": True, "passcode": "letmein1"}
    asked = await teams.make(joinMeetingIdSettings=wish)
    assert asked["joinMeetingIdSettings"]["passcode"] != "letmein1"
    for nothing in ({"joinMeetingIdSettings": {"isPasscodeRequired": False}}, {}):
        body = {**GUARDED, "joinMeetingIdSettings": {}, **nothing}
        _, made = await teams.call("POST", MEETINGS, body)
        assert made["joinMeetingIdSettings"]["isPasscodeRequired"] is False
        assert made["joinMeetingIdSettings"]["passcode"] is None


async def test_times_come_back_in_utc_with_seven_digits(teams: EmulatedTenant) -> None:
    made = await teams.make(
        startDateTime="2026-11-24T18:00:00+02:00", endDateTime="2026-11-24T10:45:00.25-06:00"
    )
    assert made["startDateTime"] == "2026-11-24T16:00:00.0000000Z"
    assert made["endDateTime"] == "2026-11-24T16:45:00.2500000Z"


async def test_what_is_not_stated_follows_careless_defaults(teams: EmulatedTenant) -> None:
    body = {"subject": "x", "endDateTime": "2026-11-24T16:45:00Z"}
    _, made = await teams.call("POST", MEETINGS, body)
    assert made["lobbyBypassSettings"]["scope"] == "everyone"
    assert made["allowRecording"] is True
    assert made["allowedLobbyAdmitters"] == "organizerAndCoOrganizersAndPresenters"


@pytest.mark.parametrize(
    "fault",
    [
        {"externalId": "our-id"},
        {"subject": ""},
        {"endDateTime": None},
        {"endDateTime": "2026-11-24T15:00:00Z"},
        {"startDateTime": "2026-11-24T16:00:00"},
        {"startDateTime": "soon"},
        {"allowMeetingChat": ""},
        {"allowMeetingChat": None},
        {"allowRecording": "false"},
        {"lobbyBypassSettings": {"scope": "nobody"}},
        {"lobbyBypassSettings": None},
        {"joinMeetingIdSettings": {"isPasscodeRequired": "yes"}},
        {"allowedPresenters": "everyone"},
        {"participants": {"attendees": [{"role": "attendee"}]}},
        {"participants": {"attendees": [{"upn": "a@elsewhere.example", "role": "coorganizer"}]}},
        {"participants": {"attendees": [{"upn": TUTOR, "role": "producer"}]}},
        {"participants": {"organizer": {"identity": {"user": {"id": OTHER_ORGANISER}}}}},
    ],
    ids=str,
)
async def test_a_bad_wish_makes_no_meeting(teams: EmulatedTenant, fault: dict[str, Any]) -> None:
    status, body = await teams.call("POST", MEETINGS, {**GUARDED, **fault})
    assert (status, body["error"]["code"]) == (400, "BadRequest")
    assert (await teams.see("state"))["meetings"] == []


async def test_attendees_get_the_identity_of_their_upn(teams: EmulatedTenant) -> None:
    _, member = await teams.call("GET", f"/v1.0/users/{SECOND_STAFF}")
    made = await teams.make()
    first = made["participants"]["attendees"][0]
    assert first["identity"]["user"]["id"] == member["id"]
    by_id = [{"identity": {"user": {"id": member["id"]}}, "role": "coorganizer"}]
    again = await teams.make(participants={"attendees": by_id})
    assert again["participants"]["attendees"][0]["upn"] == SECOND_STAFF


async def test_newer_words_are_hidden_from_who_does_not_ask_for_them(
    teams: EmulatedTenant,
) -> None:
    made = await teams.make(lobbyBypassSettings={"scope": "invited"})
    assert made["lobbyBypassSettings"]["scope"] == "unknownFutureValue"
    assert made["participants"]["attendees"][0]["role"] == "unknownFutureValue"
    _, read = await teams.call("GET", path_of(made), **NEWER)
    assert read["lobbyBypassSettings"]["scope"] == "invited"
    assert read["participants"]["attendees"][0]["role"] == "coorganizer"


async def test_two_thousand_meetings_a_month_is_the_end(teams: EmulatedTenant) -> None:
    await teams.do("options", meetings_per_month=2)
    await teams.make()
    await teams.make()
    assert (await teams.call("POST", MEETINGS, GUARDED))[0] == 429
    await teams.pass_time(timedelta(days=8))
    await teams.sign_in()
    await teams.make()


async def test_a_meeting_can_come_without_passcode_or_with_a_weaker_lobby(
    teams: EmulatedTenant,
) -> None:
    await teams.do("faults", call="create_meeting", kind="no_passcode")
    assert (await teams.make())["joinMeetingIdSettings"]["isPasscodeRequired"] is False
    await teams.do("faults", call="create_meeting", kind="weaker")
    made = await teams.make()
    assert made["lobbyBypassSettings"] == {"scope": "everyone", "isDialInBypassEnabled": True}
    assert (await teams.call("GET", path_of(made)))[1]["lobbyBypassSettings"]["scope"] == "everyone"


# --- createOrGet ----------------------------------------------------------------------------------


async def test_create_or_get_finds_again_and_never_makes_a_passcode(teams: EmulatedTenant) -> None:
    path = f"{MEETINGS}/createOrGet"
    wish = {
        "externalId": "our-1",
        "subject": "x",
        "joinMeetingIdSettings": {"isPasscodeRequired": True},
        "lobbyBypassSettings": {"scope": "organizer"},
    }
    status, made = await teams.call("POST", path, wish)
    assert (status, made["joinMeetingIdSettings"]["passcode"]) == (201, None)
    assert made["lobbyBypassSettings"]["scope"] == "everyone"
    assert made["endDateTime"] == "2026-11-24T16:40:00.0000000Z"
    status, found = await teams.call("POST", path, {**wish, "subject": "y"})
    assert (status, found["id"], found["subject"]) == (200, made["id"], "x")
    other = path.replace(ORGANISER, OTHER_ORGANISER)
    assert (await teams.call("POST", other, wish))[0] == 201
    alone = {"externalId": "our-2", "endDateTime": "2026-11-24T16:45:00Z"}
    for fault in ({"externalId": ""}, alone):
        assert (await teams.call("POST", path, {**wish, **fault}))[0] == 400
