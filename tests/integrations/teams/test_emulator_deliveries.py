"""What subscribers hear: sealed, signed, in time, again, late, never, or from a forger."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.teams.emulator.settings import EmulatorSettings
from tests.integrations.teams.conftest import (
    SECOND_STAFF,
    STARTED_AT,
    SUBSCRIPTIONS,
    TENANT,
    EmulatedTenant,
    Receiver,
    begin,
    claims,
    emulating,
    subscribe,
)


async def test_an_event_arrives_sealed_and_vouched_for(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await begin(teams, meeting)
    assert receiver.kinds == ["callStarted", "rosterUpdated"]
    for body in receiver.bodies:
        (item,) = body["value"]
        assert (item["clientState"], item["tenantId"]) == ("our-secret", TENANT)
        assert item["resource"] == receiver.keys.resource_of(meeting["joinWebUrl"])
        told = await claims(teams, body["validationTokens"][0])
        assert told["appid"] == "0bf30f3b-4a52-48df-9a82-234910c4a086"
        assert (told["iss"], told["tid"]) == (f"https://sts.windows.net/{TENANT}/", TENANT)
    first, second = (item["encryptedContent"]["dataKey"] for item in receiver.items)
    assert first != second


async def test_keys_are_capitalised_as_seen_live_or_not_as_documented(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    person = await begin(teams, meeting)
    await teams.do("options", keys_case="camel")
    await teams.do(f"people/{person}/leave")
    await teams.do("webhooks/flush")
    shapes = [set(receiver.keys.raw(item)) for item in receiver.items]
    assert [("EventType" in one, "eventType" in one) for one in shapes] == [
        *[(True, False)] * 2,
        *[(False, True)] * 2,
    ]


async def test_a_call_that_runs_already_is_not_told(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    made = await teams.make()
    person = await teams.open(url=made["joinWebUrl"], **{"as": SECOND_STAFF})
    await subscribe(teams, receiver, made)
    await teams.do(f"people/{person}/leave")
    await teams.do("webhooks/flush")
    assert receiver.items == []
    await begin(teams, made)
    assert receiver.kinds == ["callStarted", "rosterUpdated"]


async def test_a_refused_item_comes_again_after_growing_pauses(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.do("webhooks", mode="drop", events=["rosterUpdated"])
    receiver.statuses = [500, 503]
    await begin(teams, meeting)
    await teams.pass_time(timedelta(seconds=10))
    assert receiver.items == []
    await teams.pass_time(timedelta(seconds=20))
    assert receiver.kinds == ["callStarted"]


@pytest.mark.parametrize(("hours", "became"), [(3.9, "delivered"), (4.1, "lost")])
async def test_an_item_is_given_up_after_four_hours(
    teams: EmulatedTenant, receiver: Receiver, hours: float, became: str
) -> None:
    """Token and subscription outlive it: neither is why it is lost."""
    await teams.do("options", token_seconds=86_400)
    made = await teams.make()
    await subscribe(teams, receiver, made, expirationDateTime="2026-11-25T15:40:00Z")
    receiver.statuses = [500, 500]
    await begin(teams, made)
    await teams.pass_time(timedelta(hours=hours))
    rows = (await teams.see("webhooks"))["events"]
    assert [one["state"] for one in rows] == [became, became]


async def test_an_answer_that_takes_too_long_counts_as_none(receiver: Receiver) -> None:
    slow, released = web.Application(), asyncio.Event()

    async def stall(request: web.Request) -> web.Response:
        if "validationToken" not in request.query:
            await released.wait()
        return web.Response(text=request.query.get("validationToken"))

    slow.router.add_post("/slow", stall)
    settings = EmulatorSettings(starts_at=STARTED_AT, answer_within=0.02, retry_within=0.02)
    async with emulating(settings) as teams, TestServer(slow) as server:
        made = await teams.make()
        await subscribe(teams, receiver, made, notificationUrl=str(server.make_url("/slow")))
        await begin(teams, made)
        assert [one["outcomes"] for one in (await teams.see("webhooks"))["events"]] == [[-1], [-1]]
        released.set()


@pytest.mark.parametrize(
    ("limits", "became"),
    [({"answer_within": 0.0}, "pending"), ({"retry_within": 0.0}, "dropped")],
)
async def test_a_receiver_too_slow_for_ten_answers_hears_later_or_nothing(
    receiver: Receiver, limits: dict[str, float], became: str
) -> None:
    """With a limit of nothing every answer is too late, and no test has to wait for one."""
    settings = EmulatorSettings(starts_at=STARTED_AT, **limits)  # type: ignore[arg-type]
    async with emulating(settings) as teams:
        made = await teams.make()
        await subscribe(teams, receiver, made)
        for _ in range(5):
            await begin(teams, made)
        assert len(receiver.items) == 6
        for _ in range(4):
            await begin(teams, made)
        await begin(teams, made)
        rows = (await teams.see("webhooks"))["events"]
        assert (rows[-1]["event"], rows[-1]["state"]) == ("rosterUpdated", became)
        await teams.pass_time(timedelta(minutes=10))
        assert ((await teams.see("webhooks"))["events"][-1]["state"] == "delivered") == (
            became == "pending"
        )


async def test_nothing_is_delivered_on_a_dead_token_until_reauthorised(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.pass_time(timedelta(hours=1))
    await begin(teams, meeting)
    assert receiver.kinds == []
    (subscription,) = (await teams.see("state"))["subscriptions"]
    await teams.sign_in()
    await teams.call("POST", f"{SUBSCRIPTIONS}/{subscription['id']}/reauthorize")
    await teams.do("webhooks/flush")
    assert receiver.kinds == ["callStarted", "rosterUpdated"]


async def test_what_waited_when_the_subscription_ran_out_is_lost(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.pass_time(timedelta(hours=1))
    await begin(teams, meeting)
    await teams.pass_time(timedelta(hours=3))
    rows = (await teams.see("webhooks"))["events"]
    assert {one["state"] for one in rows if "lifecycleEvent" not in one["body"]} == {"lost"}
    assert (await teams.see("state"))["subscriptions"] == []


@pytest.mark.parametrize(
    ("mode", "heard"),
    [
        ("drop", []),
        ("double", ["callStarted", "callStarted", "rosterUpdated", "rosterUpdated"]),
        ("hold", []),
    ],
)
async def test_events_can_be_dropped_doubled_or_held(
    teams: EmulatedTenant,
    receiver: Receiver,
    meeting: dict[str, Any],
    mode: str,
    heard: list[str],
) -> None:
    await teams.do("webhooks", mode=mode)
    await begin(teams, meeting)
    assert receiver.kinds == heard


async def test_events_can_come_late_backwards_and_together(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.do("options", items_per_body=5)
    await teams.do("webhooks", mode="hold")
    await begin(teams, meeting)
    await teams.do("webhooks/release", backwards=True)
    assert receiver.kinds == ["rosterUpdated", "callStarted"]
    assert len(receiver.bodies) == 1
    await teams.do("webhooks", mode="late", late_seconds=60)
    await teams.open(url=meeting["joinWebUrl"], name="D4F-2")
    await teams.pass_time(timedelta(seconds=59))
    assert len(receiver.items) == 2
    await teams.pass_time(timedelta(seconds=1))
    assert len(receiver.items) == 3


async def test_a_held_item_outlives_its_subscription(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.do("webhooks", mode="hold")
    await begin(teams, meeting)
    (subscription,) = (await teams.see("state"))["subscriptions"]
    await teams.call("DELETE", f"{SUBSCRIPTIONS}/{subscription['id']}")
    await teams.do("webhooks/release")
    assert receiver.kinds == ["callStarted", "rosterUpdated"]
