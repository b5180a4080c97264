"""The emulator's subscriptions: made only after a handshake, and kept alive only on purpose."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.integrations.teams import graph
from tests.integrations.teams.conftest import SUBSCRIPTIONS, EmulatedTenant, Receiver, subscribe
from tests.integrations.teams.opening import Keys


async def test_both_addresses_prove_themselves_before_anything_exists(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    meeting = await teams.make()
    graph.check_request("POST", SUBSCRIPTIONS, receiver.wish(meeting))
    receiver.is_open = False
    status, body = await teams.call("POST", SUBSCRIPTIONS, receiver.wish(meeting))
    assert (status, body["error"]["code"]) == (400, "InvalidRequest")
    assert (await teams.call("GET", SUBSCRIPTIONS))[1]["value"] == []
    receiver.is_open, receiver.handshakes = True, []
    made = await subscribe(teams, receiver, meeting)
    assert len(receiver.handshakes) == 2
    assert receiver.handshakes[0].startswith("Validation: Testing client application reachability")
    assert (await teams.call("GET", f"{SUBSCRIPTIONS}/{made['id']}"))[1] == made


async def test_a_silent_address_gets_no_subscription(teams: EmulatedTenant) -> None:
    nobody = Receiver(url="http://127.0.0.1:9/hooks")
    status, _ = await teams.call("POST", SUBSCRIPTIONS, nobody.wish(await teams.make()))
    assert status == 400


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"changeType": "created"}, "InvalidRequest"),
        ({"clientState": "x" * 129}, "InvalidRequest"),
        ({"notificationUrl": "ftp://x"}, "InvalidRequest"),
        ({"lifecycleNotificationUrl": None}, "InvalidRequest"),
        ({"encryptionCertificate": None}, "InvalidRequest"),
        ({"encryptionCertificate": b64encode(b"no certificate").decode()}, "InvalidRequest"),
        ({"encryptionCertificateId": None}, "InvalidRequest"),
        ({"expirationDateTime": "2026-11-24T15:39:00Z"}, "InvalidRequest"),
        ({"expirationDateTime": "2026-11-27T15:41:00Z"}, "ExtensionError"),
    ],
    ids=str,
)
async def test_a_bad_wish_is_refused(
    teams: EmulatedTenant, receiver: Receiver, change: dict[str, object], code: str
) -> None:
    wish = receiver.wish(await teams.make(), **change)
    status, body = await teams.call("POST", SUBSCRIPTIONS, wish)
    assert (status, body["error"]["code"]) == (400, code)


async def test_a_small_key_is_refused(teams: EmulatedTenant, receiver: Receiver) -> None:
    wish = receiver.wish(await teams.make(), encryptionCertificate=Keys.made(1024).certificate)
    assert (await teams.call("POST", SUBSCRIPTIONS, wish))[0] == 400


async def test_the_link_must_be_encoded_as_a_whole_and_be_of_this_tenant(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    meeting = await teams.make()
    link = meeting["joinWebUrl"]
    plain = f"communications/onlineMeetings(joinWebUrl='{link}')/meetingCallEvents"
    other_tenant = link.replace("7c1e3b52", "00000000")
    for resource, status, reason in (
        (plain, 400, "join url in subscription is not valid"),
        (plain.replace(link, quote(link)), 400, "join url in subscription is not valid"),
        (receiver.keys.resource_of(other_tenant), 403, "tenant does not match"),
        (receiver.keys.resource_of(link + "x"), 400, "join url in subscription is not valid"),
        ("communications/onlineMeetings/?$filter=JoinWebUrl eq 'x'", 400, "not a supported"),
    ):
        wish = receiver.wish(meeting, resource=resource)
        answered, body = await teams.call("POST", SUBSCRIPTIONS, wish)
        assert (answered, reason in body["error"]["message"]) == (status, True)


async def test_call_events_are_a_matter_of_beta_alone(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    wish = receiver.wish(await teams.make())
    assert (await teams.call("POST", "/v1.0/subscriptions", wish))[0] == 400
    assert (await teams.call("POST", SUBSCRIPTIONS, wish))[0] == 201


async def test_a_meeting_has_one_subscription_and_the_tenant_a_quota(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    meeting = await teams.make()
    await subscribe(teams, receiver, meeting)
    assert (await teams.call("POST", SUBSCRIPTIONS, receiver.wish(meeting)))[0] == 409
    assert len(receiver.handshakes) == 2
    await teams.do("options", subscription_quota=1)
    wish = receiver.wish(await teams.make())
    assert (await teams.call("POST", SUBSCRIPTIONS, wish))[0] == 403


async def test_events_can_need_the_policy_too(teams: EmulatedTenant, receiver: Receiver) -> None:
    meeting = await teams.make()
    await teams.do("organisers/rooms-1@tuition.example", policy_granted=False)
    await teams.do("options", events_need_policy=True)
    assert (await teams.call("POST", SUBSCRIPTIONS, receiver.wish(meeting)))[0] == 403
    await teams.do("options", events_need_policy=False)
    assert (await teams.call("POST", SUBSCRIPTIONS, receiver.wish(meeting)))[0] == 201


async def test_a_short_life_is_raised_to_45_minutes_and_ends(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    meeting = await teams.make()
    soon = {"expirationDateTime": "2026-11-24T15:50:00Z", "lifecycleNotificationUrl": None}
    made = await subscribe(teams, receiver, meeting, **soon)
    assert made["expirationDateTime"] == "2026-11-24T16:25:00.0000000Z"
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    later = {"expirationDateTime": "2026-11-24T17:30:00Z"}
    assert (await teams.call("PATCH", path, {"lifecycleNotificationUrl": receiver.url}))[0] == 400
    _, renewed = await teams.call("PATCH", path, later)
    assert renewed["expirationDateTime"] == "2026-11-24T17:30:00.0000000Z"
    await teams.pass_time(timedelta(hours=2))
    await teams.sign_in()
    for method in ("GET", "PATCH", "DELETE"):
        assert (await teams.call(method, path, later if method == "PATCH" else None))[0] == 404


async def test_it_reminds_while_the_creating_token_lives(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    made = await subscribe(teams, receiver, await teams.make())
    await teams.pass_time(timedelta(minutes=14))
    assert receiver.lifecycle == []
    await teams.pass_time(timedelta(minutes=1))
    assert receiver.lifecycle == ["reauthorizationRequired"]
    (reminder,) = receiver.items
    assert (reminder["subscriptionId"], reminder["clientState"]) == (made["id"], "our-secret")
    await teams.pass_time(timedelta(minutes=30))
    assert receiver.lifecycle == ["reauthorizationRequired"] * 3
    await teams.sign_in()
    await teams.call("POST", f"{SUBSCRIPTIONS}/{made['id']}/reauthorize")
    await teams.pass_time(timedelta(minutes=10))
    assert len(receiver.lifecycle) == 3


async def test_a_lifecycle_word_can_be_ordered_and_a_removal_is_one(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    made = await subscribe(teams, receiver, await teams.make())
    await teams.do(f"subscriptions/{made['id']}/missed")
    await teams.do(f"subscriptions/{made['id']}/subscriptionRemoved")
    await teams.do("webhooks/flush")
    assert receiver.lifecycle == ["missed", "subscriptionRemoved"]
    assert (await teams.call("GET", SUBSCRIPTIONS))[1]["value"] == []
    assert await teams.tried(f"subscriptions/{made['id']}/missed") == 404


async def test_a_deleted_subscription_is_gone_on_either_version(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    made = await subscribe(teams, receiver, await teams.make())
    assert (await teams.call("DELETE", f"/v1.0/subscriptions/{made['id']}"))[0] == 204
    reauthorise = f"{SUBSCRIPTIONS}/{made['id']}/reauthorize"
    assert (await teams.call("POST", reauthorise))[0] == 404
