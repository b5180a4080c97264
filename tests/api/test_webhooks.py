"""What providers post to us: signed and fresh, or refused; stored once, or asked for again."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.people import recorded, stored
from tests.harness import House, Reply
from tests.rooms import WEBHOOK_SECRET

HOOK = "/hooks/zoom"


def an_event(house: House, kind: str = "meeting.started") -> bytes:
    stamp = house.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    meeting = {"id": "99999999999", "uuid": "abc==", "host_id": "h", "start_time": stamp}
    event = {"event": kind, "event_ts": 1, "payload": {"account_id": "a", "object": meeting}}
    return json.dumps(event).encode()


async def post(
    house: House, body: bytes, *, secret: str = WEBHOOK_SECRET, age: float = 0, **more: Any
) -> Reply:
    stamp = str(int((house.clock.now() - timedelta(seconds=age)).timestamp()))
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={signed}", **more}
    return await house.api().call("POST", HOOK, data=body, headers=headers)


@pytest.mark.pitfall(47)
async def test_a_signed_event_is_stored_once_however_often_it_comes(house: House) -> None:
    body = an_event(house)
    assert [(await post(house, body)).status for _ in range(3)] == [204, 204, 204]
    kept = await stored(house)
    assert len(kept["signals"]) == 1
    assert (await recorded(house)).count("signal.received") == 1
    assert len(kept["alerts"]) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"secret": "wrong"}, "bad signature"),
        ({"age": 301}, "stale"),
        ({"age": -301}, "from the future"),
        ({"x-zm-signature": ""}, "no signature"),
        ({"x-zm-request-timestamp": ""}, "no time"),
    ],
)
async def test_a_bad_or_stale_signature_is_refused_and_nothing_is_stored(
    house: House, changes: dict[str, Any], why: str
) -> None:
    before, kinds = await stored(house), await recorded(house)
    reply = await post(house, an_event(house), **changes)
    assert (reply.status, reply.code) == (401, "not_signed_in"), why
    assert await stored(house) == before
    assert await recorded(house) == kinds


async def test_a_body_that_was_changed_on_the_way_is_refused(house: House) -> None:
    body = an_event(house)
    stamp = str(int(house.clock.now().timestamp()))
    text = f"v0:{stamp}:".encode() + body
    signed = hmac.new(WEBHOOK_SECRET.encode(), text, hashlib.sha256).hexdigest()
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={signed}"}
    other = body.replace(b"started", b"ended")
    assert (await house.api().call("POST", HOOK, data=other, headers=headers)).status == 401


async def test_a_signed_challenge_is_answered_and_an_unsigned_one_is_not(house: House) -> None:
    body = json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "p"}}).encode()
    answer = (await post(house, body)).body
    wanted = hmac.new(WEBHOOK_SECRET.encode(), b"p", hashlib.sha256).hexdigest()
    assert answer == {"plainToken": "p", "encryptedToken": wanted}
    assert (await post(house, body, secret="x")).status == 401


async def test_too_large_unknown_and_other_methods(house: House) -> None:
    assert (await post(house, b"x" * (512 * 1024 + 1))).status == 413
    assert (await house.api().post("/hooks/skype", {})).status == 404
    assert (await house.api().get(HOOK)).status == 405
    assert (await post(house, b"not json")).status in (400, 422)


async def test_our_own_failure_asks_the_provider_to_send_it_again(house: House) -> None:
    body = an_event(house)
    await house.deps.store.close()
    reply = await post(house, body)
    assert (reply.status, reply.code) == (503, "not_ready")
