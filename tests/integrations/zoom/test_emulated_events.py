"""The shape of every event as it goes over the wire: keys, their order, and the type of ids."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integrations.zoom.bare import Heard, call, listening, make, register
from tests.integrations.zoom.conftest import HOST, Emulated

OPEN: dict[str, Any] = {"waiting_room": False, "approval_type": 2, "join_before_host": False}


@pytest.fixture
async def heard(zoom: Emulated) -> AsyncIterator[Heard]:
    async with listening(zoom) as found:
        yield found


async def running(zoom: Emulated, **settings: Any) -> dict[str, Any]:
    made = await make(zoom, password="aB3xK9mQ2z", settings={**OPEN, **settings})
    await zoom.do("people/open", url=made["start_url"])
    return made


async def flushed(zoom: Emulated, heard: Heard) -> list[str]:
    await zoom.do("webhooks/flush")
    return heard.names


def part(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = event["payload"]["object"]
    return found


# --- envelope ---------------------------------------------------------------------------------------


async def test_the_outer_keys_come_in_the_order_of_their_kind(zoom: Emulated, heard: Heard) -> None:
    await running(zoom)
    await flushed(zoom, heard)
    assert list(heard.last("meeting.started")) == ["event", "payload", "event_ts"]
    assert list(heard.last("meeting.participant_joined")) == ["payload", "event_ts", "event"]
    assert heard.last("meeting.started")["event_ts"] == int(zoom.clock.now().timestamp() * 1000)


async def test_ids_are_text_in_the_room_and_numbers_for_the_entry(
    zoom: Emulated, heard: Heard
) -> None:
    made = await running(zoom, approval_type=1)
    await register(zoom, made, "tutor")
    await call(zoom, "PATCH", f"/meetings/{made['id']}", {"topic": "other"})
    await call(zoom, "DELETE", f"/meetings/{made['id']}")
    await flushed(zoom, heard)
    for name in ("started", "ended", "participant_joined", "participant_left"):
        assert part(heard.last(f"meeting.{name}"))["id"] == str(made["id"]), name
    for name in ("created", "updated", "deleted", "registration_created"):
        assert part(heard.last(f"meeting.{name}"))["id"] == made["id"], name


async def test_every_event_is_signed_over_its_bytes_in_seconds(
    zoom: Emulated, heard: Heard
) -> None:
    await zoom.do("meetings", host=HOST, topic="Ümlaut")
    await flushed(zoom, heard)
    (body,), (headers,) = heard.bodies, heard.headers
    assert "Ümlaut".encode() in body
    stamp = headers["x-zm-request-timestamp"]
    assert stamp == str(int(zoom.clock.now().timestamp()))
    signed = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(b"demo-webhook-secret", signed, hashlib.sha256).hexdigest()
    assert headers["x-zm-signature"] == f"v0={digest}"
    assert headers["clientid"] == "demo-client"


# --- the entry --------------------------------------------------------------------------------------


@pytest.mark.pitfall(33)
async def test_created_tells_who_made_it(zoom: Emulated, heard: Heard) -> None:
    made = await make(zoom, topic="ours")
    await zoom.do("meetings", host=HOST, topic="theirs")
    await flushed(zoom, heard)
    ours, theirs = heard.events
    assert [part(one)["creation_source"] for one in (ours, theirs)] == ["open_api", "web_portal"]
    assert (ours["payload"]["operator"], ours["payload"]["operation"]) == (HOST, "all")
    assert part(ours)["join_url"] == made["join_url"]
    assert part(ours)["settings"] == made["settings"]


@pytest.mark.pitfall(40)
async def test_updated_holds_the_old_and_the_new_of_what_changed(
    zoom: Emulated, heard: Heard
) -> None:
    made = await make(zoom, settings={"waiting_room": True})
    await zoom.do(f"meetings/{made['id']}/settings", waiting_room=False)
    await flushed(zoom, heard)
    event = heard.last("meeting.updated")
    assert part(event) == {"id": made["id"], "settings": {"waiting_room": False}}
    old = {"id": made["id"], "settings": {"waiting_room": True}}
    assert event["payload"]["old_object"] == old
    assert event["payload"]["scope"] == "all"
    assert event["payload"]["time_stamp"] == int(zoom.clock.now().timestamp() * 1000)


async def test_a_change_that_changes_nothing_is_not_told(zoom: Emulated, heard: Heard) -> None:
    made = await make(zoom, topic="x")
    await call(zoom, "PATCH", f"/meetings/{made['id']}", {"settings": {}, "topic": "x"})
    assert await flushed(zoom, heard) == ["meeting.created"]


async def test_an_account_that_does_not_send_its_entries_sends_the_room(
    zoom: Emulated, heard: Heard
) -> None:
    await zoom.do("options", sends_lifecycle=False, sends_registrations=False)
    made = await running(zoom, approval_type=1)
    await register(zoom, made, "tutor")
    assert await flushed(zoom, heard) == ["meeting.started", "meeting.participant_joined"]


async def test_registrations_are_told_by_what_became_of_them(zoom: Emulated, heard: Heard) -> None:
    made = await make(zoom, settings={"approval_type": 1})
    path = f"/meetings/{made['id']}/registrants"
    _, stranger = await call(zoom, "POST", path, {"email": "s@e.example", "first_name": "S"})
    ours = await register(zoom, made, "tutor")
    for action, one in (("deny", stranger), ("cancel", ours), ("approve", stranger)):
        body = {"action": action, "registrants": [{"id": one["registrant_id"]}]}
        assert (await call(zoom, "PUT", f"{path}/status", body))[0] == 204
    names = await flushed(zoom, heard)
    told = [name.rpartition("_")[2] for name in names if "registration" in name]
    assert told == ["created", "created", "approved", "denied", "cancelled", "approved"]
    registrant = part(heard.last("meeting.registration_denied"))["registrant"]
    assert (registrant["id"], registrant["status"]) == (stranger["registrant_id"], "denied")


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
