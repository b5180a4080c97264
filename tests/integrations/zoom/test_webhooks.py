"""Rightly signed events in, signals or refusals out."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from integrations.zoom.webhooks import ZoomSignals
from service.errors import InvalidInput
from service.ports import Challenge, Heard, Posted, Signal, SignalKind

SECRET = "emulator-secret-token"
STAMP = 1654503849
THEN = datetime.fromtimestamp(STAMP, UTC)
SIGNALS = ZoomSignals(SecretStr(SECRET))


def signed(body: bytes, stamp: int = STAMP, secret: str = SECRET) -> dict[str, str]:
    message = b"v0:" + str(stamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Zm-Request-Timestamp": str(stamp), "X-Zm-Signature": f"v0={digest}"}


async def hear(headers: dict[str, str], body: bytes, now: datetime = THEN) -> Heard | Challenge:
    return await SIGNALS.read(Posted(headers, {}, body), now)


async def read(event: object) -> Signal:
    """The one signal of a rightly signed event."""
    body = json.dumps(event, ensure_ascii=False).encode()
    heard = await hear(signed(body), body)
    assert isinstance(heard, Heard)
    assert heard.notices == ()
    (signal,) = heard.signals
    return signal


def event_of(name: str, **participant: object) -> dict[str, Any]:
    return {
        "event": name,
        "event_ts": STAMP * 1000 + 5,
        "payload": {
            "account_id": "acc",
            "object": {
                "id": 87654321098,
                "uuid": "/abc==",
                "topic": "Session K7Q2XM",
                "start_time": "2026-11-24T16:00:00Z",
                "end_time": "2026-11-24T16:45:00Z",
                "participant": {
                    "user_id": "16778240",
                    "user_name": "Ada Lovelace",
                    "email": "ada@example.org",
                    "public_ip": "203.0.113.7",
                    "id": "something",
                    "registrant_id": "reg-1",
                    "participant_user_id": "",
                    "join_time": "2026-11-24T16:01:00Z",
                    "leave_time": "2026-11-24T16:02:00Z",
                    "date_time": "2026-11-24T16:03:00Z",
                    **participant,
                },
            },
        },
    }


@pytest.mark.parametrize(
    ("name", "kind", "minute"),
    [
        ("meeting.started", SignalKind.STARTED, 0),
        ("meeting.ended", SignalKind.ENDED, 45),
        ("meeting.participant_joined", SignalKind.JOINED, 1),
        ("meeting.participant_left", SignalKind.LEFT, 2),
        ("meeting.participant_joined_waiting_room", SignalKind.WAITING, 3),
        ("meeting.participant_put_in_waiting_room", SignalKind.WAITING, 3),
        ("meeting.participant_left_waiting_room", SignalKind.WAITED, 3),
        ("meeting.participant_admitted", SignalKind.WAITED, 3),
        ("meeting.participant_role_changed", SignalKind.ROLE_CHANGED, 3),
        ("meeting.participant_jbh_waiting", SignalKind.WAITING, 3),
        ("meeting.participant_joined_breakout_room", SignalKind.BREAKOUT, 1),
        ("meeting.participant_left_breakout_room", SignalKind.OTHER, 3),
    ],
)
async def test_each_event_has_its_kind_and_its_own_time(
    name: str, kind: SignalKind, minute: int
) -> None:
    signal = await read(event_of(name))
    assert signal.kind is kind
    assert signal.happened_at == datetime(2026, 11, 24, 16, minute, tzinfo=UTC)
    assert (signal.provider_id, signal.occurrence) == ("87654321098", "/abc==")


@pytest.mark.pitfall(48)
async def test_who_it_was_comes_from_ids_and_never_from_names() -> None:
    signal = await read(event_of("meeting.participant_joined", participant_user_id="user-1"))
    assert (signal.registrant_id, signal.account_id) == ("reg-1", "user-1")
    assert signal.connection == "16778240"
    for personal in ("Ada", "example.org", "203.0.113", "Session"):
        assert personal not in repr(signal)


async def test_a_guest_stays_unknown() -> None:
    signal = await read(event_of("meeting.participant_joined", registrant_id="", id=""))
    assert (signal.registrant_id, signal.account_id) == ("", "")


async def test_a_new_role_is_told_with_a_role_change_only() -> None:
    changed = await read(event_of("meeting.participant_role_changed", new_role="co-host"))
    joined = await read(event_of("meeting.participant_joined", new_role="co-host"))
    assert (changed.new_role, joined.new_role) == ("co-host", "")


@pytest.mark.pitfall(47)
async def test_a_retry_under_a_new_signature_has_the_same_digest() -> None:
    body = json.dumps(event_of("meeting.started")).encode()
    first = await hear(signed(body), body)
    again = await hear(signed(body, STAMP + 300), body, THEN + timedelta(minutes=5))
    assert first == again
    assert isinstance(first, Heard)
    assert first.signals[0].digest == hashlib.sha256(body).hexdigest()


async def test_without_a_time_of_its_own_the_events_stamp_counts() -> None:
    signal = await read(event_of("meeting.participant_joined", join_time="2026-11-24 at noon"))
    assert signal.happened_at == THEN + timedelta(milliseconds=5)


@pytest.mark.parametrize(
    "event",
    [
        [],
        "text",
        {"event": "meeting.started"},
        {"event": "meeting.started", "event_ts": 1, "payload": {"object": {"id": ""}}},
        {"event": "meeting.started", "payload": {"object": {"id": 1}}},
        {"event": "meeting.started", "event_ts": 10**30, "payload": {"object": {"id": 1}}},
        {"event": "endpoint.url_validation", "payload": {}},
        {"event": "endpoint.url_validation", "payload": {"plainToken": 5}},
    ],
)
async def test_a_signed_body_without_sense_is_invalid(event: object) -> None:
    with pytest.raises(InvalidInput):
        await read(event)


@given(st.binary(max_size=200))
async def test_any_signed_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        await hear(signed(body), body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.sampled_from(
        [
            "meeting.started",
            "meeting.participant_left",
            "meeting.updated",
            "recording.completed",
            "endpoint.url_validation",
        ]
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "event_ts": JSON,
            "payload": JSON
            | st.fixed_dictionaries(
                {},
                optional={
                    "object": JSON
                    | st.fixed_dictionaries(
                        {"id": JSON}, optional={"recording_files": JSON, "topic": JSON}
                    ),
                    "plainToken": JSON,
                    "time_stamp": JSON,
                },
            ),
        },
    ),
)
async def test_any_signed_object_is_read_or_refused(name: str, rest: dict[str, object]) -> None:
    body = json.dumps({"event": name, **rest}).encode()
    try:
        found = await hear(signed(body), body)
    except InvalidInput:
        return
    assert isinstance(found, Heard | Challenge)
