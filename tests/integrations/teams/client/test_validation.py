"""Validation tokens: from Graph, for us, and not too old; keys fetched seldom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest

from integrations.teams.validation import GRAPH_CHANGE_TRACKING, ValidationTokens
from service.errors import NotReady
from tests.builders import NOW
from tests.integrations.teams.client.keys import pem_of, rsa_key
from tests.integrations.teams.client.parts import CLIENT, TENANT
from tests.integrations.teams.client.publisher import (
    Publisher,
    claims,
    published,
    publishing,
    token,
)


@pytest.fixture
async def tokens(publisher: Publisher) -> AsyncIterator[ValidationTokens]:
    async with aiohttp.ClientSession() as session:
        yield ValidationTokens(
            session, tenant_id=TENANT, client_id=CLIENT, login_url=publisher.origin
        )


V2 = {
    "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "azp": GRAPH_CHANGE_TRACKING,
    "appid": GRAPH_CHANGE_TRACKING,
}


async def test_tokens_of_both_versions_are_genuine(tokens: ValidationTokens) -> None:
    assert await tokens.are_genuine([token(), token(**V2)], NOW)
    newer = claims(**V2)
    del newer["appid"]
    made = jwt.encode(newer, rsa_key("ms-1"), "RS256", headers={"kid": "ms-1"})
    assert await tokens.are_genuine([made], NOW)


STRANGER = "99999999-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": STRANGER},
        {"iss": f"https://sts.windows.net/{STRANGER}/"},
        {"iss": "https://evil.example/"},
        {"tid": STRANGER},
        {"appid": STRANGER},
        {"azp": STRANGER},
        {"appid": [GRAPH_CHANGE_TRACKING]},
        {"appid": None},
        {"exp": int(NOW.timestamp())},
        {"exp": int((NOW - timedelta(hours=1)).timestamp())},
        {"exp": True},
        {"exp": "tomorrow"},
        {"exp": None},
        {"nbf": int((NOW + timedelta(hours=1)).timestamp())},
        {"nbf": "yesterday"},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us_now_is_not_genuine(
    tokens: ValidationTokens, changes: dict[str, Any]
) -> None:
    assert not await tokens.are_genuine([token(**changes)], NOW)
    assert not await tokens.are_genuine([token(), token(**changes)], NOW)


async def test_a_token_signed_by_another_under_a_known_key_id_is_forged(
    tokens: ValidationTokens,
) -> None:
    assert not await tokens.are_genuine([token("forger", kid="ms-1")], NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "RS512"])
async def test_the_algorithm_is_ours_to_choose(tokens: ValidationTokens, algorithm: str) -> None:
    keys: dict[str, Any] = {"none": None, "HS256": published("ms-1")["n"]}
    key = keys.get(algorithm, pem_of(rsa_key("ms-1")))
    made = jwt.encode(claims(), key, algorithm, headers={"kid": "ms-1"})
    assert not await tokens.are_genuine([made], NOW)


@pytest.mark.parametrize(
    "header", [{"jku": "https://evil.example"}, {"kid": "odd"}, {"kid": "broken"}]
)
async def test_a_header_chooses_no_key_but_by_a_published_id(
    tokens: ValidationTokens, header: dict[str, str]
) -> None:
    made = jwt.encode(claims(), rsa_key("ms-1"), "RS256", headers={"kid": "ms-1", **header})
    assert not await tokens.are_genuine([made], NOW)


@pytest.mark.parametrize("given", [[], [""], ["a.b.c"], ["é"], ["x" * 9000]])
async def test_what_is_no_token_is_not_genuine(tokens: ValidationTokens, given: list[str]) -> None:
    assert not await tokens.are_genuine(given, NOW)


async def test_a_flood_of_tokens_is_not_looked_at(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    assert not await tokens.are_genuine([token()] * 21, NOW)
    assert publisher.asked == 0


# --- keys -----------------------------------------------------------------------------------------


async def test_keys_are_kept_for_ten_minutes(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    for minutes in (0, 1, 9):
        assert await tokens.are_genuine([token()], NOW + timedelta(minutes=minutes))
    assert publisher.asked == 1
    assert await tokens.are_genuine([token()], NOW + timedelta(minutes=11))
    assert publisher.asked == 2


async def test_a_new_key_is_fetched_as_soon_as_a_minute_has_passed(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    assert await tokens.are_genuine([token()], NOW)
    publisher.names.append("ms-2")
    with pytest.raises(NotReady):
        await tokens.are_genuine([token("ms-2")], NOW + timedelta(seconds=30))
    assert publisher.asked == 1
    assert await tokens.are_genuine([token("ms-2")], NOW + timedelta(seconds=61))


async def test_made_up_key_ids_make_us_ask_once_a_minute(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    for second in range(0, 121, 10):
        at = NOW + timedelta(seconds=second)
        try:
            assert not await tokens.are_genuine([token("forger", kid=f"made-up-{second}")], at)
        except NotReady:
            continue
    assert publisher.asked == 3


async def test_without_keys_nothing_can_be_judged(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    publisher.status = 503
    with pytest.raises(NotReady):
        await tokens.are_genuine([token()], NOW)
    publisher.status = 200
    with pytest.raises(NotReady):
        await tokens.are_genuine([token()], NOW + timedelta(seconds=30))
    assert await tokens.are_genuine([token()], NOW + timedelta(seconds=61))


async def test_keys_stay_good_for_a_day_while_they_cannot_be_fetched(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    assert await tokens.are_genuine([token()], NOW)
    publisher.status = 503
    lasting = token(exp=int((NOW + timedelta(days=2)).timestamp()))
    assert await tokens.are_genuine([lasting], NOW + timedelta(hours=23))
    with pytest.raises(NotReady):
        await tokens.are_genuine([lasting], NOW + timedelta(hours=25))


async def test_good_keys_at_another_address_are_nobodys(
    tokens: ValidationTokens, publisher: Publisher
) -> None:
    async with publishing() as other:
        publisher.elsewhere = f"{other.origin}/common/discovery/keys"
        with pytest.raises(NotReady):
            await tokens.are_genuine([token()], NOW)


@pytest.mark.parametrize("where", ["http://127.0.0.1:1/keys", "https://evil.example/keys", "x", ""])
async def test_keys_from_another_address_are_not_fetched(
    tokens: ValidationTokens, publisher: Publisher, where: str
) -> None:
    publisher.elsewhere = where or "nowhere"
    with pytest.raises(NotReady):
        await tokens.are_genuine([token()], NOW)
