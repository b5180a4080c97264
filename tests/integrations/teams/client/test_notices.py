"""News of a watch, and calls that are over: what comes unsealed."""

from typing import Any

import pytest

from integrations.teams.signals import TeamsSignals
from service.errors import NotReady, NotSignedIn
from service.ports import Heard, SignalKind, WatchNews, WatchNotice
from tests.builders import NOW
from tests.integrations.teams.client.parts import REFERENCE, TENANT
from tests.integrations.teams.client.posts import (
    FORGED_STATE,
    STATES,
    hear,
    item,
    lifecycle,
    post,
)

# --- news of the watch ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "news"),
    [
        ("reauthorizationRequired", WatchNews.RENEW),
        ("subscriptionRemoved", WatchNews.REMOVED),
        ("missed", WatchNews.MISSED),
    ],
)
@pytest.mark.parametrize("reference", [REFERENCE, ""])
async def test_news_of_a_watch_names_it(
    source: TeamsSignals, word: str, news: WatchNews, reference: str
) -> None:
    heard = await hear(source, post(lifecycle(word, reference), tokens=[]))
    assert heard == Heard(notices=(WatchNotice(reference, news),))


async def test_a_new_word_is_left_alone(source: TeamsSignals) -> None:
    assert await hear(source, post(lifecycle("somethingNew"), tokens=[])) == Heard()


async def test_news_under_a_forged_state_is_refused(source: TeamsSignals) -> None:
    forged = lifecycle("subscriptionRemoved", clientState=FORGED_STATE)
    with pytest.raises(NotSignedIn):
        await source.read(post(forged), NOW)


# --- calls that are over --------------------------------------------------------------------------

RECORD = "e523d2ed-2966-4b6b-925b-754a88034cc5"


def finished_call(record_id: object = RECORD, **changes: object) -> dict[str, Any]:
    return {
        "subscriptionId": "s2",
        "clientState": STATES.of(""),
        "changeType": "created",
        "tenantId": TENANT,
        "resource": f"communications/callRecords/{record_id}",
        "resourceData": {"id": record_id, "@odata.type": "#microsoft.graph.callrecord"},
        **changes,
    }


async def test_a_call_that_cannot_be_looked_up_must_be_sent_again(source: TeamsSignals) -> None:
    with pytest.raises(NotReady):
        await source.read(post(finished_call(), tokens=[]), NOW)


async def test_a_call_that_cannot_be_looked_up_holds_up_no_live_signal(
    source: TeamsSignals,
) -> None:
    heard = await hear(source, post(item(), finished_call()))
    assert [signal.kind for signal in heard.signals] == [SignalKind.STARTED]
    assert heard.notices == ()
    assert heard.again


async def test_a_call_that_cannot_be_looked_up_holds_up_no_news_of_a_watch(
    source: TeamsSignals,
) -> None:
    heard = await hear(source, post(finished_call(), lifecycle("missed"), tokens=[]))
    assert heard == Heard(notices=(WatchNotice(REFERENCE, WatchNews.MISSED),), again=True)


async def test_why_a_call_could_not_be_looked_up_is_logged_without_naming_it(
    source: TeamsSignals, caplog: pytest.LogCaptureFixture
) -> None:
    await hear(source, post(item(), finished_call()))
    told = [record.getMessage() for record in caplog.records]
    assert told == ["teams call record not read: ProviderUnavailable"]


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": STATES.of(REFERENCE)},
        {"resource": "users/x"},
        {"resourceData": {"id": "../users"}},
        {"resourceData": None},
    ],
)
async def test_only_records_of_the_accounts_own_watch_are_looked_up(
    source: TeamsSignals, changes: dict[str, object]
) -> None:
    assert await hear(source, post(finished_call(**changes), tokens=[])) == Heard()
