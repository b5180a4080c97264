"""Posts to the hook: challenges, forgeries, repeats, and what is genuine in a mixed lot."""

import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.teams.signals import TeamsSignals
from service.errors import ChaperoneError, InvalidInput, NotReady, NotSignedIn
from service.ports import Challenge, Heard, Posted, SignalKind, WatchNews, WatchNotice
from tests.builders import NOW
from tests.integrations.teams.client.keys import seal
from tests.integrations.teams.client.parts import REFERENCE, posted
from tests.integrations.teams.client.posts import (
    FORGED_STATE,
    NOWHERE,
    STARTED,
    STATES,
    hear,
    item,
    lifecycle,
    post,
    source_of,
)
from tests.integrations.teams.client.publisher import Publisher, token
from tests.integrations.teams.client.test_events import event, pascal, person, roster

# --- the challenge --------------------------------------------------------------------------------


async def test_a_challenge_is_answered_with_its_own_token(source: TeamsSignals) -> None:
    asked = Posted({}, {"validationToken": "Validation: Testing <x> Request-Id: 1"}, b"")
    answer = Challenge("Validation: Testing <x> Request-Id: 1", "text/plain")
    assert await source.read(asked, NOW) == answer


@pytest.mark.parametrize("asked", ["", "a\nb", "a\x00", "é", "x" * 2049])
async def test_only_plain_printable_tokens_are_echoed(source: TeamsSignals, asked: str) -> None:
    with pytest.raises(InvalidInput):
        await source.read(Posted({}, {"validationToken": asked}, b""), NOW)


# --- what is genuine ------------------------------------------------------------------------------


async def test_a_genuine_notification_is_heard(source: TeamsSignals) -> None:
    heard = await hear(source, post(item(pascal(roster(person(), person(2, "AB4DEF"))))))
    assert [signal.registrant_id for signal in heard.signals] == ["K7Q2XM", "AB4DEF"]
    assert {signal.reference for signal in heard.signals} == {REFERENCE}
    assert heard.notices == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": FORGED_STATE},
        {"clientState": REFERENCE},
        {"clientState": None},
        {"tenantId": "99999999-0000-4000-8000-000000000000"},
    ],
)
async def test_an_item_that_is_not_ours_is_refused_without_asking_anyone(
    source: TeamsSignals, publisher: Publisher, changes: dict[str, object]
) -> None:
    with pytest.raises(NotSignedIn):
        await source.read(post(item(**changes)), NOW)
    assert publisher.asked == 0


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        ["nonsense"],
        [7],
        [token("forger", kid="ms-1")],
        [token(exp=1)],
        [token(aud="99999999-0000-4000-8000-000000000000")],
        [token(), token(exp=1)],
    ],
)
async def test_a_sealed_item_without_genuine_tokens_is_refused(
    source: TeamsSignals, tokens: list[Any]
) -> None:
    with pytest.raises(NotSignedIn):
        await source.read(post(item(), tokens=tokens), NOW)


async def test_a_sealed_item_that_was_touched_is_refused(source: TeamsSignals) -> None:
    content = seal(json.dumps(STARTED).encode())
    other = seal(json.dumps(event("callEnded")).encode())
    with pytest.raises(NotSignedIn):
        await source.read(post(item(encryptedContent=content | {"data": other["data"]})), NOW)
    with pytest.raises(NotSignedIn):
        await source.read(post(item(encryptedContent={"encryptionCertificateId": "key-1"})), NOW)


async def test_in_a_mixed_lot_only_the_genuine_is_heard(source: TeamsSignals) -> None:
    broken = seal(b"x") | {"dataSignature": ""}
    heard = await hear(
        source,
        post(
            item(clientState=FORGED_STATE),
            item(encryptedContent=broken),
            item(),
            item(event("callEnded"), clientState=STATES.of("OTHERONE22")),
        ),
    )
    assert [(signal.kind, signal.reference) for signal in heard.signals] == [
        (SignalKind.STARTED, REFERENCE),
        (SignalKind.ENDED, "OTHERONE22"),
    ]


async def test_a_lifecycle_item_beside_forged_ones_is_heard_alone(source: TeamsSignals) -> None:
    heard = await hear(source, post(item(), lifecycle("missed"), tokens=[]))
    assert heard == Heard(notices=(WatchNotice(REFERENCE, WatchNews.MISSED),))


async def test_while_keys_cannot_be_had_it_must_be_sent_again(
    source: TeamsSignals, publisher: Publisher
) -> None:
    publisher.status = 500
    with pytest.raises(NotReady):
        await source.read(post(item(), lifecycle("missed")), NOW)


@pytest.mark.pitfall(47)
async def test_a_repeat_sealed_anew_is_told_as_the_same(source: TeamsSignals) -> None:
    first = await hear(source, post(item(roster(person()))))
    again = await hear(source, post(item(roster(person()))))
    assert first == again


async def test_earlier_keys_still_open_after_a_change(source: TeamsSignals) -> None:
    old = item(encryptedContent=seal(json.dumps(STARTED).encode(), "key-0"))
    heard = await hear(source, post(item(event("callEnded")), old))
    assert [signal.kind for signal in heard.signals] == [SignalKind.ENDED, SignalKind.STARTED]


async def test_what_is_genuine_and_cannot_be_read_counts_as_missed(
    source: TeamsSignals, caplog: pytest.LogCaptureFixture
) -> None:
    lost = item(encryptedContent=seal(b"{}", "key-0") | {"encryptionCertificateId": "key-9"})
    heard = await hear(source, post(lost, item({"eventType": "rosterUpdated"})))
    assert heard == Heard(notices=(WatchNotice(REFERENCE, WatchNews.MISSED),))
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "teams notification not read: unknown_certificate",
        "teams notification not read: not_understood",
    ]


# --- nonsense -------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"value":7}', b'{"a":' * 99_999])
async def test_a_body_with_nothing_in_it_is_refused(source: TeamsSignals, body: bytes) -> None:
    with pytest.raises(NotSignedIn):
        await source.read(Posted({}, {}, body), NOW)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"clientState": st.just(STATES.of(REFERENCE)) | st.just(STATES.of("")) | _ANYTHING},
        optional=dict.fromkeys(
            ("tenantId", "lifecycleEvent", "encryptedContent", "resource"), _ANYTHING
        ),
    ),
    _ANYTHING,
)
@settings(max_examples=30, deadline=None)
async def test_no_nonsense_in_an_item_raises_anything_but_our_own_errors(
    content: dict[str, object], tokens: object
) -> None:
    async with aiohttp.ClientSession() as session:
        reader = source_of(session, NOWHERE, "key-1")
        try:
            await reader.read(posted({"value": [content], "validationTokens": tokens}), NOW)
        except ChaperoneError:
            pass
