"""Signed events in, signals or refusals out."""

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
from service.errors import InvalidInput, NotSignedIn
from service.ports import Challenge, Signal, SignalKind

SECRET = "emulator-secret-token"
STAMP = 1654503849
THEN = datetime.fromtimestamp(STAMP, UTC)
VALIDATION = (
    b'{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},'
    b'"event_ts":1654503849680,"event":"endpoint.url_validation"}'
)
SIGNATURE = "v0=68238c651c15b14708431d690c8d8a8c7195e9427b1dea73b832858aeb4e146d"
ANSWER = "c9de34c1d7930b1a405a3639c3bb057df9bcfc532bbb5882bed84edc646f0fc0"

SIGNALS = ZoomSignals(SecretStr(SECRET))


def signed(body: bytes, stamp: int = STAMP, secret: str = SECRET) -> dict[str, str]:
    message = b"v0:" + str(stamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Zm-Request-Timestamp": str(stamp), "X-Zm-Signature": f"v0={digest}"}


def read(event: object) -> Signal | Challenge:
    body = json.dumps(event, ensure_ascii=False).encode()
    return SIGNALS.read(signed(body), body, THEN)


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


# --- the signature --------------------------------------------------------------------------------


def test_the_known_vector_is_answered_with_the_known_token() -> None:
    headers = {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE}
    assert SIGNALS.read(headers, VALIDATION, THEN) == Challenge(
        {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": ANSWER}
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": str(STAMP)},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": ""},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE.upper()},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE[3:]},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": "v0=\udcff\u00e9"},
        {"x-zm-request-timestamp": str(STAMP + 1), "x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": f"{STAMP}000", "x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": "１６５４５０３８４９", "x-zm-signature": SIGNATURE},
        signed(VALIDATION, secret="another"),
    ],
)
def test_an_unsigned_or_wrongly_signed_validation_is_not_answered(headers: dict[str, str]) -> None:
    with pytest.raises(NotSignedIn):
        SIGNALS.read(headers, VALIDATION, THEN)


@given(st.integers(0, len(VALIDATION) - 1), st.integers(1, 255))
def test_one_changed_byte_breaks_the_signature(place: int, change: int) -> None:
    body = bytearray(VALIDATION)
    body[place] ^= change
    with pytest.raises(NotSignedIn):
        SIGNALS.read(signed(VALIDATION), bytes(body), THEN)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
def test_a_signature_is_good_for_five_minutes_either_way(seconds: int) -> None:
    answer = SIGNALS.read(signed(VALIDATION), VALIDATION, THEN + timedelta(seconds=seconds))
    assert isinstance(answer, Challenge)


@pytest.mark.parametrize("seconds", [-301, 301, 10**8])
def test_a_stale_signature_is_refused(seconds: int) -> None:
    with pytest.raises(NotSignedIn):
        SIGNALS.read(signed(VALIDATION), VALIDATION, THEN + timedelta(seconds=seconds))


def test_an_empty_secret_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="empty"):
        ZoomSignals(SecretStr(""))


# --- the meaning ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "minute"),
    [
        ("meeting.started", SignalKind.STARTED, 0),
        ("meeting.ended", SignalKind.ENDED, 45),
        ("meeting.participant_joined", SignalKind.JOINED, 1),
        ("meeting.participant_left", SignalKind.LEFT, 2),
        ("meeting.participant_joined_waiting_room", SignalKind.WAITING, 3),
        ("meeting.participant_put_in_waiting_room", SignalKind.WAITING, 3),
        ("meeting.participant_left_waiting_room", SignalKind.OTHER, 3),
        ("meeting.participant_admitted", SignalKind.OTHER, 3),
        ("meeting.participant_role_changed", SignalKind.ROLE_CHANGED, 3),
        ("recording.started", SignalKind.OTHER, 3),
    ],
)
def test_each_event_has_its_kind_and_its_own_time(name: str, kind: SignalKind, minute: int) -> None:
    signal = read(event_of(name))
    assert isinstance(signal, Signal)
    assert signal.kind is kind
    assert signal.happened_at == datetime(2026, 11, 24, 16, minute, tzinfo=UTC)
    assert (signal.provider_id, signal.occurrence) == ("87654321098", "/abc==")


@pytest.mark.pitfall(48)
def test_who_it_was_comes_from_ids_and_never_from_names() -> None:
    signal = read(event_of("meeting.participant_joined", participant_user_id="user-1"))
    assert isinstance(signal, Signal)
    assert (signal.registrant_id, signal.account_id) == ("reg-1", "user-1")
    assert signal.connection == "16778240"
    for personal in ("Ada", "example.org", "203.0.113", "Session"):
        assert personal not in repr(signal)


def test_a_guest_stays_unknown() -> None:
    signal = read(event_of("meeting.participant_joined", registrant_id="", id=""))
    assert isinstance(signal, Signal)
    assert (signal.registrant_id, signal.account_id) == ("", "")


def test_a_new_role_is_told_with_a_role_change_only() -> None:
    changed = read(event_of("meeting.participant_role_changed", new_role="co-host"))
    joined = read(event_of("meeting.participant_joined", new_role="co-host"))
    assert isinstance(changed, Signal)
    assert isinstance(joined, Signal)
    assert (changed.new_role, joined.new_role) == ("co-host", "")


@pytest.mark.pitfall(47)
def test_a_retry_under_a_new_signature_has_the_same_digest() -> None:
    body = json.dumps(event_of("meeting.started")).encode()
    first = SIGNALS.read(signed(body), body, THEN)
    later = THEN + timedelta(minutes=5)
    again = SIGNALS.read(signed(body, STAMP + 300), body, later)
    assert first == again
    assert isinstance(first, Signal)
    assert first.digest == hashlib.sha256(body).hexdigest()


def test_without_a_time_of_its_own_the_events_stamp_counts() -> None:
    signal = read(event_of("meeting.participant_joined", join_time="2026-11-24 at noon"))
    assert isinstance(signal, Signal)
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
def test_a_signed_body_without_sense_is_invalid(event: object) -> None:
    with pytest.raises(InvalidInput):
        read(event)


@given(st.binary(max_size=200))
def test_any_signed_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        SIGNALS.read(signed(body), body, THEN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.sampled_from(["meeting.started", "meeting.participant_left", "endpoint.url_validation"]),
    st.fixed_dictionaries(
        {},
        optional={
            "event_ts": JSON,
            "payload": JSON
            | st.fixed_dictionaries(
                {},
                optional={"object": JSON | st.fixed_dictionaries({"id": JSON}), "plainToken": JSON},
            ),
        },
    ),
)
def test_any_signed_object_is_read_or_refused(name: str, rest: dict[str, object]) -> None:
    try:
        found = read({"event": name, **rest})
    except InvalidInput:
        return
    assert isinstance(found, Signal | Challenge)
