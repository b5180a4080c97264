"""Calls on the organisation's accounts, heard of once they are over."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from integrations.teams.client import TeamsClient
from integrations.teams.watcher import TeamsWatcher
from service.errors import NotReady, ProviderUnsure
from service.ports import SignalKind, WatchNews, WatchNotice
from tests.builders import NOW, a_clearance
from tests.integrations.teams.client.parts import (
    HOST,
    OTHER_HOST,
    SECOND,
    Hook,
    Tenant,
    client_of,
    listening,
    plan,
    signals_of,
    watcher_of,
)

RECORD_MADE = timedelta(minutes=16)


@pytest.fixture
async def hook(tenant: Tenant, client: TeamsClient) -> AsyncIterator[Hook]:
    async with listening(signals_of(client, tenant), tenant) as found:
        yield found


@pytest.fixture
def watcher(tenant: Tenant, client: TeamsClient, hook: Hook) -> TeamsWatcher:
    return watcher_of(client, tenant, hook)


async def call_held(tenant: Tenant, url: str) -> None:
    person = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.person_does(person["person"], "leave")


async def foreign_url(tenant: Tenant, organiser: str = HOST) -> str:
    """A meeting that somebody made by hand."""
    return str((await tenant.do("meetings", organiser=organiser, subject="Chat"))["joinWebUrl"])


async def test_a_call_in_a_meeting_of_ours_names_that_meeting(
    tenant: Tenant, client: TeamsClient, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    handle = await client.create_meeting(a_clearance(), plan())
    await call_held(tenant, (await client.host_start_link(handle)).get_secret_value())
    await tenant.pass_time(RECORD_MADE)
    (signal,) = hook.signals
    assert (signal.kind, signal.provider_id) == (SignalKind.ENDED, handle.provider_id)
    assert (signal.host_account, signal.happened_at) == (HOST, NOW)
    assert signal.reference == signal.registrant_id == signal.account_id == ""


async def test_a_call_that_we_did_not_make_is_heard_of_with_its_account(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    made = await tenant.do("meetings", organiser=HOST, subject="Chat with Ada")
    await call_held(tenant, made["joinWebUrl"])
    await tenant.pass_time(RECORD_MADE)
    (signal,) = hook.signals
    assert (signal.provider_id, signal.host_account) == (made["id"], HOST)
    assert "Ada" not in repr(hook.heard)


async def test_a_call_on_an_account_that_is_not_ours_to_see_is_named_by_its_record(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant, OTHER_HOST))
    await tenant.pass_time(RECORD_MADE)
    (signal,) = hook.signals
    assert signal.provider_id.startswith("call-record:")
    assert signal.host_account == OTHER_HOST


@pytest.mark.pitfall(47)
async def test_later_versions_of_a_record_are_the_same_call(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    for _ in range(5):
        await tenant.pass_time(RECORD_MADE)
    assert len(hook.signals) > 1
    assert len({signal.digest for signal in hook.signals}) == 1


@pytest.mark.parametrize("call", ["read_call_record", "find_meeting"])
async def test_a_record_that_cannot_be_looked_up_is_sent_again(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher, call: str
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    await tenant.break_next(call, "status_before", times=3)
    await tenant.pass_time(RECORD_MADE)
    assert {type(error) for error in hook.refused} == {NotReady}
    assert hook.signals == []
    await tenant.pass_time(timedelta(minutes=1))
    assert len(hook.signals) == 1


async def test_a_record_that_is_gone_tells_nothing(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    await tenant.break_next("read_call_record", "status_before", status=404)
    await tenant.pass_time(RECORD_MADE)
    assert hook.signals == []
    assert hook.refused == []


# --- the account's watch --------------------------------------------------------------------------


async def test_the_accounts_watch_is_made_once_and_then_prolonged(
    tenant: Tenant, watcher: TeamsWatcher
) -> None:
    first = await watcher.watch_account()
    await tenant.pass_time(timedelta(hours=2))
    again = await watcher.watch_account()
    assert again.watch_id == first.watch_id
    assert again.expires_at == first.expires_at + timedelta(hours=2)
    assert len(await tenant.subscriptions()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "cut_after"])
async def test_an_accounts_watch_that_failed_to_tell_us_is_found_by_looking(
    tenant: Tenant, watcher: TeamsWatcher, kind: str
) -> None:
    await tenant.break_next("create_subscription", kind)
    with pytest.raises(ProviderUnsure):
        await watcher.watch_account()
    watch = await watcher.watch_account()
    assert [one["id"] for one in await tenant.subscriptions()] == [watch.watch_id]


async def test_an_accounts_watch_for_another_hook_is_made_anew(
    tenant: Tenant, client: TeamsClient, hook: Hook, watcher: TeamsWatcher
) -> None:
    old = Hook(url=hook.url + "?old=1")
    first = await watcher_of(client, tenant, old).watch_account()
    again = await watcher.watch_account()
    assert again.watch_id != first.watch_id
    assert [one["id"] for one in await tenant.subscriptions()] == [again.watch_id]


async def test_two_watches_made_at_once_become_one(
    tenant: Tenant, client: TeamsClient, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    (call,) = await tenant.calls("create_subscription")
    await client.calls.once("POST", "/v1.0/subscriptions", json.loads(call["body"]))
    assert len(await tenant.subscriptions()) == 2
    watch = await watcher.watch_account()
    assert [one["id"] for one in await tenant.subscriptions()] == [watch.watch_id]


async def test_news_of_the_accounts_watch_names_no_meeting(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await tenant.pass_time(timedelta(minutes=50))
    assert WatchNotice("", WatchNews.RENEW) in hook.notices


async def test_a_meetings_watch_and_the_accounts_watch_do_not_touch(
    tenant: Tenant, client: TeamsClient, watcher: TeamsWatcher
) -> None:
    account = await watcher.watch_account()
    handle = await client_of(tenant).create_meeting(a_clearance(), plan())
    meeting = await watcher.watch_meeting(handle, "K7Q2XMRT9A")
    assert (await watcher.watch_account()).watch_id == account.watch_id
    assert {one["id"] for one in await tenant.subscriptions()} == {
        account.watch_id,
        meeting.watch_id,
    }
