"""What each kind of event tells beyond people coming and going."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.policy.signs import Manner
from service.ports import SignalKind
from tests.integrations.zoom.test_webhooks import STAMP, THEN, event_of, read

SENT = THEN + timedelta(milliseconds=5)
OURS = "K7Q2XMABCD"


def entry(event: str, part: dict[str, Any], **payload: object) -> dict[str, Any]:
    """An event about a meeting as an entry: no people, its id a number."""
    told = {"account_id": "acc", "operator": "ada@example.org", **payload, "object": part}
    return {"event": event, "event_ts": STAMP * 1000 + 5, "payload": told}


def topic_of(topic: object) -> dict[str, Any]:
    event = event_of("meeting.participant_joined")
    event["payload"]["object"]["topic"] = topic
    return event


async def test_our_reference_and_the_host_are_told() -> None:
    event = topic_of(OURS)
    event["payload"]["object"]["host_id"] = "hostAAAAAAAAAAAAAAAAAA"
    signal = await read(event)
    assert (signal.reference, signal.host_account) == (OURS, "hostAAAAAAAAAAAAAAAAAA")


@pytest.mark.pitfall(70)
@pytest.mark.parametrize(
    "topic",
    [
        "Ada Lovelace",
        "k7q2xmabcd",
        "K7Q2XMABCO",
        "K7Q2XMABC",
        "K7Q2XMABCDE",
        "K7Q2XMABCD\n",
        "\uff2b7Q2XMABCD",
        "",
        None,
        [OURS],
    ],
)
async def test_a_topic_of_any_other_form_is_left_behind(topic: object) -> None:
    assert (await read(topic_of(topic))).reference == ""


async def test_a_new_meeting_is_told_with_its_host_and_the_time_of_the_event() -> None:
    part = {
        "id": 87654321098,
        "uuid": "abc==",
        "host_id": "hostAAAAAAAAAAAAAAAAAA",
        "topic": "Latin with Ada",
        "start_time": "2026-11-30T16:00:00Z",
        "join_url": "https://zoom.us/j/1?pwd=secret",
        "password": "aB3xK9mQ2z",
        "creation_source": "web_portal",
    }
    signal = await read(entry("meeting.created", part, operation="all"))
    assert (signal.kind, signal.happened_at) == (SignalKind.CREATED, SENT)
    assert (signal.provider_id, signal.host_account) == ("87654321098", "hostAAAAAAAAAAAAAAAAAA")
    for secret in ("Ada", "pwd", "aB3xK9mQ2z"):
        assert secret not in repr(signal)


async def test_a_change_holds_little_but_the_id_and_has_a_time_of_its_own() -> None:
    stamp = STAMP * 1000 - 60_000
    changed = entry(
        "meeting.updated", {"id": 87654321098}, time_stamp=stamp, old_object={"topic": "Ada"}
    )
    signal = await read(changed)
    assert (signal.kind, signal.provider_id) == (SignalKind.CHANGED, "87654321098")
    assert signal.happened_at == THEN - timedelta(minutes=1)
    assert (signal.reference, signal.host_account, signal.occurrence) == ("", "", "")


async def test_a_change_without_a_time_of_its_own_has_that_of_the_event() -> None:
    signal = await read(entry("meeting.updated", {"id": 87654321098}))
    assert signal.happened_at == SENT


@pytest.mark.pitfall(52)
@pytest.mark.parametrize("what", ["started", "resumed", "completed"])
async def test_a_recording_is_told_with_the_time_it_began(what: str) -> None:
    event = event_of(f"recording.{what}")
    part = event["payload"]["object"]
    del part["participant"]
    file = {"recording_start": "2026-11-24T16:20:00Z", "recording_end": ""}
    part |= {"recording_files": [file]} if what == "completed" else {"recording_file": file}
    signal = await read(event)
    assert signal.kind is SignalKind.RECORDING
    assert signal.happened_at == datetime(2026, 11, 24, 16, 20, tzinfo=UTC)


@pytest.mark.pitfall(52)
@pytest.mark.parametrize("files", [[], [None], {}, None])
async def test_a_recording_of_an_odd_shape_is_still_told(files: object) -> None:
    event = event_of("recording.completed")
    event["payload"]["object"]["recording_files"] = files
    signal = await read(event)
    assert (signal.kind, signal.happened_at) == (SignalKind.RECORDING, SENT)


@pytest.mark.pitfall(51)
async def test_a_caller_by_telephone_is_nobody_we_know() -> None:
    caller = {"phone_number": "+442079460000", "participant_user_id": "user-1"}
    signal = await read(event_of("meeting.participant_joined", **caller))
    assert (signal.registrant_id, signal.account_id, signal.as_host) == ("", "", False)
    assert signal.connection == "16778240"
    assert "7946" not in repr(signal)


async def test_someone_waiting_before_the_start_has_neither_connection_nor_time() -> None:
    event = event_of("meeting.participant_jbh_waiting")
    event["payload"]["object"]["participant"] = {"user_name": "Ada", "id": "", "customer_key": ""}
    signal = await read(event)
    assert (signal.kind, signal.happened_at) == (SignalKind.WAITING, SENT)
    assert (signal.registrant_id, signal.connection) == ("", "")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("participant_admitted", SignalKind.WAITED),
        ("participant_left_waiting_room", SignalKind.WAITED),
        ("participant_jbh_waiting_left", SignalKind.WAITED),
        ("participant_joined_breakout_room", SignalKind.BREAKOUT),
    ],
)
async def test_what_ends_a_wait_and_what_moves_people_apart_is_told(
    name: str, kind: SignalKind
) -> None:
    assert (await read(event_of(f"meeting.{name}"))).kind is kind


@pytest.mark.pitfall(52)
async def test_an_assistant_that_writes_along_counts_as_recording() -> None:
    event = entry("meeting.ai_companion_started", {"id": 87654321098, "uuid": "abc=="})
    assert (await read(event)).kind is SignalKind.RECORDING


@pytest.mark.parametrize(
    ("reason", "manner"),
    [
        ("Ada Lovelace left the meeting.", Manner.PLAIN),
        ("Ada Lovelace left the meeting.<br>Reason : Removed by host.", Manner.PUT_OUT),
        ("Removed by host from waiting room.", Manner.PUT_OUT),
        (None, Manner.PLAIN),
    ],
)
async def test_whether_somebody_was_put_out_is_kept_and_not_the_reason(
    reason: str | None, manner: Manner
) -> None:
    signal = await read(event_of("meeting.participant_left", leave_reason=reason))
    assert signal.manner is manner
    assert "Ada" not in repr(signal)


@pytest.mark.pitfall(51)
async def test_that_somebody_called_is_kept_and_not_the_number() -> None:
    signal = await read(event_of("meeting.participant_joined", phone_number="441632960000"))
    assert (signal.manner, signal.registrant_id) == (Manner.BY_PHONE, "")
    assert "1632" not in repr(signal)
