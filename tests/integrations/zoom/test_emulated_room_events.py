"""What is told of people, recordings and machines in a room."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.integrations.zoom.bare import OPEN, Heard, flushed, listening, make, part, running
from tests.integrations.zoom.conftest import HOST, Emulated


@pytest.fixture
async def heard(zoom: Emulated) -> AsyncIterator[Heard]:
    async with listening(zoom) as found:
        yield found


# --- people -----------------------------------------------------------------------------------------


async def test_a_guest_is_blank_and_comes_with_an_address_nobody_announced(
    zoom: Emulated, heard: Heard
) -> None:
    made = await running(zoom)
    first = await zoom.do("people/open", url=made["join_url"], name="iPad")
    await zoom.do(f"people/{first['key']}/drop")
    await zoom.do("people/open", url=made["join_url"], name="iPad")
    await flushed(zoom, heard)
    joined = part(heard.last("meeting.participant_joined"))["participant"]
    left = part(heard.last("meeting.participant_left"))["participant"]
    blanks = ("email", "id", "participant_user_id", "registrant_id")
    assert {joined[name] for name in blanks} == {""}
    assert joined["user_id"] != left["user_id"]
    assert "public_ip" in joined
    assert {"public_ip", "private_ip"} <= set(left)
    assert left["leave_reason"] == "iPad got disconnected from the meeting."


async def test_someone_sent_back_to_the_waiting_room_comes_in_again(
    zoom: Emulated, heard: Heard
) -> None:
    made = await running(zoom)
    guest = await zoom.do("people/open", url=made["join_url"])
    await zoom.do(f"people/{guest['key']}/put_in_waiting_room")
    assert await zoom.tried(f"people/{guest['key']}/put_in_waiting_room") == 409
    await zoom.do(f"people/{guest['key']}/admit")
    assert (await flushed(zoom, heard))[-5:] == [
        "meeting.participant_joined",
        "meeting.participant_put_in_waiting_room",
        "meeting.participant_admitted",
        "meeting.participant_left_waiting_room",
        "meeting.participant_joined",
    ]
    assert "meeting.participant_left" not in heard.names


async def test_whether_being_sent_back_counts_as_leaving_is_a_switch(
    zoom: Emulated, heard: Heard
) -> None:
    await zoom.do("options", tells_left_when_put_back=True)
    made = await running(zoom)
    guest = await zoom.do("people/open", url=made["join_url"])
    await zoom.do(f"people/{guest['key']}/put_in_waiting_room")
    assert (await flushed(zoom, heard))[-2:] == [
        "meeting.participant_left",
        "meeting.participant_put_in_waiting_room",
    ]


async def test_who_waits_for_the_host_is_told_after_thirty_seconds_without_an_id(
    zoom: Emulated, heard: Heard
) -> None:
    made = await make(zoom, password="aB3xK9mQ2z", settings=OPEN)
    await zoom.do("people/open", url=made["join_url"], name="iPad")
    await zoom.pass_time(timedelta(seconds=29))
    assert "meeting.participant_jbh_waiting" not in await flushed(zoom, heard)
    await zoom.pass_time(timedelta(seconds=1))
    waiting = part(heard.last("meeting.participant_jbh_waiting"))
    assert waiting["participant"] == {"user_name": "iPad", "id": "", "customer_key": ""}
    assert waiting["id"] == str(made["id"])
    await zoom.do("people/open", url=made["start_url"])
    await flushed(zoom, heard)
    assert part(heard.last("meeting.participant_jbh_waiting_left"))["id"] == made["id"]
    assert heard.names.count("meeting.participant_jbh_waiting") == 1


@pytest.mark.pitfall(50)
async def test_a_breakout_room_looks_like_leaving_and_joining(zoom: Emulated, heard: Heard) -> None:
    made = await running(zoom)
    guest = await zoom.do("people/open", url=made["join_url"], name="iPad")
    inside = await zoom.do(f"people/{guest['key']}/enter_room")
    assert (await flushed(zoom, heard))[-3:] == [
        "meeting.participant_joined_breakout_room",
        "meeting.participant_left",
        "meeting.participant_joined",
    ]
    room = part(heard.last("meeting.participant_joined_breakout_room"))
    assert room["breakout_room_uuid"] == inside["room"]
    assert room["participant"]["parent_user_id"] == guest["connection"]
    assert "breakout" in part(heard.last("meeting.participant_left"))["participant"]["leave_reason"]
    await zoom.do(f"people/{guest['key']}/leave")
    assert (await flushed(zoom, heard))[-2:] == [
        "meeting.participant_left_breakout_room",
        "meeting.participant_left",
    ]


async def test_no_breakout_room_opens_where_they_are_off(zoom: Emulated) -> None:
    made = await running(zoom, breakout_room={"enable": False})
    guest = await zoom.do("people/open", url=made["join_url"])
    assert await zoom.tried(f"people/{guest['key']}/enter_room") == 403


@pytest.mark.pitfall(51)
async def test_a_telephone_has_a_number_and_no_link(zoom: Emulated, heard: Heard) -> None:
    made = await running(zoom, waiting_room=True)
    caller = await zoom.do(f"meetings/{made['id']}/call_in", number="+44 20 7946 0999")
    assert caller["place"] == "waiting_room"
    await flushed(zoom, heard)
    found = part(heard.last("meeting.participant_joined_waiting_room"))["participant"]
    assert (found["phone_number"], found["registrant_id"]) == ("+44 20 7946 0999", "")
    await zoom.do(f"meetings/{made['id']}/settings", audio="voip")
    assert await zoom.tried(f"meetings/{made['id']}/call_in") == 403


async def test_whoever_knows_the_hosts_password_needs_no_start_link(
    zoom: Emulated, heard: Heard
) -> None:
    made = await make(zoom, settings={"waiting_room": True})
    person = await zoom.do(f"meetings/{made['id']}/sign_in", name="Somebody")
    assert (person["role"], person["place"]) == ("host", "inside")
    await flushed(zoom, heard)
    joined = part(heard.last("meeting.participant_joined"))
    assert joined["participant"]["participant_user_id"] == joined["host_id"]
    assert joined["participant"]["registrant_id"] == ""


# --- recording and machines -------------------------------------------------------------------------


async def test_a_recording_is_told_from_its_start_to_its_files(
    zoom: Emulated, heard: Heard
) -> None:
    made = await running(zoom)
    host = (await zoom.meetings())[0]["people"][0]
    await zoom.do(f"people/{host['key']}/record")
    assert (await zoom.meetings())[0]["is_recording"] is True
    await zoom.do(f"meetings/{made['id']}/end")
    names = await flushed(zoom, heard)
    assert [name for name in names if "recording" in name or "ended" in name] == [
        "recording.started",
        "recording.stopped",
        "meeting.ended",
        "recording.completed",
    ]
    assert part(heard.last("recording.completed"))["id"] == made["id"]


async def test_an_account_can_record_by_itself(zoom: Emulated, heard: Heard) -> None:
    await zoom.do("options", auto_records=True)
    await running(zoom, auto_recording="none")
    assert "recording.started" not in await flushed(zoom, heard)
    await running(zoom, auto_recording="cloud")
    assert "recording.started" in await flushed(zoom, heard)


async def test_an_ai_companion_and_a_leaked_link_are_told(zoom: Emulated, heard: Heard) -> None:
    made = await running(zoom)
    await zoom.do(f"meetings/{made['id']}/companion")
    assert (await zoom.meetings())[0]["companion_is_on"] is True
    await zoom.do(f"meetings/{made['id']}/leak", where="https://forum.example/1")
    assert (await flushed(zoom, heard))[-2:] == [
        "meeting.ai_companion_started",
        "meeting.risk_alert",
    ]
    assert part(heard.last("meeting.risk_alert"))["host_email"] == HOST


async def test_a_basic_host_is_cut_off_after_forty_minutes(zoom: Emulated, heard: Heard) -> None:
    await running(zoom)
    await zoom.do(f"hosts/{HOST}", type=1)
    await zoom.pass_time(timedelta(minutes=39))
    assert "meeting.ended" not in await flushed(zoom, heard)
    await zoom.pass_time(timedelta(minutes=1))
    left = part(heard.last("meeting.participant_left"))["participant"]
    assert left["leave_reason"] == "Exceeded free meeting minutes limit."
    assert heard.names[-1] == "meeting.ended"
