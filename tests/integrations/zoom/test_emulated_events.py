"""The shape of every event as it goes over the wire: keys, their order, and the type of ids."""

import hashlib
import hmac
from collections.abc import AsyncIterator

import pytest

from tests.integrations.zoom.bare import (
    Heard,
    call,
    flushed,
    listening,
    make,
    part,
    register,
    running,
)
from tests.integrations.zoom.conftest import HOST, Emulated


@pytest.fixture
async def heard(zoom: Emulated) -> AsyncIterator[Heard]:
    async with listening(zoom) as found:
        yield found


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
