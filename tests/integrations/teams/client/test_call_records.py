"""Calls on the organisation's accounts, heard of once they are over."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from integrations.teams.client import TeamsClient
from integrations.teams.watcher import TeamsWatcher
from service.errors import NotReady, ProviderUnsure
from service.ports import Seat, SignalKind, WatchNews, WatchNotice, link_key
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


LASTED = timedelta(minutes=5)


async def call_held(tenant: Tenant, url: str) -> None:
    person = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.pass_time(LASTED)
    await tenant.person_does(person["person"], "leave")


async def foreign_url(tenant: Tenant, organiser: str = HOST) -> str:
    """A meeting that somebody made by hand."""
    made = await tenant.do("meetings", organiser=organiser, subject="Chat with Ada")
    return str(made["joinWebUrl"])


async def test_a_call_is_heard_of_as_started_and_ended(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    await tenant.pass_time(RECORD_MADE)
    started, ended = hook.signals
    assert (started.kind, started.happened_at) == (SignalKind.STARTED, NOW)
    assert (ended.kind, ended.happened_at) == (SignalKind.ENDED, NOW + LASTED)
    assert started.digest != ended.digest
    assert started.provider_id == ended.provider_id
    assert started.provider_id.startswith("call-record:")
    for signal in hook.signals:
        assert signal.reference == signal.registrant_id == signal.account_id == ""


@pytest.mark.parametrize("host", [HOST, OTHER_HOST])
async def test_a_call_is_known_by_its_account_and_its_links_key(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher, host: str
) -> None:
    """Whether or not the account is one that our app may act for."""
    await watcher.watch_account()
    url = await foreign_url(tenant, host)
    await call_held(tenant, url)
    await tenant.pass_time(RECORD_MADE)
    assert {(one.host_account, one.link_key) for one in hook.signals} == {(host, link_key(url))}
    assert "Ada" not in repr(hook.heard)
    assert "meetup-join" not in repr(hook.heard)


@pytest.mark.pitfall(45)
async def test_a_call_in_a_meeting_that_we_deleted_is_known_by_the_link_we_gave_out(
    tenant: Tenant, client: TeamsClient, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "K7Q2XM")
    await call_held(tenant, way_in.url.get_secret_value())
    await client.delete_meeting(handle)
    await tenant.pass_time(RECORD_MADE)
    assert {one.link_key for one in hook.signals} == {link_key(way_in.url.get_secret_value())}


async def test_no_link_is_sent_to_look_a_call_up(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    await tenant.pass_time(RECORD_MADE)
    assert len(hook.signals) == 2
    assert await tenant.calls("find_meeting") == []
    assert "meetup-join" not in str((await tenant.see("calls"))["calls"])


@pytest.mark.pitfall(47)
async def test_later_versions_of_a_record_are_the_same_call(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    for _ in range(5):
        await tenant.pass_time(RECORD_MADE)
    assert len(hook.signals) > 2
    assert len({signal.digest for signal in hook.signals}) == 2


async def test_a_record_that_cannot_be_looked_up_is_sent_again(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await watcher.watch_account()
    await call_held(tenant, await foreign_url(tenant))
    await tenant.break_next("read_call_record", "status_before", times=3)
    await tenant.pass_time(RECORD_MADE)
    assert {type(error) for error in hook.refused} == {NotReady}
    assert hook.signals == []
    await tenant.pass_time(timedelta(minutes=1))
    assert len(hook.signals) == 2


async def test_beside_a_record_that_cannot_be_looked_up_all_else_is_heard_and_all_sent_again(
    tenant: Tenant, hook: Hook, watcher: TeamsWatcher
) -> None:
    await tenant.do("options", items_per_body=10)
    await watcher.watch_account()
    for _ in range(2):
        await call_held(tenant, await foreign_url(tenant))
    # A refusal is not repeated, so that one of the two is looked up and the other is not.
    await tenant.break_next("read_call_record", "status_before", status=403)
    await tenant.pass_time(RECORD_MADE)
    (first,) = hook.heard
    assert (len(first.signals), first.again) == (2, True)
    await tenant.pass_time(timedelta(minutes=1))
    (_, second) = hook.heard
    assert (len(second.signals), second.again) == (4, False)
    assert len({signal.digest for signal in hook.signals}) == 4
    assert WatchNotice("", WatchNews.MISSED) not in hook.notices
    assert hook.refused == []


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
