"""Watches on an emulated tenant: made once, kept alive, taken over, given up."""

import json
from datetime import timedelta
from typing import Any

import pytest

from integrations.teams.client import TeamsClient
from integrations.teams.watcher import TeamsWatcher
from service.errors import (
    Misconfigured,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnsure,
)
from service.ports import SignalKind, WatchNews, WatchNotice
from tests.integrations.teams.client.parts import (
    REFERENCE,
    TOKEN_LIVES,
    Hook,
    Tenant,
    watcher_of,
)
from tests.integrations.teams.client.rooms import Watched, watched

LONGEST = timedelta(minutes=4200)


async def test_a_watch_asks_for_what_it_should_and_says_nothing_of_the_lesson(
    room: Watched, tenant: Tenant
) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    (call,) = await tenant.calls("create_subscription")
    body: dict[str, Any] = json.loads(call["body"])
    assert body["resource"].count("%253a") > 0
    assert body["notificationUrl"] == body["lifecycleNotificationUrl"] == room.hook.url
    assert body["clientState"].startswith(f"{REFERENCE}.")
    assert len(body["clientState"]) <= 128
    assert "PRIVATE" not in str(body)


async def test_a_second_watch_takes_the_first_one_over(room: Watched, tenant: Tenant) -> None:
    first = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(hours=1))
    again = await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert again.watch_id == first.watch_id
    assert again.expires_at == first.expires_at + timedelta(hours=1)
    assert len(await tenant.subscriptions()) == 1


async def test_a_watch_that_we_could_not_verify_is_made_anew(room: Watched, tenant: Tenant) -> None:
    foreign = await room.watcher.watch_meeting(room.handle, "OTHERONE22")
    ours = await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert ours.watch_id != foreign.watch_id
    (standing,) = await tenant.subscriptions()
    assert standing["id"] == ours.watch_id
    await room.second_staff_come()
    await tenant.flush()
    assert {signal.reference for signal in room.hook.signals} == {REFERENCE}


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "cut_after", "status_before"])
async def test_a_watch_that_failed_to_tell_us_is_one_watch(
    room: Watched, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_subscription", kind)
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert [one["id"] for one in await tenant.subscriptions()] == [watch.watch_id]


async def test_a_watch_without_any_answer_is_unsure(room: Watched, tenant: Tenant) -> None:
    await tenant.break_next("create_subscription", "status_before", times=99)
    with pytest.raises(ProviderUnsure):
        await room.watcher.watch_meeting(room.handle, REFERENCE)


async def test_a_hook_that_does_not_answer_is_no_watch(room: Watched, tenant: Tenant) -> None:
    deaf = watcher_of(room.client, tenant, Hook(url="http://127.0.0.1:1/hooks/teams"))
    with pytest.raises(ProviderRefused):
        await deaf.watch_meeting(room.handle, REFERENCE)
    assert await tenant.subscriptions() == []


async def test_a_quota_that_is_used_up_is_refused(room: Watched, tenant: Tenant) -> None:
    await tenant.do("options", subscription_quota=0)
    with pytest.raises(ProviderRefused):
        await room.watcher.watch_meeting(room.handle, REFERENCE)


async def test_a_meeting_that_is_gone_cannot_be_watched(room: Watched) -> None:
    await room.client.delete_meeting(room.handle)
    with pytest.raises(ProviderGone):
        await room.watcher.watch_meeting(room.handle, REFERENCE)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_after", "hang_before"])
async def test_a_renewal_outlives_faults(room: Watched, tenant: Tenant, kind: str) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(hours=1))
    await tenant.break_next("update_subscription", kind, times=2)
    renewed = await room.watcher.renew(watch.watch_id)
    assert (renewed.watch_id, renewed.expires_at) == (
        watch.watch_id,
        tenant.clock.now() + TOKEN_LIVES,
    )


async def test_a_watch_that_ran_out_cannot_be_renewed(room: Watched, tenant: Tenant) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(LONGEST + timedelta(minutes=1))
    with pytest.raises(ProviderGone):
        await room.watcher.renew(watch.watch_id)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_after", "cut_after"])
async def test_a_watch_is_given_up_once_and_for_all(
    room: Watched, tenant: Tenant, kind: str
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.break_next("delete_subscription", kind)
    await room.watcher.stop(watch.watch_id)
    assert await tenant.subscriptions() == []
    await room.watcher.stop(watch.watch_id)


async def test_microsofts_reminder_is_heard_and_renewing_keeps_the_watch_speaking(
    room: Watched, tenant: Tenant
) -> None:
    """The reminder comes while our token still lives; renewing under that one would help nobody."""
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    for _ in range(13):
        await tenant.pass_time(timedelta(minutes=5))
        if WatchNotice(REFERENCE, WatchNews.RENEW) in room.hook.notices:
            room.hook.heard.clear()
            await room.watcher.renew(watch.watch_id)
    await room.second_staff_come()
    assert await room.kinds() == [SignalKind.STARTED, SignalKind.JOINED]


async def test_signals_held_back_for_want_of_a_renewal_come_after_it(
    room: Watched, tenant: Tenant
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.pass_time(timedelta(minutes=70))
    await room.second_staff_come()
    assert await room.kinds() == []
    await room.watcher.renew(watch.watch_id)
    assert await room.kinds() == [SignalKind.STARTED, SignalKind.JOINED]


@pytest.mark.parametrize(
    ("word", "news"), [("missed", WatchNews.MISSED), ("subscriptionRemoved", WatchNews.REMOVED)]
)
async def test_bad_news_of_a_watch_is_heard(
    room: Watched, tenant: Tenant, word: str, news: WatchNews
) -> None:
    watch = await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.do(f"subscriptions/{watch.watch_id}/{word}")
    await tenant.flush()
    assert room.hook.notices == [WatchNotice(REFERENCE, news)]


async def test_a_new_certificate_takes_over_with_the_next_renewal(
    tenant: Tenant, client: TeamsClient
) -> None:
    async with watched(tenant, client, "key-2", "key-1") as room:
        before = watcher_of(client, tenant, room.hook, "key-1")
        watch = await before.watch_meeting(room.handle, REFERENCE)
        second = await room.second_staff_come()
        await tenant.flush()
        assert (await room.watcher.renew(watch.watch_id)).watch_id == watch.watch_id
        await tenant.person_does(second, "leave")
        assert len(await room.kinds()) == 4
        bodies = b"".join(room.hook.bodies)
        assert bodies.index(b'"key-1"') < bodies.index(b'"key-2"')


async def test_a_watch_for_an_old_certificate_is_made_anew(
    tenant: Tenant, client: TeamsClient
) -> None:
    async with watched(tenant, client, "key-2", "key-1") as room:
        before = watcher_of(client, tenant, room.hook, "key-1")
        old = await before.watch_meeting(room.handle, REFERENCE)
        new = await room.watcher.watch_meeting(room.handle, REFERENCE)
        assert new.watch_id != old.watch_id
        (standing,) = await tenant.subscriptions()
        assert standing["encryptionCertificateId"] == "key-2"


def test_a_watcher_without_a_certificate_does_not_start(client: TeamsClient) -> None:
    with pytest.raises(Misconfigured):
        TeamsWatcher(
            client.calls,
            hook_url="https://x.example",
            client_state_key=b"client-state-key-of-32-bytes-now",
            certificates=(),
            clock=None,  # type: ignore[arg-type]
        )


@pytest.mark.pitfall(56)
@pytest.mark.parametrize("kind", ["drop_before", "status_before", "html", "cut_after"])
async def test_no_error_of_a_watch_holds_a_link_or_a_key(
    room: Watched, tenant: Tenant, kind: str
) -> None:
    await tenant.break_next("create_subscription", kind, times=99)
    await tenant.break_next("list_subscriptions", kind, times=99)
    with pytest.raises(ProviderError) as fault:
        await room.watcher.watch_meeting(room.handle, REFERENCE)
    told = f"{fault.value!r} {fault.value.details} {fault.value.__cause__!r}"
    for word in ("meetup-join", room.hook.url, REFERENCE, "eyJ", "127.0.0.1"):
        assert word not in told
