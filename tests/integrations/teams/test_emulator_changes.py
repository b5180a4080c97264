"""The emulator's meetings later on: found, changed, deleted, back again, expired."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.integrations.teams.conftest import (
    GUARDED,
    ORGANISER,
    OTHER_ORGANISER,
    STARTED_AT,
    TUTOR,
    EmulatedTenant,
    path_of,
)

MEETINGS = f"/v1.0/users/{ORGANISER}/onlineMeetings"
NEWER = {"Prefer": "include-unknown-enum-members"}


def filtered(text: str) -> str:
    return f"{MEETINGS}?$filter={quote(text, safe='')}"


async def test_a_meeting_is_found_by_its_link_or_number_and_in_no_list(
    teams: EmulatedTenant,
) -> None:
    made = await teams.make()
    for text in (
        f"JoinWebUrl eq '{made['joinWebUrl']}'",
        f"joinMeetingIdSettings/joinMeetingId eq '{made['joinMeetingIdSettings']['joinMeetingId']}'",
    ):
        assert (await teams.call("GET", filtered(text)))[1]["value"][0]["id"] == made["id"]
        theirs = filtered(text).replace(ORGANISER, OTHER_ORGANISER, 1)
        assert (await teams.call("GET", theirs))[0] == 403
    once = filtered(f"JoinWebUrl eq '{unquote(made['joinWebUrl'])}'")
    assert (await teams.call("GET", once))[0] == 400
    assert (await teams.call("GET", MEETINGS))[0] == 400
    assert (await teams.call("GET", filtered("subject eq 'x'")))[0] == 400


async def test_wrong_ids_are_told_apart(teams: EmulatedTenant) -> None:
    made = await teams.make()
    assert (await teams.call("GET", f"{MEETINGS}/rubbish"))[0] == 400
    status, body = await teams.call("GET", path_of(made, OTHER_ORGANISER))
    assert (status, body["error"]["message"][:21]) == (404, "Organizer Id mismatch")
    changed = await teams.call("PATCH", path_of(made, OTHER_ORGANISER), {"subject": "mine"})
    assert changed[0] == 404


async def test_a_change_keeps_what_it_does_not_name(teams: EmulatedTenant) -> None:
    made = await teams.make()
    status, changed = await teams.call(
        "PATCH", path_of(made), {"lobbyBypassSettings": {"scope": "invited"}}, **NEWER
    )
    assert status == 200
    assert changed["lobbyBypassSettings"] == {"scope": "invited", "isDialInBypassEnabled": False}
    assert (
        changed["participants"]
        == (await teams.call("GET", path_of(made), **NEWER))[1]["participants"]
    )
    only = {"participants": {"attendees": [{"upn": TUTOR, "role": "attendee"}]}}
    _, changed = await teams.call("PATCH", path_of(made), only)
    assert [one["upn"] for one in changed["participants"]["attendees"]] == [TUTOR]
    assert changed["joinMeetingIdSettings"] == made["joinMeetingIdSettings"]


@pytest.mark.parametrize(
    "fault",
    [
        {"joinMeetingIdSettings": {"isPasscodeRequired": False}},
        {"externalId": "ours"},
        {"startDateTime": "2026-11-24T16:00:00Z"},
        {"endDateTime": "2026-11-24T17:00:00Z"},
        {"participants": {"organizer": {"identity": {"user": {"id": OTHER_ORGANISER}}}}},
        {"allowedPresenters": "everyone", "participants": GUARDED["participants"]},
    ],
    ids=str,
)
async def test_a_refused_change_changes_nothing(
    teams: EmulatedTenant, fault: dict[str, Any]
) -> None:
    made = await teams.make()
    body = {"subject": "changed", **fault}
    assert (await teams.call("PATCH", path_of(made), body))[0] == 400
    assert (await teams.call("GET", path_of(made)))[1] == made


async def test_a_deleted_meeting_returns_when_somebody_opens_its_link(
    teams: EmulatedTenant,
) -> None:
    made = await teams.make()
    assert (await teams.call("DELETE", path_of(made)))[0] == 204
    assert (await teams.call("GET", path_of(made)))[0] == 404
    assert (await teams.call("DELETE", path_of(made)))[0] == 404
    assert (await teams.see("state"))["deleted"] == [made["id"]]
    assert await teams.place(await teams.open(url=made["joinWebUrl"], name="D4F-2")) == "lobby"
    assert (await teams.call("GET", path_of(made)))[0] == 200
    (meeting,) = (await teams.see("state"))["meetings"]
    assert (meeting["deleted"], meeting["resurrected"]) == (False, True)


async def test_a_meeting_expires_sixty_days_after_its_end(teams: EmulatedTenant) -> None:
    made = await teams.make()
    await teams.pass_time(timedelta(days=60, hours=2))
    await teams.sign_in()
    assert (await teams.call("GET", path_of(made)))[0] == 404
    assert await teams.tried("people/open", url=made["joinWebUrl"], name="late") == 404


async def test_somebody_can_make_a_meeting_past_us(teams: EmulatedTenant) -> None:
    await teams.do("meetings", organiser="rooms-1@tuition.example", subject="Chat")
    (meeting,) = (await teams.see("state"))["meetings"]
    assert (meeting["organiser"], meeting["has_passcode"]) == (ORGANISER, False)
    assert (await teams.see("state"))["now"] == STARTED_AT.isoformat()
