"""People in the emulator's meetings: lobby, call, connection, and what the roster says of them."""

from typing import Any

import pytest

from tests.integrations.teams.conftest import (
    ORGANISER,
    SECOND_STAFF,
    TUTOR,
    EmulatedTenant,
    Receiver,
    begin,
    path_of,
)

LEFT = "Participant has left the meeting call."
INACTIVE = "Participant has entered an inactive state in the roster."


async def come(
    teams: EmulatedTenant, meeting: dict[str, Any], upn: str = "", name: str = ""
) -> str:
    """Where somebody ends up who opens the link."""
    wish = {"url": meeting["joinWebUrl"], "as": upn, "name": name}
    return str((await teams.do("people/open", **wish))["place"])


async def roster(teams: EmulatedTenant, receiver: Receiver) -> list[dict[str, Any]]:
    await teams.do("webhooks/flush")
    return [row for event in receiver.events for row in event.get("participants@delta", [])]


# --- who passes the lobby -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        ("organizer", {"organiser", "second staff"}),
        ("invited", {"organiser", "second staff", "tutor"}),
        ("organizationExcludingGuests", {"organiser", "second staff", "tutor", "colleague"}),
        ("everyone", {"organiser", "second staff", "tutor", "colleague", "parent"}),
    ],
)
async def test_the_scope_decides_who_waits(
    teams: EmulatedTenant, scope: str, inside: set[str]
) -> None:
    meeting = await teams.make(lobbyBypassSettings={"scope": scope})
    people = {
        "organiser": "rooms-1@tuition.example",
        "second staff": SECOND_STAFF,
        "tutor": TUTOR,
        "colleague": "colleague@tuition.example",
        "parent": "",
    }
    places = {who: await come(teams, meeting, upn, "D4F-2") for who, upn in people.items()}
    assert {who for who, place in places.items() if place == "inside"} == inside
    assert {place for who, place in places.items() if who not in inside} <= {"lobby"}


@pytest.mark.parametrize(("passes", "place"), [(True, "inside"), (False, "lobby")])
async def test_whether_a_co_organiser_passes_is_a_switch(
    teams: EmulatedTenant, passes: bool, place: str
) -> None:
    await teams.do("options", coorganizers_pass_lobby=passes)
    meeting = await teams.make()
    assert await come(teams, meeting, "rooms-1@tuition.example") == "inside"
    assert await come(teams, meeting, SECOND_STAFF) == place


async def test_nobody_is_let_in_while_nobody_inside_may_do_it(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    assert await teams.tried(f"people/{parent}/admit") == 409
    tutor = await teams.open(url=meeting["joinWebUrl"], **{"as": TUTOR})
    await begin(teams, meeting)
    await teams.do(f"people/{tutor}/admit")
    assert await teams.place(parent) == "lobby"
    await teams.do(f"people/{parent}/admit")
    assert await teams.place(parent) == "inside"


async def test_a_presenter_may_not_admit_where_only_organisers_may(teams: EmulatedTenant) -> None:
    meeting = await teams.make(lobbyBypassSettings={"scope": "invited"})
    tutor = {"url": meeting["joinWebUrl"], "as": TUTOR}
    await teams.open(**tutor)
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    assert await teams.tried(f"people/{parent}/admit") == 409
    wider = {"allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters"}
    await teams.call("PATCH", path_of(meeting), wider)
    await teams.do(f"people/{parent}/admit")


async def test_a_call_does_not_begin_with_one_who_is_not_signed_in(teams: EmulatedTenant) -> None:
    meeting = await teams.make(lobbyBypassSettings={"scope": "everyone"})
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    assert await teams.place(parent) == "lobby"
    await begin(teams, meeting)
    assert await teams.place(parent) == "inside"


async def test_a_changed_list_takes_effect_in_the_next_call_only(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    first = await begin(teams, meeting)
    swap = {"participants": {"attendees": [{"upn": TUTOR, "role": "coorganizer"}]}}
    await teams.call("PATCH", path_of(meeting), swap)
    assert await come(teams, meeting, TUTOR) == "lobby"
    await teams.do(f"people/{first}/leave")
    assert await come(teams, meeting, TUTOR) == "inside"
    assert await come(teams, meeting, SECOND_STAFF) == "lobby"


async def test_the_number_asks_for_the_passcode_and_the_link_does_not(
    teams: EmulatedTenant,
) -> None:
    meeting = await teams.make()
    number = meeting["joinMeetingIdSettings"]["joinMeetingId"]
    passcode = meeting["joinMeetingIdSettings"]["passcode"]
    wish = {"join_meeting_id": number, "name": "D4F-2"}
    assert await teams.tried("people/open", **wish) == 403
    assert await teams.tried("people/open", **wish, passcode=passcode.swapcase()) == 403
    await teams.do("people/open", **wish, passcode=passcode)
    assert await come(teams, meeting) == "lobby"
    await teams.do("options", passcode_on_url=True)
    assert await teams.tried("people/open", url=meeting["joinWebUrl"], name="x") == 403


async def test_a_tenant_can_refuse_everyone_who_is_not_signed_in(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    await teams.do("options", anonymous_join=False)
    assert await teams.tried("people/open", url=meeting["joinWebUrl"], name="x") == 403
    assert await come(teams, meeting, SECOND_STAFF) == "inside"


# --- what the roster says -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["guest", "user"])
async def test_a_guest_waits_is_let_in_and_goes(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any], form: str
) -> None:
    await teams.do("options", guest_identity=form)
    await begin(teams, meeting)
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    await teams.do(f"people/{parent}/admit")
    await teams.do(f"people/{parent}/leave")
    waiting, inside, gone = (await roster(teams, receiver))[1:]
    assert waiting["info"]["identity"][form]["displayName"] == "D4F-2"
    assert [one["isInLobby"] for one in (waiting, inside, gone)] == [True, False, False]
    assert len({one["id"] for one in (waiting, inside, gone)}) == 1
    assert gone["removedState"] == {"reason": LEFT}


async def test_a_tenant_may_say_nothing_of_guests(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.do("options", guest_identity="none")
    await begin(teams, meeting)
    await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    assert len(await roster(teams, receiver)) == 1


async def test_a_lost_connection_may_be_told_or_not(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    staff = await begin(teams, meeting)
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    await teams.do(f"people/{parent}/admit")
    before = len(await roster(teams, receiver))
    await teams.do(f"people/{parent}/drop", silent=True)
    await teams.do(f"people/{parent}/rejoin")
    assert len(await roster(teams, receiver)) == before
    await teams.do(f"people/{parent}/drop")
    await teams.do(f"people/{parent}/rejoin")
    dropped, back = (await roster(teams, receiver))[before:]
    assert (dropped["removedState"]["reason"], back["isInLobby"]) == (INACTIVE, False)
    assert dropped["id"] != back["id"]
    await teams.do(f"people/{parent}/leave")
    await teams.do(f"people/{parent}/rejoin")
    assert await teams.place(parent) == "lobby"
    assert await teams.place(staff) == "inside"


@pytest.mark.parametrize(("is_told", "last"), [(True, "callEnded"), (False, "rosterUpdated")])
async def test_the_end_of_a_call_that_all_have_left_may_go_untold(
    teams: EmulatedTenant,
    receiver: Receiver,
    meeting: dict[str, Any],
    is_told: bool,
    last: str,
) -> None:
    await teams.do("options", call_ended_when_all_left=is_told)
    staff = await begin(teams, meeting)
    await teams.do(f"people/{staff}/leave")
    await teams.do("webhooks/flush")
    assert receiver.kinds[-1] == last
    (held,) = (await teams.see("state"))["meetings"]
    assert held["live"] is False


async def test_an_organiser_can_end_it_for_all_and_people_can_be_put_out(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    staff = await begin(teams, meeting)
    parent = await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    await teams.do(f"people/{parent}/admit")
    await teams.do(f"people/{parent}/lobby")
    assert await teams.place(parent) == "lobby"
    await teams.do(f"people/{parent}/deny")
    assert await teams.place(parent) == "gone"
    number = meeting["joinMeetingIdSettings"]["joinMeetingId"]
    await teams.do("options", call_ended_when_all_left=False)
    await teams.do(f"meetings/{number}/end")
    await teams.do("webhooks/flush")
    assert receiver.kinds[-1] == "callEnded"
    assert await teams.place(staff) == "gone"


async def test_recording_and_renaming_follow_the_settings(teams: EmulatedTenant) -> None:
    meeting = await teams.make()
    staff = await begin(teams, meeting)
    assert await teams.tried(f"people/{staff}/record") == 409
    assert await teams.tried(f"people/{staff}/rename", name="Other") == 409
    await teams.call("PATCH", path_of(meeting), {"allowRecording": True})
    await teams.do(f"people/{staff}/record")
    (held,) = (await teams.see("state"))["meetings"]
    assert held["calls"][0]["recorded"] is True
    assert held["organiser"] == ORGANISER
